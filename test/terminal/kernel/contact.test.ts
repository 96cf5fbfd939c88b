import { describe, expect, it } from 'vitest'
import { cardCipher } from '../../../hardware/emulator/chip-card/card-cipher.ts'
import type { CardFaults, CardImage } from '../../../hardware/emulator/chip-card/card-image.ts'
import { createChipCard } from '../../../hardware/emulator/chip-card/chip-card.ts'
import { asciiToBytes, concatBytes, fromHex, toHex } from '../../../src/base/bytes.ts'
import { decodeTlvs, encodeTlv, encodeTlvs, findTlv } from '../../../src/emv/ber-tlv.ts'
import { scriptMac } from '../../../src/emv/cryptogram.ts'
import { hasBit, TSI, TVR } from '../../../src/emv/results.ts'
import {
  CRYPTOGRAM_SCHEMES,
  type CryptogramScheme,
  cryptogramData,
  issuerAuthenticationData,
  schemeCryptogram,
  schemeMasterKey,
  schemeScriptKey,
} from '../../../src/emv/schemes.ts'
import { completeContact } from '../../../src/terminal/kernel/completion.ts'
import { readContactCard, startContact } from '../../../src/terminal/kernel/contact.ts'
import type { ContactOnline, ContactStart, OnlineAnswer } from '../../../src/terminal/kernel/contact-types.ts'
import {
  applicationOf,
  countingRandom,
  MASTER_KEYS,
  TEST_PAN,
  testCard,
} from '../../hardware/chip-card/test-cards.ts'
import { type KernelWorld, PIN_BLOCK, runKernel, testConfig, testTransaction } from './kernel-world.ts'

function powered(image: CardImage) {
  const card = createChipCard(image, { random: countingRandom() })
  card.powerOn()
  return card
}

function online(start: ContactStart): ContactOnline {
  if (start.kind !== 'online') throw new Error(`ended as ${JSON.stringify(start)}`)
  return start
}

function start(world: KernelWorld, config = testConfig(), transaction = testTransaction()): ContactOnline {
  return online(runKernel(world, startContact(config, transaction)))
}

/** The issuer's side of field 55: its own computation of the ARQC, and what it answers. */
function issuerOf(field55: Uint8Array, scheme: CryptogramScheme = 'pboc-01') {
  const lookup = (tag: string) => findTlv(field55, tag)
  const key = (master: Uint8Array) => schemeMasterKey(cardCipher, scheme, master, TEST_PAN, '01')
  const context = {
    applicationTransactionCounter: lookup('9F36') ?? new Uint8Array(),
    unpredictableNumber: lookup('9F37') ?? new Uint8Array(),
  }
  const arqc = lookup('9F26') ?? new Uint8Array()
  const data = cryptogramData(scheme, lookup)
  if (!data.ok) throw new Error(data.error.tag)
  return {
    arqc,
    expected: schemeCryptogram(cardCipher, scheme, key(MASTER_KEYS.ac), context, data.value),
    answer: (code: string) =>
      issuerAuthenticationData(cardCipher, scheme, key(MASTER_KEYS.ac), context, arqc, code),
    scriptKey: schemeScriptKey(cardCipher, scheme, key(MASTER_KEYS.smi), context, arqc),
    counter: context.applicationTransactionCounter,
  }
}

function approval(field55: Uint8Array, scheme?: CryptogramScheme): OnlineAnswer {
  return {
    kind: 'answered',
    approved: true,
    responseCode: '00',
    field55: encodeTlv('91', issuerOf(field55, scheme).answer('00')),
  }
}

