import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { COMMAND, EVENT, REPLY } from '../../hardware/protocol/link-codes.ts'
import { encodeFrame, FROM_DEVICE, LinkDecoder } from '../../hardware/protocol/link-frame.ts'
import { fromHex, toHex } from '../../src/base/bytes.ts'
import { isLuhnValid, withLuhnDigit } from '../../src/base/exposure.ts'
import { DEFAULT_ISSUERS } from '../../src/host/estate/default-estate.ts'
import { compileSpec } from '../../src/iso8583/compile.ts'
import { ISO1987_ASCII } from '../../src/iso8583/specs/iso1987-ascii.ts'
import { UNIONPAY_POS } from '../../src/iso8583/specs/unionpay-pos.ts'
import { LinkLineRecorder, PrinterLineRecorder } from '../../src/recording/line-recorders.ts'
import { ApduMask } from '../../src/recording/mask-apdu.ts'
import { LinkMask } from '../../src/recording/mask-link.ts'
import { MessageMask } from '../../src/recording/mask-message.ts'
import { maskTlvs } from '../../src/recording/mask-tlv.ts'
import { maskTrack1, maskTrack2, maskTrack3 } from '../../src/recording/mask-track.ts'
import { TEST_RANGES, TestCards } from '../../src/recording/test-cards.ts'

const REAL = '6225880137000007'
const NOTHING = new Uint8Array(0)
const newCards = () => new TestCards({ today: { year: 2026, month: 11 } })

function newLinkMask(cards: TestCards): LinkMask {
  return new LinkMask({
    cards,
    messages: new MessageMask(cards, () => undefined),
    codec: compileSpec(UNIONPAY_POS),
    trackEncrypted() {},
  })
}

describe('test cards', () => {
  it('the same card gets the same number, another card another; both are valid, as long, and in a test range', () => {
    const pans = fc
      .tuple(
        fc.constantFrom('62', '4', '5', '2', '3', '621094', '476173'),
        fc.bigInt(10n ** 18n, 10n ** 19n - 1n),
      )
      .chain(([prefix, digits]) =>
        fc
          .integer({ min: 13, max: 19 })
          .map((size) => withLuhnDigit((prefix + String(digits)).slice(0, size - 1))),
      )
    fc.assert(
      fc.property(fc.uniqueArray(pans, { maxLength: 40 }), (all) => {
        const cards = newCards()
        const given = all.map((pan) => cards.panFor(pan))
        expect(new Set(given).size).toBe(all.length)
        expect(all.map((pan) => cards.panFor(pan))).toEqual(given)
        for (const [index, pan] of given.entries()) {
          expect(pan).toHaveLength(all[index]?.length ?? 0)
          expect(isLuhnValid(pan)).toBe(true)
          expect(TEST_RANGES.some((range) => pan.startsWith(range))).toBe(true)
          expect(pan).not.toBe(all[index])
        }
      }),
    )
  })

  it('each test range has an issuer at the host of a replay', () => {
    const prefixes = DEFAULT_ISSUERS.flatMap((issuer) => issuer.prefixes)
    expect(TEST_RANGES.filter((range) => !prefixes.includes(range))).toEqual([])
  })

  it('text: whole and truncated numbers, and numbers that nobody announced', () => {
    const cards = newCards()
    const test = cards.panFor(REAL)
    expect(cards.scrub(`CARD ${REAL}.`)).toBe(`CARD ${test}.`)
    expect(cards.scrub(`00${REAL}99`)).toBe(`00${test}99`)
    expect(cards.scrub('622588******0007 /I')).toBe(`${test.slice(0, 6)}******${test.slice(-4)} /I`)
    const other = withLuhnDigit('622588013700001')
    expect(cards.scrub(other)).not.toContain(other)
    expect(cards.scrub('REF 000000000017')).toBe('REF 000000000017')
  })

  it('an expiry date says only whether the card was expired', () => {
    const cards = newCards()
    expect([cards.expiryFor('2610'), cards.expiryFor('2611'), cards.expiryFor('3012')]).toEqual([
      '2001',
      '4912',
      '4912',
    ])
  })
})

