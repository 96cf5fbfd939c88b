import { concatBytes, fromHex } from '../../../src/base/bytes.ts'
import { createTdes } from '../../../src/crypto/block-cipher.ts'
import { keyCheckValue } from '../../../src/crypto/key-check-value.ts'
import { messageMac } from '../../../src/crypto/mac.ts'
import { encodePinBlock } from '../../../src/crypto/pin-block.ts'
import { encryptTrack } from '../../../src/crypto/track-cipher.ts'
import { encodeTlvs } from '../../../src/emv/ber-tlv.ts'
import {
  type CryptogramScheme,
  cryptogramData,
  schemeCryptogram,
  schemeMasterKey,
} from '../../../src/emv/schemes.ts'
import type { Inbound, Outcome } from '../../../src/host/core/inbound.ts'
import { compileSpec } from '../../../src/iso8583/compile.ts'
import type { Fields } from '../../../src/iso8583/message.ts'
import { UNIONPAY_POS } from '../../../src/iso8583/specs/unionpay-pos.ts'
import { EMV_CIPHER } from './clear-security-module.ts'
import { EXPIRY, MID, PAN, PIN, RECEIVED_AT, type TestHost, TID } from './test-host.ts'

const CODEC = compileSpec(UNIONPAY_POS)
const ENVELOPE = { tpdu: '6000030000', header: '603200320001' }
const ENVELOPE_SIZE = 11

export interface Reply {
  readonly mti: string
  readonly fields: Fields
  readonly envelope: Uint8Array
  /** `absent` without field 64. */
  readonly mac: 'right' | 'wrong' | 'absent'
  readonly outcome: Outcome
}

export interface WorkingKeys {
  readonly pin: Uint8Array
  readonly mac: Uint8Array
  readonly track: Uint8Array
}

/** What a sale and its like say beyond their type. */
export interface Wish {
  readonly amount?: number
  readonly stan?: number
  readonly pan?: string
  /** `keyed` sends fields 2 and 14, `stripe` an encrypted track. */
  readonly entry?: 'keyed' | 'stripe'
  readonly pin?: string
  readonly serviceCode?: string
  readonly fields?: Fields
}

/** Plays a terminal of the home dialect by hand: keys of its own, MACs of its own, no product flow. */
export class TestTerminal {
  readonly host: TestHost
  readonly tid: string
  stan = 0
  batch = 1
  keys: WorkingKeys | undefined
  /** Clear key of the terminal where the host's security module gives none away. */
  masterKey: Uint8Array | undefined

  constructor(host: TestHost, tid = TID) {
    this.host = host
    this.tid = tid
  }

  static signedIn(host: TestHost, tid = TID): TestTerminal {
    const terminal = new TestTerminal(host, tid)
    terminal.signIn()
    return terminal
  }

  signIn(networkCode = '004'): Reply {
    const reply = this.send('0800', { 60: this.field60('00', networkCode), 63: '01 ' }, { mac: false })
    if (reply.fields[39] !== '00') return reply
    this.batch = Number(String(reply.fields[60]).slice(2, 8))
    const masterKey = this.masterKey ?? this.host.clearKey(this.host.terminal(this.tid).masterKey)
    this.keys = unpackKeys(reply.fields[62] as Uint8Array, masterKey)
    return reply
  }

  sale(wish: Wish = {}): Reply {
    return this.financial('0200', '000000', '00', '22', wish)
  }

  voidOf(sale: Reply, wish: Wish = {}): Reply {
    return this.related('0200', '200000', '00', '23', sale, wish)
  }

  refundOf(sale: Reply, wish: Wish = {}): Reply {
    return this.related('0220', '200000', '00', '25', sale, wish)
  }

  preAuthorisation(wish: Wish = {}): Reply {
    return this.financial('0100', '030000', '06', '10', wish)
  }

  cancelOf(original: Reply, wish: Wish = {}): Reply {
    return this.related('0100', '200000', '06', '11', original, wish)
  }

  completionOf(original: Reply, wish: Wish = {}): Reply {
    return this.related('0200', '000000', '06', '20', original, wish)
  }

  adviceOf(original: Reply, wish: Wish = {}): Reply {
    return this.related('0220', '000000', '06', '24', original, wish)
  }

  completionVoidOf(original: Reply, wish: Wish = {}): Reply {
    return this.related('0200', '200000', '06', '21', original, wish)
  }

