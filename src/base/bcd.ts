import { invariant } from './invariant.ts'

/** Packs decimal digits two a byte; an odd count gets a zero nibble on the left (amounts, STAN). */
export function packBcd(digits: string): Uint8Array {
  return packNibbles(digits.length % 2 === 0 ? digits : `0${digits}`)
}

/** Packs decimal digits two a byte; an odd count gets `padNibble` on the right (PAN, track 2). */
export function packBcdLeft(digits: string, padNibble = '0'): Uint8Array {
  return packNibbles(digits.length % 2 === 0 ? digits : digits + padNibble)
}

/** The nibbles of `bytes` as upper-case hexadecimal digits; the caller drops the padding. */
export function unpackNibbles(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += `${NIBBLES[byte >> 4]}${NIBBLES[byte & 15]}`
  return text
}

const NIBBLES = '0123456789ABCDEF'

function packNibbles(digits: string): Uint8Array {
  const bytes = new Uint8Array(digits.length / 2)
  for (let index = 0; index < bytes.length; index++) {
    const high = NIBBLES.indexOf(digits[index * 2] ?? '')
    const low = NIBBLES.indexOf(digits[index * 2 + 1] ?? '')
    invariant(high >= 0 && low >= 0, 'not a digit')
    bytes[index] = (high << 4) | low
  }
  return bytes
}
