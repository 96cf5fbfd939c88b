import { createHash, createHmac } from 'node:crypto'

/** 20 bytes. Source: FIPS 180-4; EMV Book 2, B3.1. */
export function sha1(data: Uint8Array): Uint8Array {
  return createHash('sha1').update(data).digest()
}

/** 32 bytes. Source: RFC 2104. */
export function hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array {
  return createHmac('sha256', key).update(data).digest()
}

/** `constantTimeEqual` of `bytes` and what `hex` says in upper-case hexadecimal digits. */
export function constantTimeEqualHex(bytes: Uint8Array, hex: string): boolean {
  if (hex.length !== bytes.length * 2) return false
  let difference = 0
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] as number
    difference |= hex.charCodeAt(index * 2) ^ hexDigitCode(byte >> 4)
    difference |= hex.charCodeAt(index * 2 + 1) ^ hexDigitCode(byte & 15)
  }
  return difference === 0
}

/** Character code of a digit, computed: neither a branch nor a table tells which. */
function hexDigitCode(digit: number): number {
  // 7 more from ten on: 9 is U+0039, A is U+0041.
  return 48 + digit + (((9 - digit) >> 31) & 7)
}

/**
 * Compares without telling by its time where the difference is. Sizes may be told. A loop without a branch: for the few
 * bytes of a MAC it takes a tenth of a call to `timingSafeEqual`.
 */
export function constantTimeEqual(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false
  let difference = 0
  for (let index = 0; index < left.length; index++) {
    difference |= (left[index] as number) ^ (right[index] as number)
  }
  return difference === 0
}
