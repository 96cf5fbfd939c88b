import { createTdes } from '../../../src/crypto/block-cipher.ts'
import { sha1 } from '../../../src/crypto/hash.ts'
import type { EmvCipher } from '../../../src/emv/emv-cipher.ts'

/** What a card computes with. */
export const cardCipher: EmvCipher = {
  desEncrypt: (key, data) => createTdes(key).encrypt(data),
  desDecrypt: (key, data) => createTdes(key).decrypt(data),
  tdesEncrypt: (key, data) => createTdes(key).encrypt(data),
  tdesDecrypt: (key, data) => createTdes(key).decrypt(data),
  sha1,
}
