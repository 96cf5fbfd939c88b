import { fromHex, toHex } from '../base/bytes.ts'

/** A public key as certificates carry it, big-endian. */
export interface RsaPublicKey {
  readonly modulus: Uint8Array
  readonly exponent: Uint8Array
}

/** EMV keys have at most 248 bytes. Source: EMV Book 2, D1. */
export const MODULUS_SIZE_MAX = 248
const EXPONENT_SIZE_MAX = 3

/**
 * `signature` to the public exponent, as many bytes as the modulus; undefined when the sizes differ, the key is
 * no RSA key of EMV's sizes, or the signature is not below the modulus.
 *
 * Source: EMV Book 2, B2.1.
 */
export function rsaRecover(key: RsaPublicKey, signature: Uint8Array): Uint8Array | undefined {
  const size = key.modulus.length
  if (size === 0 || size > MODULUS_SIZE_MAX || signature.length !== size) return undefined
  if (key.exponent.length === 0 || key.exponent.length > EXPONENT_SIZE_MAX) return undefined
  const modulus = toInteger(key.modulus)
  const exponent = toInteger(key.exponent)
  const base = toInteger(signature)
  // An even modulus is no product of two primes; a leading zero byte would shorten the key.
  if (modulus % 2n === 0n || key.modulus[0] === 0 || exponent < 3n || base >= modulus) return undefined
  return fromHex(
    powerModulo(base, exponent, modulus)
      .toString(16)
      .padStart(size * 2, '0'),
  )
}

function toInteger(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes)}`)
}

/** For the short exponents of public keys: no multiplication by one, and no square that nobody needs. */
function powerModulo(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result: bigint | undefined
  let factor = base
  for (let left = exponent; ; factor = (factor * factor) % modulus) {
    if ((left & 1n) === 1n) result = result === undefined ? factor : (result * factor) % modulus
    left >>= 1n
    if (left === 0n) return result ?? 1n
  }
}