  balance(wish: Wish = {}): Reply {
    return this.financial('0200', '310000', '00', '01', { ...wish, fields: { 4: undefined, ...wish.fields } })
  }

  /** Reverses the request that `reply` answered. */
  reverse(reply: Reply, fields: Fields = {}): Reply {
    return this.reverseStan(Number(reply.fields[11]), {
      3: reply.fields[3],
      4: reply.fields[4],
      ...fields,
    })
  }

  reverseStan(stan: number, fields: Fields = {}): Reply {
    return this.send('0400', {
      3: '000000',
      4: amountText(10_000),
      11: stanText(stan),
      22: '021',
      25: '00',
      39: '98',
      49: '156',
      60: `${this.field60('22', '000')}50`,
      ...fields,
    })
  }

  financial(mti: string, processingCode: string, condition: string, type: string, wish: Wish): Reply {
    return this.send(mti, this.financialFields(processingCode, condition, type, wish))
  }

  related(
    mti: string,
    processingCode: string,
    condition: string,
    type: string,
    original: Reply,
    wish: Wish,
  ): Reply {
    const stan = String(original.fields[11])
    const batch = String(original.fields[60]).slice(2, 8)
    return this.send(mti, {
      ...this.financialFields(processingCode, condition, type, {
        amount: Number(original.fields[4] ?? 0),
        pan: String(original.fields[2] ?? PAN),
        ...wish,
      }),
      37: original.fields[37],
      38: original.fields[38],
      61: `${batch}${stan}0314`,
      ...wish.fields,
    })
  }

  financialFields(processingCode: string, condition: string, type: string, wish: Wish): Fields {
    const { amount = 10_000, pan = PAN, entry = 'stripe', pin, stan = this.nextStan() } = wish
    return {
      3: processingCode,
      4: amountText(amount),
      11: stanText(stan),
      22: `${entry === 'keyed' ? '01' : '02'}${pin === undefined ? '2' : '1'}`,
      25: condition,
      49: '156',
      60: `${this.field60(type, '000')}501`,
      ...(entry === 'keyed' ? { 2: pan, 14: EXPIRY } : { 35: this.track(pan, wish.serviceCode ?? '101') }),
      ...(pin === undefined ? {} : { 26: '12', 52: this.pinBlock(pan, pin) }),
      53: `${pin === undefined ? '0' : '2'}6${entry === 'keyed' ? '0' : '1'}0000000000000`,
      ...wish.fields,
    }
  }

  track(pan: string, serviceCode: string): string {
    return encryptTrack(this.need().track, `${pan}D${EXPIRY}${serviceCode}0000012345`)
  }

  pinBlock(pan: string, pin = PIN): Uint8Array {
    return createTdes(this.need().pin).encrypt(encodePinBlock({ format: 0, pin, pan }))
  }

  send(
    mti: string,
    fields: Fields,
    options: { readonly mac?: boolean; readonly key?: Uint8Array } = {},
  ): Reply {
    const [outcome] = this.host.process(this.inbound(mti, fields, options))
    if (outcome === undefined) throw new Error('no outcome')
    return this.read(outcome)
  }

  inbound(
    mti: string,
    fields: Fields,
    { mac = true, key }: { readonly mac?: boolean; readonly key?: Uint8Array } = {},
  ): Inbound {
    const all: Fields = {
      ...('11' in fields ? {} : { 11: stanText(this.nextStan()) }),
      41: this.tid,
      42: MID,
      ...fields,
    }
    const withMac = mac ? { ...all, 64: new Uint8Array(8) } : all
    const encoded = CODEC.encode({ mti, fields: withoutUndefined(withMac) })
    if (!encoded.ok) throw new Error(`field ${encoded.error.field}: ${encoded.error.kind}`)
    const message = encoded.value
    if (mac) {
      const data = message.subarray(0, message.length - 8)
      message.set(messageMac('unionpay-ecb', key ?? this.need().mac, data), message.length - 8)
    }
    return inboundOf(message)
  }

  read(outcome: Outcome): Reply {
    const { reply } = outcome
    if (reply === undefined) {
      return { mti: '', fields: {}, envelope: new Uint8Array(0), mac: 'absent', outcome }
    }
    const message = reply.subarray(ENVELOPE_SIZE)
    const decoded = CODEC.decode(message)
    if (!decoded.ok) throw new Error('the reply does not decode')
    const { mti, fields } = decoded.value
    return {
      mti,
      fields,
      envelope: reply.subarray(0, ENVELOPE_SIZE),
      mac: this.#check(message, fields),
      outcome,
    }
  }

