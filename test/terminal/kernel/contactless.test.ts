import { describe, expect, it } from 'vitest'
import { cardCipher } from '../../../hardware/emulator/chip-card/card-cipher.ts'
import type { CardImage } from '../../../hardware/emulator/chip-card/card-image.ts'
import { type ChipCard, createChipCard } from '../../../hardware/emulator/chip-card/chip-card.ts'
import { fromHex, toHex } from '../../../src/base/bytes.ts'
import { decodeTlvs, findTlv } from '../../../src/emv/ber-tlv.ts'
import { cryptogramData, schemeCryptogram } from '../../../src/emv/schemes.ts'
import { startContactless } from '../../../src/terminal/kernel/contactless/contactless.ts'
import type {
  ContactlessOutcome,
  ContactlessTerms,
} from '../../../src/terminal/kernel/contactless/contactless-types.ts'
import { preProcess } from '../../../src/terminal/kernel/contactless/pre-processing.ts'
import type { KernelConfig } from '../../../src/terminal/kernel/kernel-config.ts'
import { vectorOf } from '../../emv/public-vectors.ts'
import { applicationOf, countingRandom, testCard } from '../../hardware/chip-card/test-cards.ts'
import { textOf } from '../../vectors/vectors.ts'
import { type Exchange, runKernel, testConfig, testTransaction } from './kernel-world.ts'

const TERMS: ContactlessTerms = {
  noPinLimitMinor: 100_000,
  noSignatureLimitMinor: 100_000,
  verifiesAlways: false,
  deviceVerification: true,
  offlineApproval: false,
}
const LIMITS = { floorLimitMinor: 0, transactionLimitMinor: 5_000_000, verificationLimitMinor: 100_000 }

interface Tap {
  readonly outcome: ContactlessOutcome
  readonly exchanges: readonly Exchange[]
}

function tap(
  image: CardImage,
  wish: {
    readonly amountMinor?: number
    readonly terms?: Partial<ContactlessTerms>
    readonly config?: Partial<KernelConfig>
    readonly goneAfter?: number
  } = {},
): Tap {
  const card = createChipCard(image, { random: countingRandom() })
  card.enterField()
  let count = 0
  const held: Pick<ChipCard, 'transmit'> = {
    transmit: (apdu) =>
      wish.goneAfter !== undefined && count++ >= wish.goneAfter ? new Uint8Array(0) : card.transmit(apdu),
  }
  const exchanges: Exchange[] = []
  const transaction = testTransaction({ amountMinor: wish.amountMinor ?? 8800 })
  const flow = startContactless(testConfig(wish.config), transaction, { ...TERMS, ...wish.terms })
  return { outcome: runKernel({ card: held }, flow, exchanges), exchanges }
}

function onlineOf({ outcome }: Tap) {
  if (outcome.kind !== 'online' && outcome.kind !== 'approved')
    throw new Error(`a tap that is ${outcome.kind}`)
  return outcome
}

const tapped = (changes: Parameters<typeof testCard>[0] = {}) => testCard({ contactless: 'card', ...changes })
/** `change` gets the card's application before it is tapped. */
function changed(
  image: CardImage,
  change: (application: ReturnType<typeof applicationOf>) => void,
): CardImage {
  change(applicationOf(image))
  return image
}

