import * as content from './content.ts'
import { HEX_OF_BYTE, IS_DIGIT_BYTE, IS_LAST_DIGIT, LEFT_CODE, RIGHT_CODE } from './content-tables.ts'
import type { ElementPlan } from './element-plan.ts'

// Source text that reads one value at `b[at]`. Where the count of characters is known, one call with all their codes is
// quicker than a loop and leaves no half texts behind; texts of two and three digits are taken from tables, and leave
// nothing behind at all. Only counts and function names of our own go into the text.

/** Characters of the longest text that is read by one call: track 2 has 37. */
export const UNROLLED_MAX = 42

/** Reads the text at a byte; undefined when a nibble is no decimal digit. */
export type UnrolledReader = (bytes: Uint8Array, at: number) => string | undefined

/** Texts of `digits` digits, by number from 0 to 999. */
const textsOf = (digits: number): readonly string[] =>
  Array.from({ length: 1000 }, (_, number) => String(number).padStart(digits, '0'))

const TABLES = {
  HEX_OF_BYTE,
  IS_DIGIT_BYTE,
  IS_LAST_DIGIT,
  LEFT_CODE,
  RIGHT_CODE,
  THREE_DIGITS: textsOf(3),
  /** Message types of the standard's first version, all that are in use. */
  MESSAGE_TYPES: textsOf(4),
}

/** What a padding nibble and the nibbles beside it may be. */
export type PackedKind = 'digitsLeft' | 'digitsRight' | 'nibblesLeft'

/** Source text that reads one value: statements, and after them an expression for its text, or for undefined. */
export interface Reading {
  readonly setup: string
  readonly value: string
}

/** Variables that the source uses. */
export const READ_VARIABLES = Array.from({ length: UNROLLED_MAX }, (_, index) => `x${index}`).join(', ')

/**
 * Each byte is loaded once, into `x0`, `x1` and so on: a table asked with `b[at]` twice loads it twice, and the machine
 * code of a message no longer fits where the processor keeps it. All fields share these variables: V8 never optimises a
 * function with hundreds of them, whose own code for it becomes longer than 60 KB.
 */
function bytesSource(count: number): { readonly setup: string; readonly bytes: readonly string[] } {
  const bytes = Array.from({ length: count }, (_, index) => `x${index}`)
  const loads = bytes.map((name, index) => `${name} = b[at + ${index}]`)
  return { setup: loads.join('; '), bytes }
}

/** Reads `count` packed digits. */
export function packedReading(kind: PackedKind, count: number): Reading {
  const { setup, bytes } = bytesSource((count + 1) >> 1)
  if (count === 0) return { setup, value: "''" }
  const codes = bytes.flatMap((byte) => [`LEFT_CODE[${byte}]`, `RIGHT_CODE[${byte}]`])
  const leftPadded = count % 2 === 1 && kind === 'digitsRight'
  const text = textSource(kind, count, codes.slice(leftPadded ? 1 : 0).slice(0, count))
  const bad = badDigitsSource(kind, count, bytes)
  return { setup, value: bad === undefined ? text : `${bad} ? undefined : ${text}` }
}

function textSource(kind: PackedKind, count: number, codes: readonly string[]): string {
  if (count === 2) return 'HEX_OF_BYTE[x0]'
  if (count === 3 && kind === 'digitsLeft')
    return 'THREE_DIGITS[(x0 >> 4) * 100 + (x0 & 15) * 10 + (x1 >> 4)]'
  if (count === 3 && kind === 'digitsRight') return 'THREE_DIGITS[x0 * 100 + (x1 >> 4) * 10 + (x1 & 15)]'
  return `String.fromCharCode(${codes.join(', ')})`
}

/** Whether a nibble is not what it has to be; undefined when all may be anything. */
function badDigitsSource(kind: PackedKind, count: number, bytes: readonly string[]): string | undefined {
  if (kind === 'nibblesLeft') return undefined
  const isOdd = count % 2 === 1
  const checks = bytes.map((byte, index) =>
    isOdd && kind === 'digitsLeft' && index === bytes.length - 1
      ? `IS_LAST_DIGIT[${byte}]`
      : `IS_DIGIT_BYTE[${byte}]`,
  )
  return `${isOdd && kind === 'digitsRight' ? 'x0 > 9 || ' : ''}(${checks.join(' & ')}) === 0`
}

/** Reads a message type of four packed digits. */
export function messageTypeReading(): Reading {
  const { setup, value } = packedReading('digitsRight', 4)
  const version0 =
    'IS_DIGIT_BYTE[x1] === 0 ? undefined : MESSAGE_TYPES[x0 * 100 + (x1 >> 4) * 10 + (x1 & 15)]'
  return { setup, value: `x0 <= 9 ? (${version0}) : (${value})` }
}

/** Reads `count` characters; `isBad` says of the name of a byte what it must not be. */
export function characterReading(count: number, isBad?: (byte: string) => string): Reading {
  const { setup, bytes } = bytesSource(count)
  const text = `String.fromCharCode(${bytes.join(', ')})`
  return {
    setup,
    value: isBad === undefined ? text : `${bytes.map(isBad).join(' || ')} ? undefined : ${text}`,
  }
}

/** A reader for each count of digits from 0 to `UNROLLED_MAX`. */
function readersOf(kind: PackedKind): readonly UnrolledReader[] {
  const names = Object.keys(TABLES)
  return Array.from({ length: UNROLLED_MAX + 1 }, (_, count) => {
    const { setup, value } = packedReading(kind, count)
    const body = `'use strict'; return function (b, at) { let ${READ_VARIABLES}; ${setup}; return ${value} }`
    return new Function(...names, body)(...Object.values(TABLES)) as UnrolledReader
  })
}

/** Packed decimal digits with the padding nibble, zero or F, on the right; by the count of digits. */
export const DIGITS_LEFT: readonly UnrolledReader[] = readersOf('digitsLeft')

/** Any nibbles, from the left; by the count of nibbles. */
export const NIBBLES_LEFT: readonly UnrolledReader[] = readersOf('nibblesLeft')

/** What the source calls and reads, by name. */
export const READ_TOOLS: Readonly<Record<string, unknown>> = {
  ...content,
  ...TABLES,
  DIGITS_LEFT,
  NIBBLES_LEFT,
}

/** Packed digits, by the name of their reader. */
const PACKED_KINDS: Readonly<Partial<Record<ElementPlan['reader'], PackedKind>>> = {
  readDigitsLeft: 'digitsLeft',
  readDigitsRight: 'digitsRight',
  readNibblesLeft: 'nibblesLeft',
}

/** Reads one element of `size` digits or characters: written out where that is known and short. */
export function readSource({ element, reader }: ElementPlan, size: string): Reading {
  const call = { setup: '', value: `${reader}(b, at, ${size})` }
  const kind = PACKED_KINDS[reader]
  if (element.length.kind !== 'fixed') {
    if (element.length.sizeMax > UNROLLED_MAX) return call
    if (kind === 'digitsLeft') return { setup: '', value: `DIGITS_LEFT[${size}](b, at)` }
    return kind === 'nibblesLeft' ? { setup: '', value: `NIBBLES_LEFT[${size}](b, at)` } : call
  }
  const count = element.length.size
  if (count > UNROLLED_MAX) return call
  if (kind !== undefined) return packedReading(kind, count)
  if (reader === 'readText') return characterReading(count)
  if (reader === 'readPrintable') return characterReading(count, (byte) => `${byte} < 32 || ${byte} > 126`)
  return call
}
