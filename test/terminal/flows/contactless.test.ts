import { beforeEach, describe, expect, it } from 'vitest'
import { type ChipCard, createChipCard } from '../../../hardware/emulator/chip-card/chip-card.ts'
import { toHex } from '../../../src/base/bytes.ts'
import { sha1 } from '../../../src/crypto/hash.ts'
import { findTlv } from '../../../src/emv/ber-tlv.ts'
import type { TerminalProfile } from '../../../src/terminal/flows/terminal-profile.ts'
import { applicationOf, countingRandom, testCard } from '../../hardware/chip-card/test-cards.ts'
import { CA_KEY } from '../kernel/kernel-world.ts'
import { CHIP_STRIPE, type FakeWorld, openWorld, PAN, visibleText } from './fake-world.ts'
import { text } from './text-codec.ts'

const TAP = { kind: 'contactless' } as const
const SALE = { kind: 'sale', amountMinor: 8800 } as const
/** Nothing of the certificates can be checked in this world: cards without keys of their own. */
const ORDER = { contactless: 'card', authentication: 'sda' } as const

/** A card that is held at the reader from the first time it is tapped. */
function held(image = testCard(ORDER)): ChipCard {
  const card = createChipCard(image, { random: countingRandom() })
  card.enterField()
  return card
}

/** Gone after so many commands, and whole when it is tapped again. */
function torn(after: number): { transmit(apdu: Uint8Array): Uint8Array } {
  const card = held()
  let count = 0
  return {
    transmit(apdu) {
      count++
      if (count <= after || count > after + 1) return card.transmit(apdu)
      card.enterField()
      return new Uint8Array(0)
    },
  }
}

function tapWorld(profile: Partial<TerminalProfile> = {}): FakeWorld {
  const world = openWorld({ contactlessReader: true, ...profile })
  world.cards = [TAP]
  world.chip = held()
  return world
}

let world: FakeWorld
beforeEach(() => {
  world = tapWorld()
})

describe('a small sale by tap', () => {
  it('asks neither for PIN nor for signature, and the card may go before the host is asked', () => {
    expect(world.run(SALE)).toMatchObject({ kind: 'approved' })
    const [sale] = world.sent('0200')
    expect(sale && text(sale, 22)).toBe('072')
    expect(sale && text(sale, 23)).toBe('001')
    expect(sale && text(sale, 60)).toMatch(/^22\d{6}00060/)
    expect(sale?.fields[52]).toBeUndefined()
    const screens = world.screens()
    expect(screens.indexOf('tapRead')).toBeLessThan(screens.indexOf('waitingForHost'))
    expect(screens[0]).toBe('tapInsertOrSwipe')
    expect(world.signals).toEqual(['read'])
    // Nothing is in the slot: nobody is asked to take it out.
    expect(screens).not.toContain('removeCard')
  })

  it('says so on the slip, and shows nothing that must not be shown', () => {
    world.run(SALE)
    const slip = JSON.stringify(world.printed()[0])
    expect(slip).toMatch(/免密免签/)
    expect(slip).toMatch(/621094\*+0011 \/C/)
    expect(visibleText(world)).not.toContain(PAN)
  })

  it('goes up at the settlement with its one cryptogram', () => {
    world.run(SALE)
    const [sale] = world.sent('0200')
    world.run({ kind: 'settle' })
    const upload = world.sent('0320').find((each) => each.fields[55] !== undefined)
    expect(upload && text(upload, 22)).toBe('072')
    expect(upload?.fields[55]).toEqual(sale?.fields[55])
  })
})

describe('above the limits', () => {
  it('the PIN is asked for once the card is gone', () => {
    expect(world.run({ kind: 'sale', amountMinor: 100_000 })).toMatchObject({ kind: 'approved' })
    const screens = world.screens()
    expect(screens.indexOf('tapRead')).toBeLessThan(screens.indexOf('enterPin'))
    const [sale] = world.sent('0200')
    expect(sale && text(sale, 22)).toBe('071')
    expect(sale?.fields[52]).toBeDefined()
    expect(JSON.stringify(world.printed()[0])).toMatch(/交易凭密码/)
  })

  it('those that were loaded from the host count', () => {
    const load = (values: Readonly<Record<string, string>>) => {
      world = tapWorld()
      world.append({ kind: 'downloadActivated', set: 'contactless', contactless: values })
      world.run(SALE)
      return text(world.sent('0200')[0] as never, 22)
    }
    expect(load({ FF8058: '000000008800' })).toBe('071')
    expect(load({ FF8058: '000000008801' })).toBe('072')
    expect(load({ FF8058: '000000100000', FF8054: '0' })).toBe('071')
    load({ FF8058: '000000100000', FF8059: '000000008800' })
    expect(JSON.stringify(world.printed()[0])).toMatch(/CARDHOLDER SIGNATURE/)
  })

  it('from the limit of a tap on the reader asks for other ways only, and says why', () => {
    world.cards = [CHIP_STRIPE]
    world.run({ kind: 'sale', amountMinor: 5_000_000 })
    expect(world.waitedFor[0]).toEqual({ chip: true, stripe: true })
    expect(world.screens().slice(0, 2)).toEqual(['tapLimit', 'presentCard'])
  })
})

