import { fromHex, toHex } from '../base/bytes.ts'
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
  return transformTrack((block) => cipher.encrypt(block), digits.padStart(DIGITS_MIN, 'F'))
}

/** `decryptTrack` with a prepared key. */
export function decryptTrackWith(cipher: BlockCipher, digits: string): string {
  const clear = transformTrack((block) => cipher.decrypt(block), digits.padStart(DIGITS_MIN, 'F'))
  return clear.length === DIGITS_MIN ? clear.replace(/^F+/, '') : clear
}

function transformTrack(transform: (block: Uint8Array) => Uint8Array, digits: string): string {
  const start = trackBlockStart(digits.length)
  const end = start + BLOCK_DIGITS
  return digits.slice(0, start) + toHex(transform(fromHex(digits.slice(start, end)))) + digits.slice(end)
}

/** Index of the first enciphered digit of 17 or more: byte-aligned, ending before the last byte. */
export function trackBlockStart(count: number): number {
  return count % 2 === 1 ? count - 17 : count - 18
}
