import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { type CardImage, cardImageSchema } from '../../../hardware/emulator/chip-card/card-image.ts'
import { loadCardImage, saveCardImage } from '../../../hardware/emulator/chip-card/card-image-file.ts'
import { type ChipCard, createChipCard } from '../../../hardware/emulator/chip-card/chip-card.ts'
import { fromHex, toHex } from '../../../src/base/bytes.ts'
import { getDataCommand } from '../../../src/emv/apdu.ts'
import { applicationOf, countingRandom, testCard } from './test-cards.ts'

const SELECT = '00A4040008A00000033301010100'
const GPO = '80A8000002830000'
/** CDOL1 data: amount, country, TVR, currency, date, type, unpredictable number, time, merchant, CVM results. */
const CDOL1_DATA = `000000008800000000000000015600000080000156261123000102030419300500${'20'.repeat(19)}420000`
const GAC1 = `80AE800037${CDOL1_DATA}00`
const CDOL2_DATA = '30300000000088000000000000000156000000800001562611230001020304193005'
const GAC2 = `80AE400022${CDOL2_DATA}00`

function powered(image: CardImage = testCard()): ChipCard {
  const card = createChipCard(image, { random: countingRandom() })
  expect(card.powerOn().length).toBeGreaterThan(1)
  return card
}

/** Status word of the last of `commands`. */
function status(card: ChipCard, ...commands: readonly string[]): string {
  let response = ''
  for (const command of commands) response = toHex(card.transmit(fromHex(command)))
  return response.slice(-4)
}

describe('chip card: status words', () => {
  it.each([
    ['an unknown name', ['00A4040007A000000999010100'], '6A82'],
    ['a wrong P1 of SELECT', ['00A4000002000000'], '6A86'],
    ['a length that does not fit', ['00A404000AA00000033301010100'], '6700'],
    ['GPO before SELECT', [GPO], '6985'],
    ['an unknown class', ['B0CA9F3600'], '6E00'],
    ['an unknown class after SELECT', [SELECT, 'B0CA9F3600'], '6E00'],
    ['an unknown instruction', [SELECT, '00FF000000'], '6D00'],
    ['READ RECORD before GPO', [SELECT, '00B2010C00'], '6985'],
    ['a file that is not there', [SELECT, GPO, '00B201F400'], '6A82'],
    ['a record past the end', [SELECT, GPO, '00B2090C00'], '6A83'],
    ['wrong P2 of READ RECORD', [SELECT, GPO, '00B2010800'], '6A86'],
    ['GPO twice', [SELECT, GPO, GPO], '6985'],
    ['GPO with more data than the PDOL', [SELECT, '80A80000038301AA00'], '6700'],
    ['GPO without its template', [SELECT, '80A8000002840000'], '6A80'],
    ['wrong P1 of GPO', [SELECT, '80A8010002830000'], '6A86'],
    ['GENERATE AC before GPO', [SELECT, GAC1], '6985'],
    ['GENERATE AC of wrong length', [SELECT, GPO, '80AE800004AABBCCDD00'], '6700'],
    ['GENERATE AC of an unknown kind', [SELECT, GPO, GAC1.replace('80AE80', '80AEC0')], '6A86'],
    ['a third GENERATE AC', [SELECT, GPO, GAC1, GAC2, GAC2], '6985'],
    ['EXTERNAL AUTHENTICATE too early', [SELECT, GPO, '008200000A00000000000000003030'], '6985'],
    ['EXTERNAL AUTHENTICATE of wrong length', [SELECT, GPO, GAC1, '00820000081122334455667788'], '6700'],
    [
      'EXTERNAL AUTHENTICATE with a wrong ARPC',
      [SELECT, GPO, GAC1, '008200000A00000000000000003030'],
      '6300',
    ],
    [
      'EXTERNAL AUTHENTICATE twice',
      [SELECT, GPO, GAC1, '008200000A00000000000000003030', '008200000A00000000000000003030'],
      '6985',
    ],
    ['INTERNAL AUTHENTICATE before GPO', [SELECT, '00880000040102030400'], '6985'],
    ['INTERNAL AUTHENTICATE of wrong length', [SELECT, GPO, '008800000301020300'], '6700'],
    ['GET DATA of an unknown object', [SELECT, '80CA9F9900'], '6A88'],
    ['GET CHALLENGE', [SELECT, '0084000000'], '9000'],
    ['a script without a cryptogram', [SELECT, GPO, '842400000800000000000000FF'.slice(0, 26)], '6985'],
    ['a script with a wrong MAC', [SELECT, GPO, GAC1, '84240000080102030405060708'], '6988'],
    ['a script without a MAC', [SELECT, GPO, GAC1, '8424000003010203'], '6987'],
  ] as const)('%s', (_name, commands, expected) => {
    expect(status(powered(), ...commands)).toBe(expected)
  })

  it('does not answer without power', () => {
    const card = createChipCard(testCard(), { random: countingRandom() })
    expect(card.transmit(fromHex(SELECT))).toHaveLength(0)
    card.powerOn()
    expect(status(card, SELECT)).toBe('9000')
    card.powerOff()
    expect(card.transmit(fromHex(SELECT))).toHaveLength(0)
  })

  it('a reset forgets the selection and the state of the transaction, not the counters', () => {
    const card = powered()
    expect(status(card, SELECT, GPO)).toBe('9000')
    card.powerOn()
    expect(status(card, GPO)).toBe('6985')
    expect(status(card, SELECT, GPO)).toBe('9000')
    expect(applicationOf(card.image).state.atc).toBe(2)
  })

  it('any bytes at all get an answer of two bytes or more, and the image stays a card', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 8 }), (commands) => {
        const card = powered()
        for (const command of commands) expect(card.transmit(command).length).toBeGreaterThanOrEqual(2)
        expect(cardImageSchema.safeParse(card.image).success).toBe(true)
      }),
      { numRuns: 200 },
    )
  })
})