describe('contact transaction: approved online', () => {
  it('goes on with a merchant whose name has characters that tag 9F4E can not hold', () => {
    const world = { card: powered(testCard()) }
    expect(start(world, testConfig({ merchantName: 'Tillwire Café 泰维咖啡' })).kind).toBe('online')
  })

  it.each(CRYPTOGRAM_SCHEMES)(
    '%s: the issuer knows the ARQC, the card takes the ARPC and gives a TC',
    (scheme) => {
      const card = powered(testCard({ scheme }))
      const world = { card }
      const caRid = fromHex(applicationOf(card.image).aid.slice(0, 10))
      const config = testConfig()
      const begun = start(world, { ...config, caKeys: config.caKeys.map((key) => ({ ...key, rid: caRid })) })
      const issuer = issuerOf(begun.field55, scheme)
      expect(toHex(issuer.expected)).toBe(toHex(issuer.arqc))
      expect(begun.results.cryptogramKind).toBe('ARQC')
      const end = runKernel(world, completeContact(begun.session, approval(begun.field55, scheme)))
      expect(end).toMatchObject({ kind: 'approved', failure: undefined, reversalNeeded: false })
      expect(end.results.cryptogramKind).toBe('TC')
      expect(applicationOf(card.image).state).toMatchObject({ atc: 1, lastOnlineAtc: 1 })
    },
  )

  it('tells the card, its rules and what was done', () => {
    const asked: unknown[] = []
    const begun = start({
      card: powered(testCard()),
      pinPad: (command) => {
        asked.push(command)
        return { kind: 'pinEntered', pinBlock: PIN_BLOCK }
      },
    })
    expect(begun.card).toMatchObject({
      pan: TEST_PAN,
      panSequence: '001',
      expiry: '3012',
      serviceCode: '220',
      aid: 'A000000333010101',
      label: 'UICC DEBIT',
      cardholderName: 'TEST/CARD',
      languages: ['zh', 'en'],
    })
    expect(begun.card.track2).toMatch(/^6210948000000011D3012220\d+$/)
    expect(asked).toMatchObject([{ op: 'enterPin', pan: TEST_PAN, amountText: '88.00' }])
    expect(begun).toMatchObject({ pinBlock: PIN_BLOCK, pinBypassed: false, signature: false })
    // New card never online before, online PIN entered, above the floor limit of zero: nothing else.
    expect(toHex(begun.results.terminalVerificationResults)).toBe('0000048000')
    expect(toHex(begun.results.transactionStatusInformation)).toBe('E800')
    expect(toHex(begun.results.cvmResults)).toBe('420000')
  })

  it('builds field 55 in the order of the dialect', () => {
    const world = { card: powered(testCard()) }
    const begun = start(world)
    const tagsOf = (bytes: Uint8Array) => {
      const decoded = decodeTlvs(bytes)
      return decoded.ok ? decoded.value.map(({ tag }) => tag).join(' ') : decoded.error.kind
    }
    const sale = '9F26 9F27 9F10 9F37 9F36 95 9A 9C 9F02 5F2A 82 9F1A 9F03 9F33 9F34 9F35 9F1E 84 9F09 9F41'
    expect(tagsOf(begun.field55)).toBe(sale)
    expect(tagsOf(begun.reversalField55)).toBe('95 9F1E 9F10 9F36')
    const end = runKernel(world, completeContact(begun.session, approval(begun.field55)))
    expect(tagsOf(end.uploadField55)).toBe(sale)
    expect(toHex(findTlv(begun.field55, '9F27') ?? new Uint8Array())).toBe('80')
    expect(toHex(findTlv(end.uploadField55, '9F27') ?? new Uint8Array())).toBe('40')
    expect(toHex(findTlv(end.uploadField55, '9F26') ?? new Uint8Array())).toBe(toHex(end.results.cryptogram))
    expect(toHex(findTlv(begun.field55, '9F41') ?? new Uint8Array())).toBe('00000042')
    expect(end.scriptField55).toBeUndefined()
  })

  it.each(['sda', 'dda', 'cda'] as const)(
    '%s: an honest card has no bit of offline authentication',
    (authentication) => {
      const world = { card: powered(testCard({ authentication })) }
      const begun = start(world)
      const [first] = begun.results.terminalVerificationResults
      expect(first).toBe(authentication === 'sda' ? 0x02 : 0x00)
      expect(hasBit(begun.results.transactionStatusInformation, TSI.offlineAuthenticationPerformed)).toBe(
        true,
      )
      const end = runKernel(world, completeContact(begun.session, approval(begun.field55)))
      expect(end.kind).toBe('approved')
    },
  )
})