describe('tracks', () => {
  it('keep their shape', () => {
    const cards = newCards()
    const pan = cards.panFor(REAL)
    expect(maskTrack2(cards, `${REAL}=30122019876543`)).toBe(`${pan}=49122010000000`)
    expect(maskTrack1(cards, `B${REAL}^DOE/JANE^30122019876543`)).toBe(`B${pan}^XXXXXXXX^49122010000000`)
    expect(maskTrack3(cards, `99${REAL}=156156=777`)).toBe(`99${pan}=000000=000`)
    expect(maskTrack2(cards, 'no track at all')).toBe('000000000000000')
  })
})

describe('chip data', () => {
  it('objects that name the card, that are secret or that nobody knows', () => {
    const cards = newCards()
    const test = cards.panFor(REAL)
    const record = fromHex(
      `702F5A08${REAL}5F2403301231` +
        `5F20094A414E452F444F4545` +
        'DF7A0401020304' +
        '9F360200019F2608AABBCCDDEEFF0011',
    )
    record[1] = record.length - 2
    const masked: string[] = []
    expect(maskTlvs(cards, record, (tag) => masked.push(tag))).toBe(true)
    expect(toHex(record.subarray(2))).toBe(
      `5A08${test}5F24034912315F2009${'00'.repeat(9)}DF7A04000000009F360200019F2608${'00'.repeat(8)}`,
    )
    expect(masked).toEqual(['5A', '5F24', '5F20', 'DF7A', '9F26'])
  })

  it('a PIN in a VERIFY, the data of an instruction that is not known, and the cryptogram of format 1', () => {
    const mask = new ApduMask(newCards())
    expect(toHex(mask.command(fromHex('0020008008241234FFFFFFFFFF')) ?? NOTHING)).toBe(
      '00200080080000000000000000',
    )
    expect(toHex(mask.command(fromHex('80500000081122334455667788')) ?? NOTHING)).toBe(
      '80500000080000000000000000',
    )
    expect(toHex(mask.response(fromHex('6210948000000011900000')) ?? NOTHING)).toBe('0000000000000000000000')
    mask.command(fromHex('80AE80000400000000 00'))
    expect(toHex(mask.response(fromHex('800B80000111223344556677889000')) ?? NOTHING)).toBe(
      '800B80000100000000000000009000',
    )
    expect(mask.command(fromHex('00A4'))).toBeUndefined()
  })
})

describe('messages', () => {
  it.each([UNIONPAY_POS, ISO1987_ASCII])(
    '$id: a field that may not be shown is masked, whichever it is',
    (spec) => {
      const codec = compileSpec(spec)
      const mark = 'SECRET7'
      for (const [key, element] of Object.entries(spec.elements)) {
        const bit = Number(key)
        if (element.exposure === 'clear' || bit === 65) continue
        const { length, attribute } = element
        const size = length.kind === 'fixed' ? length.size : Math.min(length.sizeMax, 16)
        const text = /^[nz]$/.test(attribute)
          ? REAL.padEnd(size, '7').slice(0, size)
          : mark.padEnd(size, '7').slice(0, size)
        const value = attribute === 'b' ? new Uint8Array(size).fill(0x77) : text
        const encoded = codec.encode({ mti: '0200', fields: { 3: '000000', [bit]: value } })
        if (!encoded.ok) throw new Error(`field ${bit}: ${encoded.error.kind}`)
        const masked = new MessageMask(newCards(), () => undefined).mask(codec, encoded.value)
        expect(masked, `field ${bit}`).toBeDefined()
        const shown = masked?.message.fields[bit]
        expect(shown, `field ${bit}`).not.toEqual(value)
        const clear = shown instanceof Uint8Array ? toHex(shown) : String(shown)
        expect(
          clear.includes('SECRET') || clear.includes('7777') || clear.includes(REAL),
          `field ${bit}`,
        ).toBe(false)
        expect(masked?.masked).toContain(String(bit))
      }
    },
  )

  it('an encrypted track becomes the test card where somebody can read it, else zeros', () => {
    const cards = newCards()
    const codec = compileSpec(UNIONPAY_POS)
    const fields = { 35: '622588013FF00AA00112233D30122019', 41: '10000001', 53: '0610000000000000' }
    const encoded = codec.encode({
      mti: '0200',
      fields: { ...fields, 35: fields[35].replaceAll('F', '1').replaceAll('A', '2') },
    })
    if (!encoded.ok) throw new Error(encoded.error.kind)
    const read = new MessageMask(cards, () => `${REAL}D30122010000123`).mask(codec, encoded.value)
    expect(read?.message.fields[35]).toBe(`${cards.panFor(REAL)}D49122010000000`)
    const unread = new MessageMask(cards, () => undefined).mask(codec, encoded.value)
    expect(unread?.message.fields[35]).toMatch(/^0+$/)
  })
})

