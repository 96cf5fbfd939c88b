import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readDigitsLeft, readDigitsRight, readNibblesLeft } from '../../src/iso8583/content.ts'
import {
  DIGITS_LEFT,
  messageTypeReading,
  NIBBLES_LEFT,
  packedReading,
  READ_TOOLS,
  READ_VARIABLES,
  type Reading,
  UNROLLED_MAX,
} from '../../src/iso8583/read-source.ts'

/** The reader that the source makes. */
function readerOf({ setup, value }: Reading): (bytes: Uint8Array, at: number) => unknown {
  const body = `return function (b, at) { let ${READ_VARIABLES}; ${setup}; return ${value} }`
  return new Function(...Object.keys(READ_TOOLS), body)(...Object.values(READ_TOOLS))
}

const counts = fc.integer({ min: 0, max: UNROLLED_MAX })
/** Mostly decimal digits, and what is next to them: a padding of F, a letter, a digit where padding should be. */
const bytes = fc.uint8Array({ minLength: 24, maxLength: 24 }).chain((any) =>
  fc.record({
    any: fc.constant(any),
    strange: fc.array(fc.tuple(fc.nat(23), fc.constantFrom(0x0f, 0x1f, 0xa0, 0x0a, 0x90, 0x9f)), {
      maxLength: 2,
    }),
  }),
)

function packed({ any, strange }: { readonly any: Uint8Array; readonly strange: [number, number][] }) {
  const digits = any.map((byte) => (((byte >> 4) % 10) << 4) | ((byte & 15) % 10))
  for (const [at, byte] of strange) digits[at] = byte
  return digits
}

it('read what the loops read, at any count of digits', () => {
  fc.assert(
    fc.property(counts, bytes, fc.nat(2), (count, content, at) => {
      const digits = packed(content)
      expect(DIGITS_LEFT[count]?.(digits, at)).toBe(readDigitsLeft(digits, at, count))
      expect(NIBBLES_LEFT[count]?.(content.any, at)).toBe(readNibblesLeft(content.any, at, count))
      const right = readerOf(packedReading('digitsRight', count))
      expect(right(digits, at)).toBe(readDigitsRight(digits, at, count))
    }),
    { numRuns: 1000 },
  )
})

it('message types are four digits, of any version', () => {
  const read = readerOf(messageTypeReading())
  for (let first = 0; first < 256; first++) {
    for (let second = 0; second < 256; second++) {
      const bytes = Uint8Array.of(first, second)
      if (read(bytes, 0) !== readDigitsRight(bytes, 0, 4))
        expect([first, second]).toBe('read as the loop reads')
    }
  }
})