  #check(message: Uint8Array, fields: Fields): Reply['mac'] {
    const mac = fields[64]
    if (!(mac instanceof Uint8Array)) return 'absent'
    const expected = messageMac('unionpay-ecb', this.need().mac, message.subarray(0, message.length - 8))
    return Buffer.compare(expected, mac) === 0 ? 'right' : 'wrong'
  }

  need(): WorkingKeys {
    if (this.keys === undefined) throw new Error('not signed in')
    return this.keys
  }

  nextStan(): number {
    this.stan++
    return this.stan
  }

  field60(type: string, networkCode: string): string {
    return `${type}${String(this.batch).padStart(6, '0')}${networkCode}`
  }
}

/** One frame as the gateway hands it over; it stands inside a bigger buffer, as in life. */
export function inboundOf(message: Uint8Array, dialect: Inbound['dialect'] = 'unionpay-pos'): Inbound {
  const bytes = concatBytes([fromHex('FFFF'), message, fromHex('EEEE')])
  const envelope = dialect === 'unionpay-pos' ? ENVELOPE : {}
  return { dialect, envelope, bytes, start: 2, end: 2 + message.length, receivedAt: RECEIVED_AT }
}

function unpackKeys(field62: Uint8Array, masterKey: Uint8Array): WorkingKeys {
  const cipher = createTdes(masterKey)
  const slot = (index: number): Uint8Array => {
    const start = index * 20
    const cryptogram = field62.slice(start, start + 16)
    const size = cryptogram.subarray(8).every((byte) => byte === 0) ? 8 : 16
    const key = cipher.decrypt(cryptogram.subarray(0, size))
    const expected = keyCheckValue('tdes', key, 4)
    if (Buffer.compare(expected, field62.subarray(start + 16, start + 20)) !== 0)
      throw new Error('check value')
    return key
  }
  if (field62.length === 24) {
    const single = (start: number): Uint8Array => cipher.decrypt(field62.slice(start, start + 8))
    return { pin: single(0), mac: single(12), track: new Uint8Array(16) }
  }
  return { pin: slot(0), mac: slot(1), track: field62.length >= 60 ? slot(2) : new Uint8Array(16) }
}

export function amountText(amountMinor: number): string {
  return String(amountMinor).padStart(12, '0')
}

export function stanText(stan: number): string {
  return String(stan).padStart(6, '0')
}

export function withoutUndefined(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

export interface ChipWish {
  /** The issuer's key, or the card's own. */
  readonly issuerMasterKey?: Uint8Array
  readonly cardKey?: Uint8Array
  readonly scheme: CryptogramScheme
  readonly pan: string
  readonly atc: number
  readonly amount: number
  readonly tamper?: boolean
}

/** Field 55 of a card that signs `amount`. */
export function chipData({
  issuerMasterKey,
  cardKey,
  scheme,
  pan,
  atc,
  amount,
  tamper,
}: ChipWish): Uint8Array {
  const tags = new Map<string, Uint8Array>([
    ['9F27', fromHex('80')],
    ['9F10', fromHex('07000103A0A80201')],
    ['9F37', fromHex('1122AABB')],
    ['9F36', Uint8Array.of(atc >> 8, atc & 255)],
    ['95', fromHex('0000048000')],
    ['9A', fromHex('260314')],
    ['9C', fromHex('00')],
    ['9F02', fromHex(amountText(amount))],
    ['5F2A', fromHex('0156')],
    ['82', fromHex('7C00')],
    ['9F1A', fromHex('0156')],
    ['9F03', fromHex('000000000000')],
    ['9F33', fromHex('E0F0C8')],
  ])
  const data = cryptogramData(scheme, (tag) => tags.get(tag))
  if (!data.ok) throw new Error('tag missing')
  const context = {
    applicationTransactionCounter: tags.get('9F36') ?? new Uint8Array(2),
    unpredictableNumber: tags.get('9F37') ?? new Uint8Array(4),
  }
  const masterKey =
    cardKey ?? schemeMasterKey(EMV_CIPHER, scheme, issuerMasterKey ?? new Uint8Array(16), pan, '01')
  const cryptogram = schemeCryptogram(EMV_CIPHER, scheme, masterKey, context, data.value)
  if (tamper === true) cryptogram[0] = (cryptogram[0] ?? 0) ^ 1
  return encodeTlvs([['9F26', cryptogram], ...tags])
}
