import { createCipheriv, createDecipheriv } from 'node:crypto'
import { invariant } from '../base/invariant.ts'

/** A block cipher with a prepared key. Data is whole blocks, each enciphered by itself (ECB, no padding). */
export interface BlockCipher {
  readonly blockSize: 8 | 16
  /** New memory of the size of `data`; `data.length` must be a multiple of `blockSize`. */
  encrypt(data: Uint8Array): Uint8Array
  decrypt(data: Uint8Array): Uint8Array
}

/**
 * Triple DES with 8, 16 or 24 bytes of key; 8 bytes are single DES.
 * Source: NIST SP 800-67 rev. 2. OpenSSL 3 offers no single DES: K‖K‖K is the same function.
 */
export function createTdes(key: Uint8Array): BlockCipher {
  invariant(key.length === 8 || key.length === 16 || key.length === 24, `TDES key of ${key.length} bytes`)
  return new OpensslCipher('des-ede3', tripleLengthKey(key), 8)
}

/** AES with 16, 24 or 32 bytes of key. Source: FIPS 197. */
export function createAes(key: Uint8Array): BlockCipher {
  invariant(key.length === 16 || key.length === 24 || key.length === 32, `AES key of ${key.length} bytes`)
  return new OpensslCipher(`aes-${key.length * 8}-ecb`, key, 16)
}

/** SM4 with 16 bytes of key. Source: GB/T 32907-2016. */
export function createSm4(key: Uint8Array): BlockCipher {
  invariant(key.length === 16, `SM4 key of ${key.length} bytes`)
  return new OpensslCipher('sm4-ecb', key, 16)
}

/** K1‖K1‖K1 of 8 bytes, K1‖K2‖K1 of 16, the key itself of 24. */
export function tripleLengthKey(key: Uint8Array): Uint8Array {
  if (key.length === 24) return key
  const long = new Uint8Array(24)
  long.set(key.subarray(0, 8), 0)
  long.set(key.length === 8 ? key : key.subarray(8, 16), 8)
  long.set(key.subarray(0, 8), 16)
  return long
}

interface Transform {
  setAutoPadding(on: boolean): unknown
  update(data: Uint8Array): Buffer
}

/** Keeps one cipher object for each direction: without padding and final block, ECB keeps no state. */
class OpensslCipher implements BlockCipher {
  readonly blockSize: 8 | 16
  readonly #algorithm: string
  readonly #key: Uint8Array
  #encipher: Transform | undefined
  #decipher: Transform | undefined

  constructor(algorithm: string, key: Uint8Array, blockSize: 8 | 16) {
    this.#algorithm = algorithm
    this.#key = Uint8Array.from(key)
    this.blockSize = blockSize
  }

  encrypt(data: Uint8Array): Uint8Array {
    if (this.#encipher === undefined) {
      this.#encipher = createCipheriv(this.#algorithm, this.#key, null)
      this.#encipher.setAutoPadding(false)
    }
    return this.#transform(this.#encipher, data)
  }

  decrypt(data: Uint8Array): Uint8Array {
    if (this.#decipher === undefined) {
      this.#decipher = createDecipheriv(this.#algorithm, this.#key, null)
      this.#decipher.setAutoPadding(false)
    }
    return this.#transform(this.#decipher, data)
  }

  #transform(transform: Transform, data: Uint8Array): Uint8Array {
    invariant(data.length % this.blockSize === 0, `${data.length} bytes are no whole blocks`)
    return data.length === 0 ? new Uint8Array(0) : transform.update(data)
  }
}

/** Cipher block chaining with a zero or given first vector, without padding. `data`: whole blocks. */
export function encryptCbc(cipher: BlockCipher, data: Uint8Array, firstVector?: Uint8Array): Uint8Array {
  const size = cipher.blockSize
  const result = new Uint8Array(data.length)
  let chain = firstVector ?? new Uint8Array(size)
  for (let at = 0; at < data.length; at += size) {
    const block = new Uint8Array(size)
    for (let index = 0; index < size; index++) block[index] = (data[at + index] ?? 0) ^ (chain[index] ?? 0)
    chain = cipher.encrypt(block)
    result.set(chain, at)
  }
  return result
}

/** Reverses `encryptCbc`. */
export function decryptCbc(cipher: BlockCipher, data: Uint8Array, firstVector?: Uint8Array): Uint8Array {
  const size = cipher.blockSize
  const result = cipher.decrypt(data).slice()
  for (let at = 0; at < data.length; at++) {
    const previous = at < size ? (firstVector?.[at] ?? 0) : (data[at - size] ?? 0)
    result[at] = (result[at] ?? 0) ^ previous
  }
  return result
}
