import { describe, expect, it } from 'vitest'
import { concatBytes, fromHex, toHex } from '../../src/base/bytes.ts'
import { wrapKeyBlock } from '../../src/crypto/key-block.ts'
import { nodeRandom } from '../../src/crypto/node-random.ts'
import { compileSpec } from '../../src/iso8583/compile.ts'
import { lengthPrefixBytes } from '../../src/iso8583/framing/length-prefix.ts'
import type { Fields } from '../../src/iso8583/message.ts'
import { UNIONPAY_POS } from '../../src/iso8583/specs/unionpay-pos.ts'
import type { LoadKind } from '../../src/load/unionpay/load-kind.ts'
import { TillKeys } from '../../src/load/unionpay/till-keys.ts'
import {
  type CardPart,
  financialField60,
  type Original,
  purchaseFields,
  relatedFields,
  reversalFields,
  settlementFields,
} from '../../src/load/unionpay/till-message.ts'
import { TillTotals } from '../../src/load/unionpay/till-totals.ts'
import { publicVectors, textOf } from '../vectors/vectors.ts'

const CODEC = compileSpec(UNIONPAY_POS)
const IDENTITY = { tid: '10000001', mid: '100000000000001' }
const BATCH = '000012'
const PAN = '6210948000000011'
const TRACK = '6210948000000011D301020100000'
const PROTECTION_KEY = '000102030405060708090A0B0C0D0E0F'

function vector(id: string) {
  const found = publicVectors.find((each) => each.id === id)
  if (found === undefined) throw new Error(`no vector ${id}`)
  return found
}

/** A terminal's pad with the keys of the vectors: its master key in a block, the others from the sign-in reply. */
function signedIn(field62 = signInField62()): { readonly keys: TillKeys; readonly loaded: boolean } {
  const { tmk } = vector('cup-d-signin-resp').inputs['keys'] as { readonly tmk: string }
  const keyBlock = wrapKeyBlock({
    protectionKey: fromHex(PROTECTION_KEY),
    header: {
      version: 'D',
      usage: 'K0',
      algorithm: 'T',
      modeOfUse: 'D',
      keyVersion: '00',
      exportability: 'N',
      optional: [],
    },
    key: fromHex(tmk),
    random: nodeRandom,
  })
  const keys = TillKeys.fromKeyBlock(PROTECTION_KEY, keyBlock)
  if (!keys.ok) throw new Error(keys.error.kind)
  return { keys: keys.value, loaded: keys.value.loadWorkingKeys(field62) }
}

function signInField62(): Uint8Array {
  const fields = vector('cup-d-signin-resp').expected['fields'] as Readonly<Record<string, string>>
  return fromHex(fields['62'] ?? '')
}

const { keys } = signedIn()

/** The whole frame, as it leaves. */
function frame(mti: string, fields: Fields, isSealed = true): string {
  const target = new Uint8Array(1024)
  const end = CODEC.encodeInto({ mti, fields }, target, 0)
  if (end < 0) throw new Error(`field ${CODEC.lastError?.field}: ${CODEC.lastError?.kind}`)
  if (isSealed) keys.seal(target, 0, end)
  const body = concatBytes([fromHex('6000030000603200320001'), target.subarray(0, end)])
  return toHex(concatBytes([lengthPrefixBytes('binary2', body.length), body]))
}

function swiped(pin?: string): CardPart {
  return {
    pan: PAN,
    expiry: '3010',
    entryMode: pin === undefined ? '022' : '021',
    track: keys.encryptTrack(TRACK),
    pinBlock: pin === undefined ? undefined : keys.pinBlock(pin, PAN),
  }
}

function original(kind: LoadKind, stan: string, card: CardPart): Original {
  return {
    kind,
    stan,
    card,
    batch: BATCH,
    amountMinor: 12_345,
    field60: financialField60(kind, BATCH),
    referenceNumber: '112300000002',
    authorisationCode: '654321',
    reversal55: undefined,
    date: '1123',
  }
}

describe('the wire of a virtual terminal is that of the vectors', () => {
  it('sale with PIN', () => {
    const fields = purchaseFields(IDENTITY, 'saleStripePin', '000002', 12_345, BATCH, swiped('123456'))
    expect(frame('0200', fields)).toBe(textOf(vector('cup-d-sale-mag-pin').inputs, 'hex'))
  })

  it('balance', () => {
    const fields = purchaseFields(IDENTITY, 'balance', '000005', 0, BATCH, swiped('123456'))
    expect(frame('0200', fields)).toBe(textOf(vector('cup-d-balance').inputs, 'hex'))
  })

  it('pre-authorisation with a chip', () => {
    const expected = vector('cup-d-preauth').expected['fields'] as Readonly<Record<string, string>>
    const card: CardPart = {
      ...swiped('1234'),
      entryMode: '051',
      panSequence: '001',
      field55: fromHex(expected['55'] ?? ''),
    }
    const fields = purchaseFields(IDENTITY, 'preAuthorisation', '000004', 50_000, BATCH, card)
    expect(frame('0100', fields)).toBe(textOf(vector('cup-d-preauth').inputs, 'hex'))
  })

  it('void', () => {
    const fields = relatedFields(
      IDENTITY,
      'void',
      '000003',
      BATCH,
      original('saleStripePin', '000002', swiped()),
    )
    expect(frame('0200', fields)).toBe(textOf(vector('cup-d-void').inputs, 'hex'))
  })

  it('reversal', () => {
    const sale = original('saleStripePin', '000002', swiped('123456'))
    expect(frame('0400', reversalFields(IDENTITY, sale, '98'))).toBe(
      textOf(vector('cup-d-reversal-98').inputs, 'hex'),
    )
  })

  it('settlement', () => {
    const totals = new TillTotals()
    for (const amountMinor of [12_345, 12_345, 12_345]) totals.add('debit', amountMinor, 1)
    totals.add('credit', 12_345, 1)
    expect(frame('0500', settlementFields(IDENTITY, '000006', BATCH, totals), false)).toBe(
      textOf(vector('cup-d-settle').inputs, 'hex'),
    )
  })

  it('the MAC of a reply is proved, and one wrong bit is noticed', () => {
    const reply = fromHex(textOf(vector('cup-d-sale-mag-pin-resp').inputs, 'hex')).slice(13)
    expect(keys.isSealed(reply, 0, reply.length - 8)).toBe(true)
    reply[20] = (reply[20] ?? 0) ^ 1
    expect(keys.isSealed(reply, 0, reply.length - 8)).toBe(false)
  })
})

describe('working keys', () => {
  it('are taken with right check values, and not with a wrong one', () => {
    expect(signedIn().loaded).toBe(true)
    for (const place of [0, 19, 39, 59]) {
      const damaged = signInField62()
      damaged[place] = (damaged[place] ?? 0) ^ 1
      expect(signedIn(damaged).loaded).toBe(false)
    }
  })

  it('a key block under another key is refused', () => {
    expect(TillKeys.fromKeyBlock(PROTECTION_KEY, 'D0112K0TD00N0000').ok).toBe(false)
  })
})