describe('contact transaction: declined, or undone', () => {
  it('a wrong ARPC sets its bit, the card refuses, a reversal is due', () => {
    const world = { card: powered(testCard()) }
    const begun = start(world)
    const wrong = issuerOf(begun.field55)
      .answer('00')
      .map((byte, index) => (index === 3 ? byte ^ 1 : byte))
    const end = runKernel(
      world,
      completeContact(begun.session, {
        kind: 'answered',
        approved: true,
        responseCode: '00',
        field55: encodeTlv('91', wrong),
      }),
    )
    expect(end).toMatchObject({
      kind: 'declined',
      failure: 'issuerAuthenticationFailed',
      reversalNeeded: true,
    })
    expect(hasBit(end.results.terminalVerificationResults, TVR.issuerAuthenticationFailed)).toBe(true)
    expect(hasBit(end.results.transactionStatusInformation, TSI.issuerAuthenticationPerformed)).toBe(true)
    expect(end.results.cryptogramKind).toBe('AAC')
  })

  it('an AAC after the approval makes a reversal due', () => {
    const world = { card: powered({ ...testCard(), faults: { declinesSecond: true } }) }
    const begun = start(world)
    const end = runKernel(world, completeContact(begun.session, approval(begun.field55)))
    expect(end).toMatchObject({ kind: 'declined', failure: 'cardDeclined', reversalNeeded: true })
    expect(toHex(findTlv(end.uploadField55, '9F27') ?? new Uint8Array())).toBe('00')
  })

  it('an approval without tag 91 is refused by a card that needs it', () => {
    const world = { card: powered(testCard()) }
    const begun = start(world)
    const end = runKernel(
      world,
      completeContact(begun.session, {
        kind: 'answered',
        approved: true,
        responseCode: '00',
        field55: undefined,
      }),
    )
    expect(end).toMatchObject({ kind: 'declined', reversalNeeded: true })
  })

  it('a decline of the host ends in an AAC and owes nothing', () => {
    const world = { card: powered(testCard()) }
    const begun = start(world)
    const field55 = encodeTlv('91', issuerOf(begun.field55).answer('51'))
    const answer = { kind: 'answered', approved: false, responseCode: '51', field55 } as const
    const end = runKernel(world, completeContact(begun.session, answer))
    expect(end).toMatchObject({ kind: 'declined', failure: undefined, reversalNeeded: false })
    expect(hasBit(end.results.terminalVerificationResults, TVR.issuerAuthenticationFailed)).toBe(false)
  })

  it('no answer: default action codes and the card decline', () => {
    const world = { card: powered(testCard()) }
    const begun = start(world)
    const end = runKernel(world, completeContact(begun.session, { kind: 'unable' }))
    expect(end).toMatchObject({ kind: 'declined', reversalNeeded: false })
  })

  it('a card that declines at once is declined offline', () => {
    const card = powered({ ...testCard(), faults: { declinesFirst: true } })
    const begun = runKernel({ card }, startContact(testConfig(), testTransaction()))
    expect(begun).toMatchObject({ kind: 'offlineDeclined', results: { cryptogramKind: 'AAC' } })
  })

  it('a card that answers more than it was asked for is of no use', () => {
    const card = powered({ ...testCard(), faults: { raisesCryptogram: true } })
    const begun = runKernel({ card }, startContact(testConfig(), testTransaction()))
    expect(begun).toEqual({ kind: 'ended', reason: { kind: 'badCard', step: 'firstCryptogram' } })
  })

  it('the issuer sees a wrong cryptogram', () => {
    const begun = start({ card: powered({ ...testCard(), faults: { wrongCryptogram: true } }) })
    const issuer = issuerOf(begun.field55)
    expect(toHex(issuer.expected)).not.toBe(toHex(issuer.arqc))
  })
})

