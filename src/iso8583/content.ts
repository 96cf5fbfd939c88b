import { MemorySlab } from '../base/memory-slab.ts'
import { HEX_OF_BYTE, IS_DIGIT_BYTE, LEFT_CODE, NIBBLE_OF_CODE, RIGHT_CODE } from './content-tables.ts'

// The readers that compiled codecs call. Bounds are checked by the caller before; `at` is the first byte, `size`
// counts digits or characters. A reader answers undefined when the content is not what the attribute allows.

/** Packed nibbles of whole bytes as text: `String.fromCharCode` with many codes beats any concatenation of pairs. */
function hexText(bytes: Uint8Array, from: number, end: number): string {
  let text = ''
  let at = from
  for (; at + 8 <= end; at += 8) {
    const eight = hexOfEight(bytes, at)
    text = text === '' ? eight : text + eight
  }
  if (at + 4 <= end) {
    text += hexOfFour(bytes, at)
    at += 4
  }
  return at === end ? text : text + hexOfFew(bytes, at, end - at)
}

/** Digits of one to three bytes. */
function hexOfFew(bytes: Uint8Array, at: number, count: number): string {
  const a = bytes[at] as number
  if (count === 1) return HEX_OF_BYTE[a] as string
  const b = bytes[at + 1] as number
  const a1 = LEFT_CODE[a] as number
  const a2 = RIGHT_CODE[a] as number
  const b1 = LEFT_CODE[b] as number
  const b2 = RIGHT_CODE[b] as number
  if (count === 2) return String.fromCharCode(a1, a2, b1, b2)
  const c = bytes[at + 2] as number
  return String.fromCharCode(a1, a2, b1, b2, LEFT_CODE[c] as number, RIGHT_CODE[c] as number)
}

function hexOfFour(bytes: Uint8Array, at: number): string {
  const a = bytes[at] as number
  const b = bytes[at + 1] as number
  const c = bytes[at + 2] as number
  const d = bytes[at + 3] as number
  return String.fromCharCode(
    LEFT_CODE[a] as number,
    RIGHT_CODE[a] as number,
    LEFT_CODE[b] as number,
    RIGHT_CODE[b] as number,
    LEFT_CODE[c] as number,
    RIGHT_CODE[c] as number,
    LEFT_CODE[d] as number,
    RIGHT_CODE[d] as number,
  )
}

function hexOfEight(bytes: Uint8Array, at: number): string {
  const a = bytes[at] as number
  const b = bytes[at + 1] as number
  const c = bytes[at + 2] as number
  const d = bytes[at + 3] as number
  const e = bytes[at + 4] as number
  const f = bytes[at + 5] as number
  const g = bytes[at + 6] as number
  const h = bytes[at + 7] as number
  return String.fromCharCode(
    LEFT_CODE[a] as number,
    RIGHT_CODE[a] as number,
    LEFT_CODE[b] as number,
    RIGHT_CODE[b] as number,
    LEFT_CODE[c] as number,
    RIGHT_CODE[c] as number,
    LEFT_CODE[d] as number,
    RIGHT_CODE[d] as number,
    LEFT_CODE[e] as number,
    RIGHT_CODE[e] as number,
    LEFT_CODE[f] as number,
    RIGHT_CODE[f] as number,
    LEFT_CODE[g] as number,
    RIGHT_CODE[g] as number,
    LEFT_CODE[h] as number,
    RIGHT_CODE[h] as number,
  )
}

function areDigits(bytes: Uint8Array, from: number, end: number): boolean {
  for (let at = from; at < end; at++) if (IS_DIGIT_BYTE[bytes[at] as number] === 0) return false
  return true
}

/** Packed decimal digits; an odd count has its padding nibble, which must be zero, on the left. */
export function readDigitsRight(bytes: Uint8Array, at: number, size: number): string | undefined {
  const end = at + ((size + 1) >> 1)
  if (!areDigits(bytes, at, end)) return undefined
  const text = hexText(bytes, at, end)
  if ((size & 1) === 0) return text
  return text.charCodeAt(0) === 48 ? text.slice(1) : undefined
}

/** Packed decimal digits; an odd count has its padding nibble, zero or F, on the right. */
export function readDigitsLeft(bytes: Uint8Array, at: number, size: number): string | undefined {
  if ((size & 1) === 0) return readDigitsRight(bytes, at, size)
  const whole = readDigitsRight(bytes, at, size - 1)
  if (whole === undefined) return undefined
  const last = bytes[at + (size >> 1)] as number
  const pad = last & 15
  if (last >> 4 > 9 || (pad !== 0 && pad !== 15)) return undefined
  return whole + HEX_OF_BYTE[last]?.charAt(0)
}

