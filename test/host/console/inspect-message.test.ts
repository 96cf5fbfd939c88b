import { describe, expect, it } from 'vitest'
import { fromHex } from '../../../src/base/bytes.ts'
import type { MessagePart } from '../../../src/host/console/api-types/messages.ts'
import { inspectMessage } from '../../../src/host/console/messages/inspect-message.ts'
import { maskBytes } from '../../../src/host/console/messages/mask-bytes.ts'
import { compileSpec } from '../../../src/iso8583/compile.ts'
import { ISO1987_ASCII } from '../../../src/iso8583/specs/iso1987-ascii.ts'
import { UNIONPAY_POS } from '../../../src/iso8583/specs/unionpay-pos.ts'

const PAN = '6210941234567890123'
const CHIP =
  '9F2608AABBCCDDEEFF00119F2701809F3602001A950500000488005A0A6210941234567890123F570A6210941234567890123D'
const UNKNOWN = 'DFFE0102BEEF'

function frame(): Uint8Array {
  const encoded = compileSpec(UNIONPAY_POS).encode({
    mti: '0200',
    fields: {
      2: PAN,
      3: '000000',
      4: '000000001234',
      11: '000017',
      35: `${PAN}D30122010000012345`,
      41: '10000001',
      42: '001290058120001',
      49: '156',
      52: fromHex('0123456789ABCDEF'),
      53: '2600000000000000',
      55: fromHex(CHIP + UNKNOWN),
      60: '22000001000500',
      64: fromHex('A1A2A3A4A5A6A7A8'),
    },
  })
  if (!encoded.ok) throw new Error(JSON.stringify(encoded.error))
  return Uint8Array.from([...fromHex('6000030000603200320001'), ...encoded.value])
}

function inspected() {
  const result = inspectMessage('unionpay-pos', frame(), 11)
  if (result === undefined) throw new Error('not read')
  return result
}

function partOf(place: string): MessagePart {
  const all = (parts: readonly MessagePart[]): readonly MessagePart[] =>
    parts.flatMap((part) => [part, ...all(part.children)])
  const found = all(inspected().parts).find((part) => part.place === place)
  if (found === undefined) throw new Error(`no ${place}`)
  return found
}

function bytesOf({ from, to }: MessagePart): string {
  return inspected().bytes.slice(from, to).join('')
}

describe('a message under the glass', () => {
  it('has a pair of characters for each byte, and parts that cover all of them without a gap', () => {
    const { bytes, parts } = inspected()
    expect(bytes).toHaveLength(frame().length)
    let at = 0
    for (const { from, to } of parts) {
      expect(from).toBe(at)
      at = to ?? -1
    }
    expect(at).toBe(bytes.length)
  })

  it('shows what may be shown', () => {
    expect(bytesOf(partOf('F4'))).toBe('000000001234')
    expect(partOf('F41').value).toBe('10000001')
    expect(partOf('MTI')).toMatchObject({ value: '0200', from: 11, to: 13 })
    expect(partOf('60.2').value).toBe('000001')
    expect(partOf('BITMAP').value).toBe('2 3 4 11 35 41 42 49 52 53 55 60 64')
    expect(partOf('F11').name.en).toBe('system trace audit number')
    expect(bytesOf(partOf('9F36'))).toBe('9F3602001A')
    expect(partOf('95').children.length).toBeGreaterThan(0)
  })

  it.each([
    ['F2', `19621094${'•'.repeat(9)}`],
    ['F52', '•'.repeat(16)],
    ['5A', '5A0A621094'],
  ])('keeps %s to what may be shown', (place, beginning) => {
    const text = bytesOf(partOf(place))
    expect(text.startsWith(beginning)).toBe(true)
    expect(text).not.toContain('1234567')
  })

  it('hides tracks, and objects that nobody knows', () => {
    expect(bytesOf(partOf('57'))).toMatch(/^570A•+$/)
    expect(bytesOf(partOf('DFFE01'))).toBe('DFFE0102••••')
    expect(bytesOf(partOf('F35')).replace(/^\d\d/, '')).toMatch(/^•+$/)
  })

  it('no card number is left anywhere in it', () => {
    const text = JSON.stringify(inspected())
    expect(inspected().bytes.join('')).not.toMatch(/621094123/)
    expect(text).not.toContain(PAN)
    expect(text).not.toContain(PAN.slice(6, 15))
    expect(text).toContain('621094*********0123')
  })

  it('an ASCII dialect is masked character by character', () => {
    const encoded = compileSpec(ISO1987_ASCII).encode({
      mti: '0800',
      fields: { 2: PAN, 11: '000001', 70: '301' },
    })
    if (!encoded.ok) throw new Error(JSON.stringify(encoded.error))
    const result = inspectMessage('iso1987-ascii', encoded.value, 0)
    const pan = result?.parts.find(({ place }) => place === 'F2')
    expect(result?.bytes.slice(pan?.from, pan?.to).join('')).toBe(`3139363231303934${'••'.repeat(9)}30313233`)
  })

  it('what is no message is not shown at all', () => {
    expect(inspectMessage('unionpay-pos', fromHex('600003000060320032000102007FFF'), 11)).toBeUndefined()
  })

  it('a filler never makes more digits visible', () => {
    expect(maskBytes('truncatedPan', fromHex('06210941234567890123'), 19).join('')).toBe(
      '062109•••••••••••123',
    )
  })
})
