import { DesCipher } from './des.ts'
import { sha1 } from './hash.ts'

/**
 * DES, TDES, the retail MAC and SHA-1 in the shape that the EMV functions take them. Nothing is kept: most keys serve one
 * transaction, and a key schedule costs less than to look it up.
 */
export function createEmvCipher() {
  return {
    tdesEncrypt: (key: Uint8Array, data: Uint8Array) => new DesCipher(key).encrypt(data),
    tdesDecrypt: (key: Uint8Array, data: Uint8Array) => new DesCipher(key).decrypt(data),
    retailMac: (key: Uint8Array, blocks: Uint8Array, initial?: Uint8Array) => {
      const left = new DesCipher(key.subarray(0, 8))
      const mac = left.chain(blocks, initial)
      new DesCipher(key.subarray(8, 16)).decryptBlockAt(mac, 0)
      left.encryptBlockAt(mac, 0)
      return mac
    },
    sha1,
  }
}
