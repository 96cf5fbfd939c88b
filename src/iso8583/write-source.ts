import { LEFT_CODE, NIBBLE_OF_CODE, RIGHT_CODE } from './content-tables.ts'
import type { Writer } from './element-plan.ts'

// Source text that writes one value. Each field gets code of its own: a loop that all fields share ends after another
// count of characters each time, which no branch predictor foresees, and that costs more than the characters do.
//
// `t` is the target and `at` the first byte to write; `n` is the length of the value, which the field allows and for
// which there is room. Afterwards `at` is behind it, or `bad` has been run. Only counts and names go into the text.

/** Names of the tables that the source reads. */
export const WRITE_TABLES: Readonly<Record<string, unknown>> = { LEFT_CODE, NIBBLE_OF_CODE, RIGHT_CODE }

/** Variables that the source uses. */
export const WRITE_VARIABLES = 'n = 0, c = 0, d = 0, i = 0'

/**
 * Most characters written without a loop. A character is a quarter of a kilobyte of machine code: with all of a
 * message written out the code no longer fits where the processor keeps it.
 */
const UNROLLED_MAX = 4

/** Below this many bytes a loop is quicker than `set`. */
const LOOP_SIZE_MAX = 24

/** Where a value is, its length where that is fixed, and what to do when it is not what it has to be. */
export interface Written {
  readonly name: string
  readonly count: number | undefined
  readonly bad: string
}

/** Statements that write a value. */
export function writeSource(writer: Writer, value: Written): string {
  switch (writer) {
    case 'digitsRight':
    case 'digitsLeft':
      return packedSource(DIGIT, writer === 'digitsRight', 0, value)
    case 'nibblesRight':
    case 'nibblesLeft':
      return packedSource(NIBBLE, writer === 'nibblesRight', 0, value)
    case 'signedPacked':
      return `${signSource(value)}\n${packedSource(DIGIT, true, 1, value)}`
    case 'signedText':
      return `${signSource(value)}\n${charactersSource('c < 48 || c > 57', 1, value)}`
    case 'digitText':
      return charactersSource('c < 48 || c > 57', 0, value)
    case 'trackText':
      return charactersSource('c > 255 || NIBBLE_OF_CODE[c] > 15', 0, value)
    case 'printable':
      return charactersSource('c < 32 || c > 126', 0, value)
    case 'text':
      return charactersSource('c > 255', 0, value)
    case 'bytes':
      return bytesSource(value)
    case 'hexText':
      return `for (i = 0; i < n; i++) {
c = ${value.name}[i]
t[at++] = LEFT_CODE[c]; t[at++] = RIGHT_CODE[c]
}`
  }
}

/** Reads the nibble of the character at `index` into `to`, or runs `bad`. */
type NibbleSource = (to: 'c' | 'd', index: string | number, value: Written) => string

const DIGIT: NibbleSource = (to, index, { name, bad }) =>
  `${to} = ${name}.charCodeAt(${index}) - 48; if (${to} >>> 0 > 9) ${bad}`

/** A character above 255 keeps its high byte, and so is none. */
const NIBBLE: NibbleSource = (to, index, { name, bad }) =>
  `${to} = ${name}.charCodeAt(${index}); ${to} = NIBBLE_OF_CODE[${to} & 255] | ${to} & 0xff00; if (${to} > 15) ${bad}`

/** Two characters a byte, from character `from`; of an odd count, the first (`right`) or the last stands alone. */
function packedSource(read: NibbleSource, right: boolean, from: number, value: Written): string {
  const { count } = value
  const pair = (first: string | number, second: string | number) =>
    `${read('c', first, value)}\n${read('d', second, value)}\nt[at++] = c << 4 | d`
  const loop = `for (${right ? '' : `i = ${from}`}; i + 1 < ${count ?? 'n'}; i += 2) {\n${pair('i', 'i + 1')}\n}`
  const first = `${read('c', from, value)}\nt[at++] = c`
  const last = `${read('c', 'n - 1', value)}\nt[at++] = c << 4`
  if (count === undefined) {
    const isOdd = from === 0 ? 'n & 1' : `n - ${from} & 1`
    return right
      ? `i = ${from}\nif (${isOdd}) {\n${first}\ni++\n}\n${loop}`
      : `${loop}\nif (${isOdd}) {\n${last}\n}`
  }
  const isOdd = (count - from) % 2 === 1
  const start = right && isOdd ? from + 1 : from
  const pairs =
    count - from > UNROLLED_MAX
      ? `i = ${start}\n${loop}`
      : Array.from({ length: (count - start) >> 1 }, (_, index) =>
          pair(start + index * 2, start + index * 2 + 1),
        ).join('\n')
  if (!isOdd) return pairs
  return right ? `${first}\n${pairs}` : `${pairs}\n${last}`
}

/** `C` or `D`, as it stands. */
function signSource({ name, bad }: Written): string {
  return `c = ${name}.charCodeAt(0); if (c !== 67 && c !== 68) ${bad}\nt[at++] = c`
}

/** One character a byte, from character `from`. */
function charactersSource(isBad: string, from: number, { name, bad }: Written): string {
  return `for (i = ${from}; i < n; i++) {
c = ${name}.charCodeAt(i); if (${isBad}) ${bad}
t[at++] = c
}`
}

function bytesSource({ name, count }: Written): string {
  const loop = `for (i = 0; i < n; i++) t[at++] = ${name}[i]`
  const set = `t.set(${name}, at); at += n`
  if (count !== undefined) return count > LOOP_SIZE_MAX ? set : loop
  return `if (n > ${LOOP_SIZE_MAX}) { ${set} }\nelse ${loop}`
}
