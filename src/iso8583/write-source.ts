import { LEFT_CODE, NIBBLE_OF_CODE, RIGHT_CODE } from './content-tables.ts'
import type { Writer } from './element-plan.ts'

// Source text that writes one value. Each field gets code of its own: a loop that all fields share ends after another
// count of characters each time, which no branch predictor foresees, and that costs more than the characters do.
//
// `t` is the target and `at` the first byte to write; `v` is the value and `n` its length, which the field allows and
// for which there is room. Afterwards `at` is behind it, or `bad` has been run. Only counts go into the text.

/** Names of the tables that the source reads. */
export const WRITE_TABLES: Readonly<Record<string, unknown>> = { LEFT_CODE, NIBBLE_OF_CODE, RIGHT_CODE }

/** Variables that the source uses. */
export const WRITE_VARIABLES = 'c = 0, d = 0, i = 0'

/**
 * Most characters written without a loop. A character is a quarter of a kilobyte of machine code: with all of a
 * message written out the code no longer fits where the processor keeps it.
 */
const UNROLLED_MAX = 4

/** Below this many bytes a loop is quicker than `set`. */
const LOOP_SIZE_MAX = 24

/** Statements that write a value; `count` is its length where that is fixed. */
export function writeSource(writer: Writer, count: number | undefined, bad: string): string {
  switch (writer) {
    case 'digitsRight':
    case 'digitsLeft':
      return packedSource(DIGIT, writer === 'digitsRight', 0, count, bad)
    case 'nibblesRight':
    case 'nibblesLeft':
      return packedSource(NIBBLE, writer === 'nibblesRight', 0, count, bad)
    case 'signedPacked':
      return `${signSource(bad)}\n${packedSource(DIGIT, true, 1, count, bad)}`
    case 'signedText':
      return `${signSource(bad)}\n${charactersSource('c < 48 || c > 57', 1, bad)}`
    case 'digitText':
      return charactersSource('c < 48 || c > 57', 0, bad)
    case 'trackText':
      return charactersSource('c > 255 || NIBBLE_OF_CODE[c] > 15', 0, bad)
    case 'printable':
      return charactersSource('c < 32 || c > 126', 0, bad)
    case 'text':
      return charactersSource('c > 255', 0, bad)
    case 'bytes':
      return bytesSource(count)
    case 'hexText':
      return `for (i = 0; i < n; i++) {
c = v[i]
t[at++] = LEFT_CODE[c]; t[at++] = RIGHT_CODE[c]
}`
  }
}

/** Reads the nibble of the character at `index` into `name`, or runs `bad`. */
type NibbleSource = (name: 'c' | 'd', index: string | number, bad: string) => string

const DIGIT: NibbleSource = (name, index, bad) =>
  `${name} = v.charCodeAt(${index}) - 48; if (${name} >>> 0 > 9) ${bad}`

/** A character above 255 keeps its high byte, and so is none. */
const NIBBLE: NibbleSource = (name, index, bad) =>
  `${name} = v.charCodeAt(${index}); ${name} = NIBBLE_OF_CODE[${name} & 255] | ${name} & 0xff00; if (${name} > 15) ${bad}`

/** Two characters a byte, from character `from`; of an odd count, the first (`right`) or the last stands alone. */
function packedSource(
  read: NibbleSource,
  right: boolean,
  from: number,
  count: number | undefined,
  bad: string,
): string {
  const pair = (first: string | number, second: string | number) =>
    `${read('c', first, bad)}\n${read('d', second, bad)}\nt[at++] = c << 4 | d`
  const loop = `for (${right ? '' : `i = ${from}`}; i + 1 < ${count ?? 'n'}; i += 2) {\n${pair('i', 'i + 1')}\n}`
  const first = `${read('c', from, bad)}\nt[at++] = c`
  const last = `${read('c', 'n - 1', bad)}\nt[at++] = c << 4`
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
function signSource(bad: string): string {
  return `c = v.charCodeAt(0); if (c !== 67 && c !== 68) ${bad}\nt[at++] = c`
}

/** One character a byte, from character `from`. */
function charactersSource(isBad: string, from: number, bad: string): string {
  return `for (i = ${from}; i < n; i++) {
c = v.charCodeAt(i); if (${isBad}) ${bad}
t[at++] = c
}`
}

function bytesSource(count: number | undefined): string {
  const loop = 'for (i = 0; i < n; i++) t[at++] = v[i]'
  const set = 't.set(v, at); at += n'
  if (count !== undefined) return count > LOOP_SIZE_MAX ? set : loop
  return `if (n > ${LOOP_SIZE_MAX}) { ${set} }\nelse ${loop}`
}