describe('a tap', () => {
  it('goes online with a cryptogram that the issuer can check', () => {
    const { card, field55, proof } = onlineOf(tap(tapped()))
    expect(card).toMatchObject({
      pan: '6210948000000011',
      panSequence: '001',
      expiry: '3012',
      serviceCode: '220',
    })
    expect(proof).toBe('none')
    const tlvs = decodeTlvs(field55)
    if (!tlvs.ok) throw new Error('field 55')
    const value = (tag: string) => findTlv(field55, tag)
    expect(tlvs.value.map(({ tag }) => tag).join(' ')).toBe(
      '9F26 9F27 9F10 9F37 9F36 95 9A 9C 9F02 5F2A 82 9F1A 9F03 9F33 9F35 9F1E 84 9F09 9F41',
    )
    expect(toHex(value('9F27') ?? field55)).toBe('80')
    const signed = cryptogramData('pboc-01', value)
    if (!signed.ok) throw new Error(signed.error.tag)
    const context = {
      applicationTransactionCounter: value('9F36') ?? field55,
      unpredictableNumber: value('9F37') ?? field55,
    }
    const key = fromHex(applicationOf(tapped()).keys.ac)
    expect(toHex(schemeCryptogram(cardCipher, 'pboc-01', key, context, signed.value))).toBe(
      toHex(value('9F26') ?? field55),
    )
  })

  it('is four kinds of commands: directory, selection, options, records; no second cryptogram', () => {
    const { exchanges } = tap(tapped())
    expect(exchanges.map(({ command }) => command.slice(0, 4))).toEqual([
      '00A4',
      '00A4',
      '80A8',
      '00B2',
      '00B2',
      '00B2',
      '00B2',
      '00B2',
    ])
  })

  it('asks for the PIN from the limit on, the first amount included', () => {
    expect(onlineOf(tap(tapped(), { amountMinor: 99_999 })).proof).toBe('none')
    expect(onlineOf(tap(tapped(), { amountMinor: 100_000 })).proof).toBe('pin')
    expect(onlineOf(tap(tapped(), { terms: { noPinLimitMinor: 0 } })).proof).toBe('pin')
    expect(onlineOf(tap(tapped(), { terms: { verifiesAlways: true } })).proof).toBe('pin')
  })

  it('takes a signature where card or merchant want one, and believes a phone', () => {
    expect(onlineOf(tap(tapped({ cvm: 'signature' }), { amountMinor: 200_000 })).proof).toBe('signature')
    expect(onlineOf(tap(tapped(), { terms: { noSignatureLimitMinor: 5000 } })).proof).toBe('signature')
    const phone = tapped({ contactless: 'phone' })
    expect(onlineOf(tap(phone, { amountMinor: 200_000 })).proof).toBe('device')
    expect(onlineOf(tap(phone, { amountMinor: 200_000, terms: { deviceVerification: false } })).proof).toBe(
      'pin',
    )
  })

  it('asks the holder of a card that names no way for the PIN', () => {
    expect(onlineOf(tap(tapped({ cvm: 'none' }), { amountMinor: 200_000 })).proof).toBe('pin')
  })

  it('holds a card from abroad to the limit of its application', () => {
    const applications = testConfig().applications.map((each) => ({
      ...each,
      contactless: { ...LIMITS, verificationLimitMinor: 5000 },
    }))
    expect(onlineOf(tap(tapped({ country: '702' }), { config: { applications } })).proof).toBe('pin')
    expect(onlineOf(tap(tapped(), { config: { applications } })).proof).toBe('none')
  })

  it('above the limit of a transaction wants another way, before the card is asked anything', () => {
    const { outcome, exchanges } = tap(tapped(), { amountMinor: 5_000_000 })
    expect(outcome).toEqual({ kind: 'otherWay', reason: 'limit' })
    expect(exchanges).toEqual([])
  })

  it.each([0, 1, 2, 3, 4, 7])('is torn after %i commands: the same card once more', (goneAfter) => {
    expect(tap(tapped(), { goneAfter }).outcome).toEqual({ kind: 'presentAgain' })
  })

  it('can not pay with a card that has nothing in common, or refuses', () => {
    const other = changed(tapped(), (application) => {
      application.aid = 'A0000000041010'
    })
    expect(tap(other).outcome).toEqual({ kind: 'otherWay', reason: 'application' })
    expect(tap({ ...tapped(), faults: { declinesFirst: true } }).outcome).toEqual({ kind: 'declined' })
    const blocked = changed(tapped(), ({ state }) => {
      state.blocked = true
    })
    expect(tap(blocked).outcome).toEqual({ kind: 'otherWay', reason: 'application' })
  })

  it('takes the application that the card prefers, of those that it may tap', () => {
    const image = tapped()
    const [first] = image.chip?.applications ?? []
    if (image.chip === undefined || first === undefined) throw new Error('no chip')
    const credit = { ...structuredClone(first), aid: 'A000000333010102', label: 'UICC CREDIT', priority: 1 }
    image.chip.applications = [{ ...first, priority: 2 }, credit]
    expect(onlineOf(tap(image)).card.aid).toBe('A000000333010102')
    const applications = testConfig().applications.filter(({ aid }) => toHex(aid) === 'A000000333010101')
    expect(onlineOf(tap(image, { config: { applications } })).card.aid).toBe('A000000333010101')
  })

  it('believes no card that approves what had to go online', () => {
    expect(tap({ ...tapped(), faults: { raisesCryptogram: true } }).outcome).toEqual({ kind: 'declined' })
  })
})