describe('the peripheral link', () => {
  it('a code that has no name is recorded by its size', () => {
    const cards = newCards()
    const recorder = new LinkLineRecorder(newLinkMask(cards), cards)
    const known = new Set<number>([...Object.values(COMMAND), 0x06, 0x15])
    for (let command = 0; command < 0x80; command++) {
      if (known.has(command)) continue
      const frame = encodeFrame({ address: 2, sequence: 1, command, payload: fromHex(REAL) })
      expect(recorder.bytes('device', frame)).toEqual([
        { kind: 'size', to: 'device', size: frame.length, reason: 'a payload that is not known' },
      ])
    }
  })

  it('no payload of any message leaves a card number', () => {
    const codes = [
      ...Object.values(COMMAND).flatMap((code) => [
        [0, code],
        [FROM_DEVICE, code | REPLY],
      ]),
      ...Object.values(EVENT).map((code) => [FROM_DEVICE, code]),
    ] as const
    const secret = fc.constantFrom(toHex(Buffer.from(REAL)), REAL)
    const filler = fc.uint8Array({ maxLength: 20 }).map(toHex)
    fc.assert(
      fc.property(
        fc.constantFrom(...codes),
        filler,
        secret,
        filler,
        ([way, command], before, hidden, after) => {
          const cards = newCards()
          cards.panFor(REAL)
          const mask = newLinkMask(cards)
          const recorder = new LinkLineRecorder(mask, cards)
          const payload = fromHex(before + hidden + after)
          const frame = encodeFrame({ address: (way ?? 0) | 2, sequence: 1, command: command ?? 0, payload })
          const items = recorder.bytes(way === 0 ? 'device' : 'terminal', frame)
          const text = JSON.stringify(items)
          expect(text).not.toContain(REAL)
          expect(text).not.toContain(toHex(Buffer.from(REAL)))
        },
      ),
      { numRuns: 3000 },
    )
  })

  it('keeps the PIN result, not its block', () => {
    const cards = newCards()
    const frame = {
      address: 0x82,
      sequence: 1,
      command: EVENT.pinResult,
      payload: fromHex('000123456789ABCDEF'),
    }
    const [item] = new LinkLineRecorder(newLinkMask(cards), cards).bytes('terminal', encodeFrame(frame))
    if (item?.kind !== 'frame') throw new Error('no frame')
    const [read] = new LinkDecoder().push(fromHex(item.hex))
    expect(read?.kind === 'frame' && toHex(read.frame.payload)).toBe('000000000000000000')
  })
})

describe('the printer', () => {
  it('a card number is found however the bytes are cut', () => {
    const text = `CARD ${REAL} TOTAL 000001\n`
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 8, maxLength: 40 }), (sizes) => {
        const cards = newCards()
        const test = cards.panFor(REAL)
        const recorder = new PrinterLineRecorder(cards)
        const items = []
        let at = 0
        for (const size of [...sizes, text.length]) {
          items.push(...recorder.bytes('device', Buffer.from(text.slice(at, at + size))))
          at += size
        }
        items.push(...recorder.end())
        const hex = items.map((item) => (item.kind === 'size' ? '' : item.hex)).join('')
        expect(Buffer.from(hex, 'hex').toString()).toBe(text.replace(REAL, test))
      }),
    )
  })

  it('what is no status is recorded by its size', () => {
    const recorder = new PrinterLineRecorder(newCards())
    expect(recorder.bytes('terminal', fromHex('1000000F'))).toMatchObject([
      { kind: 'bytes', hex: '1000000F' },
    ])
    expect(recorder.bytes('terminal', Buffer.from(REAL))).toMatchObject([{ kind: 'size', size: 16 }])
  })
})