describe('contact transaction: offline authentication that fails', () => {
  it('DDA: a wrong signature is noted, the issuer decides', () => {
    const begun = start({ card: powered({ ...testCard(), faults: { wrongSignature: true } }) })
    expect(hasBit(begun.results.terminalVerificationResults, TVR.ddaFailed)).toBe(true)
  })

  it('CDA: a wrong signature ends in an offline decline with its bit', () => {
    const card = powered({ ...testCard({ authentication: 'cda' }), faults: { wrongSignature: true } })
    const begun = runKernel({ card }, startContact(testConfig(), testTransaction()))
    if (begun.kind !== 'offlineDeclined') throw new Error(begun.kind)
    expect(hasBit(begun.results.terminalVerificationResults, TVR.cdaFailed)).toBe(true)
    expect(begun.results.cryptogramKind).toBe('AAC')
  })

  it.each([
    ['sda', TVR.sdaFailed],
    ['dda', TVR.ddaFailed],
    ['cda', TVR.cdaFailed],
  ] as const)('%s: without the CA key the method counts as failed', (authentication, bit) => {
    const begun = start({ card: powered(testCard({ authentication })) }, testConfig({ caKeys: [] }))
    expect(hasBit(begun.results.terminalVerificationResults, bit)).toBe(true)
    expect(hasBit(begun.results.terminalVerificationResults, TVR.iccDataMissing)).toBe(false)
  })

  it('a missing certificate is noted as missing data too', () => {
    const image = testCard()
    const application = applicationOf(image)
    const record = application.records.find(({ sfi, number }) => sfi === 2 && number === 4)
    if (record !== undefined) record.data = '7003500141'
    const begun = start({ card: powered(image) })
    expect(hasBit(begun.results.terminalVerificationResults, TVR.iccDataMissing)).toBe(true)
    expect(hasBit(begun.results.terminalVerificationResults, TVR.ddaFailed)).toBe(true)
  })

  it('a card that knows none of the methods is noted as not authenticated', () => {
    const image = testCard()
    applicationOf(image).interchangeProfile = '1C00'
    const begun = start({ card: powered(image) })
    expect(hasBit(begun.results.terminalVerificationResults, TVR.offlineAuthenticationNotPerformed)).toBe(
      true,
    )
    expect(hasBit(begun.results.transactionStatusInformation, TSI.offlineAuthenticationPerformed)).toBe(false)
  })

  it('changed signed data make every method fail', () => {
    for (const [authentication, bit] of [
      ['sda', TVR.sdaFailed],
      ['dda', TVR.ddaFailed],
      ['cda', TVR.cdaFailed],
    ] as const) {
      const image = testCard({ authentication })
      const record = applicationOf(image).records.find(({ sfi, number }) => sfi === 2 && number === 1)
      // The expiry of the card, one year later.
      if (record !== undefined) record.data = record.data.replace('5F2403301231', '5F2403311231')
      const begun = start({ card: powered(image) })
      expect(hasBit(begun.results.terminalVerificationResults, bit)).toBe(true)
    }
  })
})