describe('fast offline authentication', () => {
  it('checks the chain and the fresh signature, and switches where the card says so', () => {
    expect(tap(tapped()).outcome.kind).toBe('online')
    expect(tap({ ...tapped(), faults: { wrongSignature: true } }).outcome).toEqual({
      kind: 'otherWay',
      reason: 'authentication',
    })
    expect(tap(tapped(), { config: { caKeys: [] } }).outcome).toEqual({
      kind: 'otherWay',
      reason: 'authentication',
    })
  })

  it('is left out by a card without a key pair, which goes online all the same', () => {
    const { outcome, exchanges } = tap(tapped({ authentication: 'sda' }))
    expect(outcome.kind).toBe('online')
    expect(exchanges).toHaveLength(3)
  })
})

describe('an approval by the card itself', () => {
  const applications = testConfig().applications.map((each) => ({
    ...each,
    contactless: { ...LIMITS, floorLimitMinor: 10_000 },
  }))
  const config = { applications }
  const offlineCard = () =>
    changed(tapped(), (application) => {
      application.offlineCountMax = 3
      application.offlineAmountMaxMinor = 20_000
    })

  it('stands below the floor limit, where the profile allows it and the card can prove itself', () => {
    const terms = { offlineApproval: true }
    expect(tap(offlineCard(), { config, terms }).outcome).toMatchObject({
      kind: 'approved',
      results: { cryptogramKind: 'TC' },
    })
    expect(tap(offlineCard(), { config }).outcome.kind).toBe('online')
    expect(tap(offlineCard(), { config, terms, amountMinor: 10_000 }).outcome.kind).toBe('online')
    expect(tap({ ...offlineCard(), faults: { wrongSignature: true } }, { config, terms }).outcome.kind).toBe(
      'otherWay',
    )
  })

  it('is not had of an expired card', () => {
    const old = changed(testCard({ contactless: 'card', expiry: '2601' }), (application) => {
      application.offlineCountMax = 3
      application.offlineAmountMaxMinor = 20_000
    })
    expect(tap(old, { config, terms: { offlineApproval: true } }).outcome).toEqual({ kind: 'declined' })
  })
})

describe('pre-processing', () => {
  const qualifiers = (amountMinor: number, terms: Partial<ContactlessTerms> = {}) =>
    toHex(
      preProcess(testConfig(), { amountMinor }, { ...TERMS, ...terms })[0]?.qualifiers ?? new Uint8Array(0),
    )

  it('says what the terminal has and wants', () => {
    expect(qualifiers(100)).toBe('37804080')
    expect(qualifiers(100_000)).toBe('37C04080')
    expect(qualifiers(100, { deviceVerification: false })).toBe('37800080')
  })

  it('asks the issuer about an enquiry', () => {
    expect(qualifiers(0, { offlineApproval: true })).toBe('37804080')
  })

  it('leaves out applications without limits for taps', () => {
    const names = preProcess(testConfig(), { amountMinor: 1 }, TERMS).map(({ parameters }) =>
      toHex(parameters.aid),
    )
    expect(names).not.toContain('A0000000041010')
    expect(names).toContain('A0000000031010')
  })
})

describe('a qPBOC card on the wire, of a public log', () => {
  it('is read: directory, track 2, qualifiers, and that the cryptogram is an ARQC', () => {
    const { inputs } = vectorOf('trace-qpboc-gpo')
    const answers = [
      textOf(inputs['ppse'] as Record<string, unknown>, 'r'),
      // The log leaves the selection out; its list of data objects is given.
      `6F278408A000000333010101A51B9F3818${textOf(inputs, 'pdol')}9000`,
      textOf(inputs['gpo'] as Record<string, unknown>, 'r'),
    ]
    const exchanges: Exchange[] = []
    const world = {
      card: { transmit: () => fromHex(answers.shift() ?? '6A83') },
      random: { bytes: () => fromHex('2B29EBE4') },
    }
    const transaction = testTransaction({
      amountMinor: 1,
      localTime: { year: 2017, month: 6, day: 1, hour: 9, minute: 0, second: 0 },
    })
    const outcome = runKernel(world, startContactless(testConfig(), transaction, TERMS), exchanges)
    expect(outcome).toMatchObject({
      kind: 'online',
      card: { pan: '6299999999999999', panSequence: '000', expiry: '2011' },
      proof: 'none',
    })
    // What the card was told is what that log's terminal told it, but for the qualifiers.
    const sent = exchanges[2]?.command ?? ''
    const logged = textOf(inputs['gpo'] as Record<string, unknown>, 'c')
    expect(sent.replace('37804080', '36800000')).toBe(logged)
  })
})
