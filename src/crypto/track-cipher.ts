import { putHex, toHex } from '../base/bytes.ts'
import { type BlockCipher, createTdes } from './block-cipher.ts'

/** Digits that are enciphered: one DES block. */
const BLOCK_DIGITS = 16
const DIGITS_MIN = 17

/**
 * Enciphers 16 digits of a track under the track key; the number of digits stays the same.
 * `digits`: track 2 or 3 without sentinels, separator `D`; `tdk`: 16 bytes (8 and 24 are taken).
 * A track below 17 digits is left-filled with F to 17 first, so its cipher text has 17.
 * Source: UnionPay POS dialect, 10.4.
 */
export function encryptTrack(tdk: Uint8Array, digits: string): string {
  return encryptTrackWith(createTdes(tdk), digits)
}

/** Reverses `encryptTrack`. */
export function decryptTrack(tdk: Uint8Array, digits: string): string {
  return decryptTrackWith(createTdes(tdk), digits)
}

/** `encryptTrack` with a prepared key. */
export function encryptTrackWith(cipher: BlockCipher, digits: string): string {
  const padded = digits.padStart(DIGITS_MIN, 'F')
  const block = blockOf(padded)
  cipher.encryptBlockAt(block, 0)
  return withBlock(padded, block)
}

/** `decryptTrack` with a prepared key. */
export function decryptTrackWith(cipher: BlockCipher, digits: string): string {
  const padded = digits.padStart(DIGITS_MIN, 'F')
  const block = blockOf(padded)
  cipher.decryptBlockAt(block, 0)
  const clear = withBlock(padded, block)
  return clear.length === DIGITS_MIN ? clear.replace(/^F+/, '') : clear
}

/** The digits that are enciphered, in new memory. */
function blockOf(digits: string): Uint8Array {
  const block = new Uint8Array(BLOCK_DIGITS / 2)
  putHex(digits, trackBlockStart(digits.length), block)
  return block
}

/** `digits` with those of `block` in their place. */
function withBlock(digits: string, block: Uint8Array): string {
  const start = trackBlockStart(digits.length)
  return digits.slice(0, start) + toHex(block) + digits.slice(start + BLOCK_DIGITS)
}

/** Index of the first enciphered digit of 17 or more: byte-aligned, ending before the last byte. */
export function trackBlockStart(count: number): number {
  return count % 2 === 1 ? count - 17 : count - 18
}