describe('contact transaction: a card that goes', () => {
  it.each(['dda', 'cda'] as const)(
    '%s: pulled before any command, it ends as removed and owes what it must',
    (authentication) => {
      const whole = powered(testCard({ authentication }))
      let count = 0
      const counting = {
        transmit: (apdu: Uint8Array) => {
          count += 1
          return whole.transmit(apdu)
        },
      }
      const first = start({ card: counting })
      const beforeAnswer = count
      runKernel({ card: counting }, completeContact(first.session, approval(first.field55)))
      expect(count).toBeGreaterThan(beforeAnswer)
      for (let goneAfter = 0; goneAfter < count; goneAfter++) {
        const card = powered({ ...testCard({ authentication }), faults: { goneAfter } })
        const begun = runKernel({ card }, startContact(testConfig(), testTransaction()))
        if (goneAfter < beforeAnswer) {
          expect(begun).toEqual({ kind: 'ended', reason: { kind: 'cardRemoved' } })
          continue
        }
        const end = runKernel(
          { card },
          completeContact(online(begun).session, approval(online(begun).field55)),
        )
        expect(end).toMatchObject({ kind: 'ended', failure: 'cardRemoved', reversalNeeded: true })
      }
    },
  )

  it('a reader that goes is told by name', () => {
    const flow = startContact(testConfig(), testTransaction())
    flow.next()
    const step = flow.next({ kind: 'missing', device: 'cardReader' })
    expect(step).toEqual({
      done: true,
      value: { kind: 'ended', reason: { kind: 'deviceTrouble', device: 'cardReader', trouble: 'missing' } },
    })
  })

  it('a completed transaction is never completed again', () => {
    const world = { card: powered(testCard()) }
    const begun = start(world)
    runKernel(world, completeContact(begun.session, { kind: 'unable' }))
    expect(() => runKernel(world, completeContact(begun.session, { kind: 'unable' }))).toThrow('twice')
  })
})

describe('contact transaction: issuer scripts', () => {
  const command = (
    issuer: ReturnType<typeof issuerOf>,
    header: readonly [number, number, number, number],
    content: Uint8Array,
    previous?: Uint8Array,
  ) => {
    const head = Uint8Array.of(...header, content.length + 8)
    const mac = scriptMac(
      cardCipher,
      issuer.scriptKey,
      concatBytes([head, issuer.counter, issuer.arqc, content]),
      previous,
    )
    return { bytes: concatBytes([head, content, mac]), mac }
  }
  const script = (identifier: string, commands: readonly Uint8Array[]) =>
    encodeTlvs([['9F18', fromHex(identifier)], ...commands.map((bytes) => ['86', bytes] as const)])

  function withScripts(
    templates: (issuer: ReturnType<typeof issuerOf>) => readonly (readonly [string, Uint8Array])[],
    faults: CardFaults = {},
  ) {
    const image = { ...testCard(), faults }
    applicationOf(image).state.pinTriesLeft = 0
    const card = powered(image)
    const begun = start({ card })
    const issuer = issuerOf(begun.field55)
    const field55 = encodeTlvs([['91', issuer.answer('00')], ...templates(issuer)])
    const answer = { kind: 'answered', approved: true, responseCode: '00', field55 } as const
    return { card, end: runKernel({ card }, completeContact(begun.session, answer)) }
  }

  it('72: PIN unblock with the right MAC is done, after the TC', () => {
    const { card, end } = withScripts((issuer) => [
      ['72', script('00000007', [command(issuer, [0x84, 0x24, 0x00, 0x00], new Uint8Array(0)).bytes])],
    ])
    expect(end.kind).toBe('approved')
    expect(toHex(end.scriptResults)).toBe('2000000007')
    expect(applicationOf(card.image).state.pinTriesLeft).toBe(3)
    expect(hasBit(end.results.transactionStatusInformation, TSI.scriptPerformed)).toBe(true)
    expect(toHex(findTlv(end.scriptField55 ?? new Uint8Array(), 'DF31') ?? new Uint8Array())).toBe(
      '2000000007',
    )
    expect(toHex(findTlv(end.reversalField55, 'DF31') ?? new Uint8Array())).toBe('2000000007')
  })

  it('two commands of one script chain their MACs; put data is kept', () => {
    const { card, end } = withScripts((issuer) => {
      const first = command(issuer, [0x84, 0x24, 0x00, 0x00], new Uint8Array(0))
      const second = command(issuer, [0x84, 0xda, 0x9f, 0x58], Uint8Array.of(5), first.mac)
      return [['71', script('00000008', [first.bytes, second.bytes])]]
    })
    expect(toHex(end.scriptResults)).toBe('2000000008')
    expect(applicationOf(card.image).dataObjects['9F58']).toBe('05')
  })

  it('a wrong MAC fails at its command, sets the bit of its time, and leaves the card as it was', () => {
    for (const [tag, bit] of [
      ['71', TVR.scriptFailedBeforeFinal],
      ['72', TVR.scriptFailedAfterFinal],
    ] as const) {
      const { card, end } = withScripts((issuer) => {
        const right = command(issuer, [0x84, 0xda, 0x9f, 0x58], Uint8Array.of(5))
        const wrong = command(issuer, [0x84, 0x24, 0x00, 0x00], new Uint8Array(0))
        return [[tag, script('0000000A', [right.bytes, wrong.bytes, right.bytes])]]
      })
      expect(end.kind).toBe('approved')
      expect(toHex(end.scriptResults)).toBe('120000000A')
      expect(hasBit(end.results.terminalVerificationResults, bit)).toBe(true)
      expect(applicationOf(card.image).state.pinTriesLeft).toBe(0)
    }
  })

  it('an application blocked by script is refused from then on', () => {
    const { card, end } = withScripts((issuer) => [
      ['72', script('00000001', [command(issuer, [0x84, 0x1e, 0x00, 0x00], new Uint8Array(0)).bytes])],
    ])
    expect(end.kind).toBe('approved')
    card.powerOff()
    card.powerOn()
    const again = runKernel({ card }, startContact(testConfig(), testTransaction()))
    expect(again).toEqual({ kind: 'ended', reason: { kind: 'applicationBlocked' } })
  })

  it('what is no script is not performed, and the rest goes on', () => {
    const { end } = withScripts(() => [['72', fromHex('9F1804')]])
    expect(end.kind).toBe('approved')
    expect(toHex(end.scriptResults)).toBe('0000000000')
  })

  it('a card pulled in a script after the TC keeps its approval', () => {
    const { end: whole } = withScripts((issuer) => [
      ['72', script('00000001', [command(issuer, [0x84, 0x24, 0x00, 0x00], new Uint8Array(0)).bytes])],
    ])
    expect(whole.kind).toBe('approved')
    const begunCount = countUntilTc()
    const { end } = withScripts(
      (issuer) => [
        ['72', script('00000001', [command(issuer, [0x84, 0x24, 0x00, 0x00], new Uint8Array(0)).bytes])],
      ],
      { goneAfter: begunCount },
    )
    expect(end).toMatchObject({ kind: 'approved', reversalNeeded: false })
    expect(toHex(end.scriptResults)).toBe('1100000001')
  })
})