/** Any nibbles, left-aligned: tracks, whose cipher text holds A to F. */
export function readNibblesLeft(bytes: Uint8Array, at: number, size: number): string {
  const text = hexText(bytes, at, at + ((size + 1) >> 1))
  return (size & 1) === 0 ? text : text.slice(0, size)
}

/** Any nibbles, right-aligned. */
export function readNibblesRight(bytes: Uint8Array, at: number, size: number): string {
  const text = readNibblesLeft(bytes, at, size + (size & 1))
  return (size & 1) === 0 ? text : text.slice(1)
}

/** One character a byte, any byte. */
export function readText(bytes: Uint8Array, at: number, size: number): string {
  let text = ''
  const end = at + size
  let from = at
  for (; from + 8 <= end; from += 8) {
    text += String.fromCharCode(
      bytes[from] as number,
      bytes[from + 1] as number,
      bytes[from + 2] as number,
      bytes[from + 3] as number,
      bytes[from + 4] as number,
      bytes[from + 5] as number,
      bytes[from + 6] as number,
      bytes[from + 7] as number,
    )
  }
  if (from + 4 <= end) {
    text += String.fromCharCode(
      bytes[from] as number,
      bytes[from + 1] as number,
      bytes[from + 2] as number,
      bytes[from + 3] as number,
    )
    from += 4
  }
  return from === end ? text : text + textOfFew(bytes, from, end - from)
}

/** One to three characters. */
function textOfFew(bytes: Uint8Array, at: number, count: number): string {
  const a = bytes[at] as number
  if (count === 1) return String.fromCharCode(a)
  const b = bytes[at + 1] as number
  return count === 2 ? String.fromCharCode(a, b) : String.fromCharCode(a, b, bytes[at + 2] as number)
}

/** Decimal digits as characters. */
export function readDigitText(bytes: Uint8Array, at: number, size: number): string | undefined {
  const end = at + size
  for (let index = at; index < end; index++) {
    const code = bytes[index] as number
    if (code < 48 || code > 57) return undefined
  }
  return readText(bytes, at, size)
}

/** Letters, digits, spaces and punctuation of ASCII, as `a` and `an` fields hold them. */
export function readPrintable(bytes: Uint8Array, at: number, size: number): string | undefined {
  const end = at + size
  for (let index = at; index < end; index++) {
    const code = bytes[index] as number
    if (code < 32 || code > 126) return undefined
  }
  return readText(bytes, at, size)
}

/** Track characters: digits, `=` or `D` as separator, A to F of cipher text. */
export function readTrackText(bytes: Uint8Array, at: number, size: number): string | undefined {
  const end = at + size
  for (let index = at; index < end; index++) {
    if (NIBBLE_OF_CODE[bytes[index] as number] === 255) return undefined
  }
  return readText(bytes, at, size)
}

/** `C` or `D` and digits as characters. */
export function readSignedText(bytes: Uint8Array, at: number, size: number): string | undefined {
  const sign = bytes[at] as number
  if (sign !== 67 && sign !== 68) return undefined
  const digits = readDigitText(bytes, at + 1, size - 1)
  return digits === undefined ? undefined : String.fromCharCode(sign) + digits
}

/** `C` or `D` as a character, then packed digits. */
export function readSignedPacked(bytes: Uint8Array, at: number, size: number): string | undefined {
  const sign = bytes[at] as number
  if (sign !== 67 && sign !== 68) return undefined
  const digits = readDigitsRight(bytes, at + 1, size - 1)
  return digits === undefined ? undefined : String.fromCharCode(sign) + digits
}

/** Node's Buffer has a `slice` of its own, which copies nothing. */
const copyOfPart = Uint8Array.prototype.slice
/** What the engine keeps with the array itself; more is memory of its own, which costs ten times the copy. */
const SMALL_SIZE_MAX = 64
const MEMORY = new MemorySlab()

/** A copy, so that it stays when the receive buffer is used again. It may share its `buffer` with other copies. */
export function readBytes(bytes: Uint8Array, at: number, size: number): Uint8Array {
  if (size <= SMALL_SIZE_MAX) return copyOfPart.call(bytes, at, at + size)
  return MEMORY.keep(bytes.subarray(at, at + size))
}

/** Bytes written as hexadecimal characters. */
export function readHexText(bytes: Uint8Array, at: number, size: number): Uint8Array | undefined {
  const value = new Uint8Array(size)
  for (let index = 0; index < size; index++) {
    const high = NIBBLE_OF_CODE[bytes[at + index * 2] as number] as number
    const low = NIBBLE_OF_CODE[bytes[at + index * 2 + 1] as number] as number
    if (high > 15 || low > 15) return undefined
    value[index] = (high << 4) | low
  }
  return value
}