describe('chip card: PIN', () => {
  const right = '002000800826123456FFFFFFFF'
  const wrong = '0020008008261234FFFFFFFFFF'

  it('counts wrong PINs down, blocks, and a right one before that gives the tries back', () => {
    const card = powered()
    expect(status(card, SELECT, GPO, wrong)).toBe('63C2')
    expect(status(card, right)).toBe('9000')
    expect(status(card, wrong)).toBe('63C2')
    expect(status(card, wrong)).toBe('63C1')
    expect(status(card, wrong)).toBe('63C0')
    expect(status(card, right)).toBe('6983')
    expect(toHex(card.transmit(getDataCommand('9F17')))).toBe('9F1701009000')
  })

  it('the tries survive a power cycle', () => {
    const card = powered()
    status(card, SELECT, GPO, wrong)
    const again = powered(card.image)
    expect(status(again, SELECT, GPO, wrong)).toBe('63C1')
  })

  it('a card without an offline PIN says so', () => {
    expect(status(powered(testCard({ pin: undefined })), SELECT, GPO, right)).toBe('6984')
  })

  it('an enciphered PIN is not supported', () => {
    expect(status(powered(), SELECT, GPO, '0020008808261234FFFFFFFFFF')).toBe('6A86')
  })
})

describe('chip card: memory', () => {
  it('tells each change before the answer leaves, and never changes the image it was made from', () => {
    const image = testCard()
    const before = JSON.stringify(image)
    const seen: number[] = []
    const card = createChipCard(image, {
      random: countingRandom(),
      changed: (now) => seen.push(applicationOf(now).state.atc),
    })
    card.powerOn()
    status(card, SELECT, GPO)
    expect(seen).toEqual([1])
    expect(JSON.stringify(image)).toBe(before)
  })

  it('a counter at its end serves no more', () => {
    const image = testCard()
    applicationOf(image).state.atc = 0xffff
    expect(status(powered(image), SELECT, GPO)).toBe('6985')
  })

  it('an offline TC needs the card to have been online, and room in its limits', () => {
    const requestTc = GAC1.replace('80AE80', '80AE40')
    const kind = (changes: {
      lastOnlineAtc: number
      offlineCountMax: number
      consecutiveOffline?: number
    }) => {
      const image = testCard()
      const application = applicationOf(image)
      application.offlineCountMax = changes.offlineCountMax
      application.offlineAmountMaxMinor = 100_000
      Object.assign(application.state, {
        lastOnlineAtc: changes.lastOnlineAtc,
        consecutiveOffline: changes.consecutiveOffline ?? 0,
      })
      const card = powered(image)
      status(card, SELECT, GPO)
      return toHex(card.transmit(fromHex(requestTc))).slice(4, 6)
    }
    expect(kind({ lastOnlineAtc: 0, offlineCountMax: 5 })).toBe('80')
    expect(kind({ lastOnlineAtc: 1, offlineCountMax: 0 })).toBe('80')
    expect(kind({ lastOnlineAtc: 1, offlineCountMax: 5 })).toBe('40')
    expect(kind({ lastOnlineAtc: 1, offlineCountMax: 5, consecutiveOffline: 5 })).toBe('80')
  })
})

