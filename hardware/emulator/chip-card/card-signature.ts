import { concatBytes, fromHex, toHex } from '../../../src/base/bytes.ts'
import { invariant } from '../../../src/base/invariant.ts'
import type { Sha1 } from '../../../src/emv/emv-cipher.ts'

/** The raw private operation: as many bytes as the modulus, in and out. */
export type PrivateOperation = (plain: Uint8Array) => Uint8Array

/**
 * Signs in EMV's format: 6A, body padded with BB, SHA-1, BC. `size`: bytes of the modulus. `body` begins with the
 * format byte. `hashedTail`: what the hash covers besides.
 *
 * Source: EMV Book 2, A2.1.
 */
export function signEmv(
  sha1: Sha1,
  operation: PrivateOperation,
  size: number,
  body: Uint8Array,
  hashedTail: Uint8Array,
): Uint8Array {
  const room = size - 22
  invariant(body.length <= room, `signed body of ${body.length} bytes in ${room}`)
  const padded = concatBytes([body, new Uint8Array(room - body.length).fill(0xbb)])
  const hash = sha1(concatBytes([padded, hashedTail]))
  return operation(concatBytes([Uint8Array.of(0x6a), padded, hash, Uint8Array.of(0xbc)]))
}

/** By modulus and private exponent in hexadecimal: all that a card image keeps of its key. */
export function privateOperation(modulusHex: string, exponentHex: string): PrivateOperation {
  return (plain) => {
    const modulus = BigInt(`0x${modulusHex}`)
    let factor = BigInt(`0x${toHex(plain)}`)
    let result = 1n
    for (let left = BigInt(`0x${exponentHex}`); left > 0n; left >>= 1n) {
      if ((left & 1n) === 1n) result = (result * factor) % modulus
      factor = (factor * factor) % modulus
    }
    return fromHex(result.toString(16).padStart(modulusHex.length, '0'))
  }
}