describe('a tap that does not come to an end', () => {
  it.each([0, 2])('torn after %i commands: the same card again, and one request in all', (after) => {
    world.cards = [TAP, TAP]
    world.chip = torn(after)
    expect(world.run(SALE)).toMatchObject({ kind: 'approved' })
    expect(world.screens()).toContain('tapAgain')
    expect(world.signals).toEqual(['failed', 'read'])
    expect(world.sent('0200')).toHaveLength(1)
    expect(world.sent('0400')).toEqual([])
  })

  it('two cards at once, and one that can not be read, are told and asked for again', () => {
    world.cards = [{ kind: 'contactlessCollision' }, { kind: 'contactlessUnreadable' }, TAP]
    expect(world.run(SALE)).toMatchObject({ kind: 'approved' })
    expect(world.screens()).toEqual(expect.arrayContaining(['oneCardOnly', 'tapAgain', 'tapRead']))
  })

  it('a card that can not be tapped is to be put in: the reader does not ask for taps again', () => {
    const other = testCard(ORDER)
    applicationOf(other).aid = 'A0000000041010'
    world.chip = held(other)
    world.cards = [TAP, { kind: 'cancelled' }]
    expect(world.run(SALE)).toMatchObject({ kind: 'cancelled' })
    expect(world.screens()).toEqual(expect.arrayContaining(['tapNotPossible', 'presentCard']))
    expect(world.waitedFor).toEqual([
      { chip: true, stripe: true, contactless: true },
      { chip: true, stripe: true },
    ])
  })

  it('a card that refuses ends it; nothing is sent', () => {
    world.chip = held({ ...testCard(ORDER), faults: { declinesFirst: true } })
    expect(world.run(SALE)).toMatchObject({ kind: 'refused', reason: 'cardRefused' })
    expect(world.sent()).toEqual([])
  })

  it('a reversal names the tap, and nothing of the card needs to be finished', () => {
    world.behaviours = [{ kind: 'silent' }]
    expect(world.run(SALE)).toMatchObject({ kind: 'reversed' })
    const [reversal] = world.sent('0400')
    expect(reversal && text(reversal, 22)).toBe('072')
    expect(toHex(reversal?.fields[55] as Uint8Array)).toMatch(/^9505/)
  })
})

describe('other transactions by tap', () => {
  it('a pre-authorisation and a balance ask for the PIN whatever the amount is', () => {
    world.run({ kind: 'preAuthorisation', amountMinor: 100 })
    expect(text(world.sent('0100')[0] as never, 22)).toBe('071')
    world = tapWorld()
    world.run({ kind: 'balance' })
    expect(text(world.sent('0200')[0] as never, 22)).toBe('071')
  })

  it('a refund and a void take the number, without a cryptogram', () => {
    world.run({
      kind: 'refund',
      amountMinor: 100,
      originalReferenceNumber: '123456789012',
      original: { batch: '000001', stan: '000001', date: '1123' },
    })
    const [refund] = world.sent('0220')
    expect(refund && text(refund, 22)).toBe('072')
    expect(refund?.fields[55]).toBeUndefined()
    world = tapWorld({ voidNeedsCard: true })
    world.cards = [TAP, TAP]
    const sold = world.run(SALE)
    world.chip = held()
    const stan = sold.kind === 'approved' ? sold.transaction.stan : ''
    expect(world.run({ kind: 'void', stan })).toMatchObject({ kind: 'approved' })
    const [, undo] = world.sent('0200')
    expect(undo && text(undo, 22)).toBe('072')
    expect(JSON.stringify(world.printed().at(-1))).not.toMatch(/免密免签/)
  })

  it('a card of the blacklist is refused', () => {
    world.append(
      { kind: 'downloadListed', set: 'blacklist', names: ['621094'], isComplete: true },
      { kind: 'downloadActivated', set: 'blacklist' },
    )
    expect(world.run(SALE)).toMatchObject({ kind: 'refused', reason: 'cardBlacklisted' })
  })
})

describe('taps while the host is away', () => {
  const OFFLINE = { offlineSales: true, offlineEntries: ['chip', 'contactless'] } as const

  it('one that asked for the host is not sold: the card is gone and can not be asked again', () => {
    world = tapWorld(OFFLINE)
    world.behaviours = [{ kind: 'notSent' }]
    expect(world.run(SALE)).toEqual({ kind: 'failed', reason: 'noConnection' })
    expect(world.state.transactions).toEqual([])
  })

  it('below the floor limit the card may approve by itself: sold at once, sent later with its certificate', () => {
    world = tapWorld(OFFLINE)
    world.chipServices = { sha1, caKeys: [CA_KEY] }
    const limits = 'DF1906000000010000DF2006000005000000DF2106000000100000'
    const application = `9F0608A000000333010101DF0101009F08020020DF1105D84000A800DF1205D84004F800DF13050010000000${limits}`
    world.append(
      { kind: 'downloadReceived', set: 'applications', item: application },
      { kind: 'downloadActivated', set: 'applications' },
    )
    const image = testCard({ contactless: 'card' })
    applicationOf(image).offlineCountMax = 3
    applicationOf(image).offlineAmountMaxMinor = 20_000
    world.chip = held(image)
    expect(world.run(SALE)).toMatchObject({ kind: 'queued' })
    expect(world.sent('0200')).toEqual([])
    // Nobody was asked: the card has said yes.
    expect(world.story.some((each) => each.kind === 'asked')).toBe(false)
    expect(JSON.stringify(world.printed()[0])).toMatch(/离线交易.*免密免签/s)
    world.run({ kind: 'sendPending' })
    const [sent] = world.sent('0200')
    const field55 = sent?.fields[55] as Uint8Array
    expect(sent && text(sent, 60)).toMatch(/^36\d{6}0006/)
    expect(toHex(findTlv(field55, '9F27') ?? field55)).toBe('40')
    expect(toHex(findTlv(field55, '8A') ?? field55)).toBe('5931')
    world.cards = [TAP]
    world.chip = held(image)
    expect(world.run({ kind: 'sale', amountMinor: 10_000 })).toMatchObject({ kind: 'approved' })
  })
})
