import { createAes, createSm4, createTdes } from './block-cipher.ts'
import { aesCmac } from './mac.ts'

export type CheckValueAlgorithm = 'tdes' | 'aes' | 'aes-cmac' | 'sm4'

/**
 * First `size` bytes of the encryption of one block of zeros (`aes-cmac`: of the CMAC of it).
 * Source: ANSI X9.24-1, annex A; 4 bytes in field 62 of the UnionPay dialect, 3 elsewhere.
 */
export function keyCheckValue(algorithm: CheckValueAlgorithm, key: Uint8Array, size = 4): Uint8Array {
  return fullCheckValue(algorithm, key).slice(0, size)
}

function fullCheckValue(algorithm: CheckValueAlgorithm, key: Uint8Array): Uint8Array {
  switch (algorithm) {
    case 'tdes':
      return createTdes(key).encrypt(new Uint8Array(8))
    case 'aes':
      return createAes(key).encrypt(new Uint8Array(16))
    case 'sm4':
      return createSm4(key).encrypt(new Uint8Array(16))
    case 'aes-cmac':
      return aesCmac(key, new Uint8Array(16))
  }
}
