import { createCipheriv, createDecipheriv } from 'node:crypto'
import { invariant } from '../base/invariant.ts'
import { DesCipher } from './des.ts'

/** A block cipher with a prepared key. Data is whole blocks, each enciphered by itself (ECB, no padding). */
export interface BlockCipher {
  readonly blockSize: 8 | 16
  /** New memory of the size of `data`; `data.length` must be a multiple of `blockSize`. */
  encrypt(data: Uint8Array): Uint8Array
  decrypt(data: Uint8Array): Uint8Array
  /** Enciphers the block at `offset` where it stands. */
  encryptBlockAt(bytes: Uint8Array, offset: number): void
  /** Undoes `encryptBlockAt`. */
  decryptBlockAt(bytes: Uint8Array, offset: number): void
  /** Last block of a chain (CBC) over whole blocks with a zero first vector: new memory of one block. */
  chain(data: Uint8Array): Uint8Array
}

/** Triple DES with 8, 16 or 24 bytes of key; 8 bytes are single DES. Source: NIST SP 800-67 rev. 2. */
export function createTdes(key: Uint8Array): BlockCipher {
  return new DesCipher(key)
}

/**
 * The same by OpenSSL, which has no single DES since release 3: K‖K‖K is the same function. What `createTdes` is tested
 * and measured against.
 */
export function createOpensslTdes(key: Uint8Array): BlockCipher {
  invariant(key.length === 8 || key.length === 16 || key.length === 24, `TDES key of ${key.length} bytes`)
  return new OpensslCipher('des-ede3', tripleLengthKey(key), 8)
}

/** AES with 16, 24 or 32 bytes of key. Source: FIPS 197. */
export function createAes(key: Uint8Array): BlockCipher {
  invariant(key.length === 16 || key.length === 24 || key.length === 32, `AES key of ${key.length} bytes`)
  return new OpensslCipher(`aes-${key.length * 8}`, key, 16)
}

/** SM4 with 16 bytes of key. Source: GB/T 32907-2016. */
export function createSm4(key: Uint8Array): BlockCipher {
  invariant(key.length === 16, `SM4 key of ${key.length} bytes`)
  return new OpensslCipher('sm4', key, 16)
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

/** Keeps one cipher object for each use: without padding and final block, ECB keeps no state and CBC one block. */
class OpensslCipher implements BlockCipher {
  readonly blockSize: 8 | 16
  readonly #algorithm: string
  readonly #key: Uint8Array
  #encipher: Transform | undefined
  #decipher: Transform | undefined
  #chain: Transform | undefined
  /** What the kept chain adds to the next block. */
  readonly #chained: Uint8Array

  /** `algorithm`: the name before its mode. */
  constructor(algorithm: string, key: Uint8Array, blockSize: 8 | 16) {
    this.#algorithm = algorithm
    this.#key = Uint8Array.from(key)
    this.blockSize = blockSize
    this.#chained = new Uint8Array(blockSize)
  }

  encrypt(data: Uint8Array): Uint8Array {
    this.#encipher ??= unpadded(createCipheriv(this.#mode('ecb'), this.#key, null))
    return this.#transform(this.#encipher, data)
  }

  decrypt(data: Uint8Array): Uint8Array {
    this.#decipher ??= unpadded(createDecipheriv(this.#mode('ecb'), this.#key, null))
    return this.#transform(this.#decipher, data)
  }

  encryptBlockAt(bytes: Uint8Array, offset: number): void {
    bytes.set(this.encrypt(bytes.subarray(offset, offset + this.blockSize)), offset)
  }

  decryptBlockAt(bytes: Uint8Array, offset: number): void {
    bytes.set(this.decrypt(bytes.subarray(offset, offset + this.blockSize)), offset)
  }

  /** One call for the whole chain: what the kept object still adds is taken out of the first block beforehand. */
  chain(data: Uint8Array): Uint8Array {
    const size = this.blockSize
    const last = new Uint8Array(size)
    if (data.length === 0) return last
    this.#chain ??= unpadded(createCipheriv(this.#mode('cbc'), this.#key, new Uint8Array(size)))
    // Byte by byte: `Uint8Array.from` and parts of a `Buffer` cost as much as half the cipher.
    const input = new Uint8Array(data)
    for (let index = 0; index < size; index++)
      input[index] = (input[index] ?? 0) ^ (this.#chained[index] ?? 0)
    const enciphered = this.#transform(this.#chain, input)
    const lastAt = enciphered.length - size
    for (let index = 0; index < size; index++) {
      const byte = enciphered[lastAt + index] as number
      last[index] = byte
      this.#chained[index] = byte
    }
    return last
  }

  #mode(mode: 'ecb' | 'cbc'): string {
    return this.#algorithm === 'des-ede3' && mode === 'ecb' ? this.#algorithm : `${this.#algorithm}-${mode}`
  }

  #transform(transform: Transform, data: Uint8Array): Uint8Array {
    invariant(data.length % this.blockSize === 0, `${data.length} bytes are no whole blocks`)
    return data.length === 0 ? new Uint8Array(0) : transform.update(data)
  }
}

function unpadded(transform: Transform): Transform {
  transform.setAutoPadding(false)
  return transform
}

/** Cipher block chaining with a zero or given first vector, without padding. `data`: whole blocks. */
export function encryptCbc(cipher: BlockCipher, data: Uint8Array, firstVector?: Uint8Array): Uint8Array {
  const size = cipher.blockSize
  const result = new Uint8Array(data.length)
  for (let at = 0; at < data.length; at += size) {
    for (let index = at; index < at + size; index++) {
      const previous = at === 0 ? (firstVector?.[index] ?? 0) : (result[index - size] ?? 0)
      result[index] = (data[index] ?? 0) ^ previous
    }
    cipher.encryptBlockAt(result, at)
  }
  return result
}

/** Reverses `encryptCbc`. */
export function decryptCbc(cipher: BlockCipher, data: Uint8Array, firstVector?: Uint8Array): Uint8Array {
  const size = cipher.blockSize
  const result = Uint8Array.from(cipher.decrypt(data))
  for (let at = 0; at < data.length; at++) {
    const previous = at < size ? (firstVector?.[at] ?? 0) : (data[at - size] ?? 0)
    result[at] = (result[at] ?? 0) ^ previous
  }
  return result
}