/** Commands of an approved transaction without scripts. */
function countUntilTc(): number {
  const card = powered(testCard())
  let count = 0
  const counting = {
    transmit: (apdu: Uint8Array) => {
      count += 1
      return card.transmit(apdu)
    },
  }
  const begun = start({ card: counting })
  runKernel({ card: counting }, completeContact(begun.session, approval(begun.field55)))
  return count
}

describe('contact transaction: reading only', () => {
  it('stops after the records, and the transaction counter has risen', () => {
    const card = powered(testCard())
    const reading = runKernel(
      { card },
      readContactCard(testConfig(), testTransaction({ transactionType: '20' })),
    )
    expect(reading).toMatchObject({ kind: 'read', card: { pan: TEST_PAN, expiry: '3012' } })
    expect(applicationOf(card.image).state.atc).toBe(1)
  })

  it('8A of the host reaches the card', () => {
    const exchanges: { command: string; response: string }[] = []
    const world = { card: powered(testCard()) }
    const begun = start(world)
    const field55 = encodeTlvs([
      ['91', issuerOf(begun.field55).answer('00')],
      ['8A', asciiToBytes('11')],
    ])
    const answer = { kind: 'answered', approved: true, responseCode: '00', field55 } as const
    runKernel(world, completeContact(begun.session, answer), exchanges)
    expect(exchanges.find(({ command }) => command.startsWith('80AE40'))?.command.slice(10, 14)).toBe('3131')
  })
})
