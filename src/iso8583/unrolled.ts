import { IS_DIGIT_BYTE, IS_LAST_DIGIT, LEFT_CODE, RIGHT_CODE } from './content-tables.ts'

// Readers of packed digits written out for one count of digits each: one call with all the character codes is
// quicker than a loop, and leaves no half texts behind. Only counts go into the source text.

/** Digits of the longest text that is read by one call: track 2 has 37. */
export const UNROLLED_DIGITS_MAX = 42

/** Reads the text at a byte; undefined when a nibble is no decimal digit. */
export type UnrolledReader = (bytes: Uint8Array, at: number) => string | undefined

const TABLES = { IS_DIGIT_BYTE, IS_LAST_DIGIT, LEFT_CODE, RIGHT_CODE }

/** Names of the tables that `unrolledSource` reads. */
export const UNROLLED_TABLES: Readonly<Record<string, unknown>> = TABLES

/** What a padding nibble and the nibbles beside it may be. */
export type PackedKind = 'digitsLeft' | 'digitsRight' | 'nibblesLeft'

const range = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => (index === 0 ? 'b[at]' : `b[at + ${index}]`))

/** The expression that reads `count` digits at `b[at]`: their text, or undefined. */
export function unrolledSource(kind: PackedKind, count: number): string {
  if (count === 0) return "''"
  const isOdd = count % 2 === 1
  const bytes = range((count + 1) >> 1)
  const codes = bytes.flatMap((byte) => [`LEFT_CODE[${byte}]`, `RIGHT_CODE[${byte}]`])
  const text = (from: number) => `String.fromCharCode(${codes.slice(from, from + count).join(', ')})`
  if (kind === 'nibblesLeft') return text(0)
  const checks = bytes.map((byte, index) =>
    isOdd && kind === 'digitsLeft' && index === bytes.length - 1
      ? `IS_LAST_DIGIT[${byte}]`
      : `IS_DIGIT_BYTE[${byte}]`,
  )
  const isWrong = `(${checks.join(' & ')}) === 0`
  if (isOdd && kind === 'digitsRight') return `b[at] > 9 || ${isWrong} ? undefined : ${text(1)}`
  return `${isWrong} ? undefined : ${text(0)}`
}

/** A reader for each count of digits from 0 to `UNROLLED_DIGITS_MAX`. */
function readersOf(kind: PackedKind): readonly UnrolledReader[] {
  const names = Object.keys(TABLES)
  return Array.from({ length: UNROLLED_DIGITS_MAX + 1 }, (_, count) => {
    const body = `'use strict'; return function (b, at) { return ${unrolledSource(kind, count)} }`
    return new Function(...names, body)(...Object.values(TABLES)) as UnrolledReader
  })
}

/** Packed decimal digits with the padding nibble, zero or F, on the right; by the count of digits. */
export const DIGITS_LEFT: readonly UnrolledReader[] = readersOf('digitsLeft')

/** Any nibbles, from the left; by the count of nibbles. */
export const NIBBLES_LEFT: readonly UnrolledReader[] = readersOf('nibblesLeft')