describe('card image files', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tillwire-card-'))
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  it('come back as they were, readable by their owner only, with nothing left beside', () => {
    const path = join(directory, 'card.json')
    const image = testCard()
    saveCardImage(path, image)
    saveCardImage(path, image)
    expect(loadCardImage(path)).toEqual({ ok: true, value: image })
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readdirSync(directory)).toEqual(['card.json'])
  })

  it.each([
    ['cut', (text: string) => text.slice(0, text.length / 2), 'notJson'],
    ['something else', () => '{"hello":1}', 'notACard'],
    ['a wrong member', (text: string) => text.replace('"atc": 0', '"atc": 70000'), 'notACard'],
    ['a second meaning', (text: string) => text.replace('"format"', '"extra": 1, "format"'), 'notACard'],
  ])('%s: one message without any of its content', (_name, damage, kind) => {
    const path = join(directory, 'damaged.json')
    const image = testCard()
    saveCardImage(path, image)
    writeFileSync(path, damage(readFileSync(path, 'utf8')))
    const loaded = loadCardImage(path)
    if (loaded.ok) throw new Error('a damaged file was taken')
    expect(loaded.error.kind).toBe(kind)
    expect(loaded.error.message).toContain(path)
    expect(loaded.error.message).toContain('tillwire card new')
    expect(loaded.error.message).not.toContain(applicationOf(image).pan)
    expect(loaded.error.message).not.toContain('70000')
    expect(loaded.error.message.split('\n')).toHaveLength(1)
  })

  it('a missing file says so', () => {
    const loaded = loadCardImage(join(directory, 'nothing.json'))
    expect(!loaded.ok && loaded.error.kind).toBe('unreadable')
  })

  it('a failed save leaves nothing', () => {
    expect(() => saveCardImage(join(directory, 'no', 'such', 'place.json'), testCard())).toThrow()
    expect(readdirSync(directory)).not.toContain('no')
  })
})

describe('stripe of a personalised card', () => {
  it('says by its service code whether there is a chip', () => {
    const chip = testCard()
    const stripe = testCard({ stripeOnly: true })
    expect(chip.stripe?.track2).toMatch(/^6210948000000011=3012220\d{8}$/)
    expect(stripe.stripe?.track2).toMatch(/^6210948000000011=3012120\d{8}$/)
    expect(stripe.chip).toBeUndefined()
    expect(chip.stripe?.track1).toMatch(/^B6210948000000011\^TEST\/CARD\^3012220/)
    expect(chip.stripe?.track3?.length).toBeLessThanOrEqual(104)
    expect(createChipCard(stripe, { random: countingRandom() }).powerOn()).toHaveLength(0)
  })

  it('no name holds a full card number', () => {
    expect(testCard().name).not.toContain('6210948000000011')
  })
})
