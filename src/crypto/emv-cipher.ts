import { type BlockCipher, createTdes } from './block-cipher.ts'
import { sha1 } from './hash.ts'

/** Prepared ciphers of the keys used last: session keys come in bursts of a few calls. */
const CACHE_SIZE = 64

/** DES, TDES and SHA-1 in the shape that the EMV functions take them. Keys of 8 (DES) or 16 bytes (TDES). */
export function createEmvCipher() {
  const cache = new Map<string, BlockCipher>()
  const cipherOf = (key: Uint8Array): BlockCipher => {
    const name = String.fromCharCode(...key)
    const known = cache.get(name)
    if (known !== undefined) return known
    if (cache.size >= CACHE_SIZE) cache.clear()
    const created = createTdes(key)
    cache.set(name, created)
    return created
  }
  return {
    desEncrypt: (key: Uint8Array, data: Uint8Array) => cipherOf(key).encrypt(data),
    desDecrypt: (key: Uint8Array, data: Uint8Array) => cipherOf(key).decrypt(data),
    tdesEncrypt: (key: Uint8Array, data: Uint8Array) => cipherOf(key).encrypt(data),
    tdesDecrypt: (key: Uint8Array, data: Uint8Array) => cipherOf(key).decrypt(data),
    sha1,
  }
}
