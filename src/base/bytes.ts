import { invariant } from './invariant.ts'

/** Bounded, forward-only view of untrusted bytes. Every read says whether the bytes were there. */
export class ByteReader {
  readonly #bytes: Uint8Array
  #offset = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get offset(): number {
    return this.#offset
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset
  }

  /** Next `count` bytes as a view, or undefined (and no movement) if fewer remain. */
  take(count: number): Uint8Array | undefined {
    if (count > this.remaining) return undefined
    const start = this.#offset
    this.#offset += count
    return this.#bytes.subarray(start, this.#offset)
  }
}

/** Joins `parts` into new memory. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  let size = 0
  for (const part of parts) size += part.length
  const joined = new Uint8Array(size)
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.length
  }
  return joined
}

/** Same length and same content. Not constant-time: for secrets use the security module. */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false
  for (let index = 0; index < left.length; index++) if (left[index] !== right[index]) return false
  return true
}

/** Byte-wise exclusive or of two arrays of one length, in new memory. */
export function xorBytes(left: Uint8Array, right: Uint8Array): Uint8Array {
  invariant(left.length === right.length, `xor of ${left.length} and ${right.length} bytes`)
  const result = new Uint8Array(left.length)
  for (let index = 0; index < left.length; index++) result[index] = (left[index] ?? 0) ^ (right[index] ?? 0)
  return result
}

const HEX_PAIRS: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).toUpperCase().padStart(2, '0'),
)

const NO_DIGIT = 0x80
const NOT_HEX = 'not an even number of hexadecimal digits'
const NIBBLE_OF_CODE = Uint8Array.from({ length: 256 }, (_, code) => {
  const value = '0123456789ABCDEF'.indexOf(String.fromCharCode(code).toUpperCase())
  return value < 0 ? NO_DIGIT : value
})

/** Upper-case hexadecimal, two digits a byte, no separators. */
export function toHex(bytes: Uint8Array): string {
  let hex = ''
  for (const byte of bytes) hex += HEX_PAIRS[byte]
  return hex
}

/** Whether `text` is an even number of hexadecimal digits, white space apart. */
export function isHex(text: string): boolean {
  const digits = text.replace(/\s+/g, '')
  return digits.length % 2 === 0 && /^[0-9A-Fa-f]*$/.test(digits)
}

/**
 * Bytes of hexadecimal text; white space is allowed, so that a dump can be grouped.
 *
 * @throws {InvariantError} when `hex` is not hexadecimal: check text from outside with `isHex` first.
 */
export function fromHex(hex: string): Uint8Array {
  const digits = /\s/.test(hex) ? hex.replace(/\s+/g, '') : hex
  const bytes = new Uint8Array(digits.length >> 1)
  invariant((digits.length & 1) === 0, NOT_HEX)
  putHex(digits, 0, bytes)
  return bytes
}

/**
 * Fills `bytes` with what the hexadecimal digits of `text` from `start` on say.
 *
 * @throws {InvariantError} when these are too few or no such digits.
 */
export function putHex(text: string, start: number, bytes: Uint8Array): void {
  let wrong = 0
  for (let index = 0; index < bytes.length; index++) {
    const at = start + index * 2
    const high = NIBBLE_OF_CODE[text.charCodeAt(at)] ?? NO_DIGIT
    const low = NIBBLE_OF_CODE[text.charCodeAt(at + 1)] ?? NO_DIGIT
    wrong |= (high | low) & NO_DIGIT
    bytes[index] = (high << 4) | low
  }
  invariant(wrong === 0, NOT_HEX)
}

/** One byte for each character; characters above U+00FF are a bug of the caller. */
export function asciiToBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  putAscii(text, bytes, 0)
  return bytes
}

/** Writes one byte for each character from `start` on; characters above U+00FF are a bug of the caller. */
export function putAscii(text: string, bytes: Uint8Array, start: number): void {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    invariant(code <= 0xff, 'character outside one byte')
    bytes[start + index] = code
  }
}

/** One character (U+0000 to U+00FF) for each byte, so that nothing is lost. */
export function bytesToAscii(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}
