import { createCipheriv, createDecipheriv, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto'

/** Why a sealed stream can't be read. `newer`: written by a program that knows another form. */
export type SealedStreamFault = 'notSealed' | 'newer' | 'wrongPassphrase' | 'damaged' | 'truncated'

/** The bytes that are read are not those that were sealed with this passphrase. */
export class SealedStreamError extends Error {
  override readonly name = 'SealedStreamError'
  readonly kind: SealedStreamFault

  constructor(kind: SealedStreamFault) {
    super(`the sealed stream can't be read: ${kind}`)
    this.kind = kind
  }
}

const MAGIC = new TextEncoder().encode('TILLWIRE SEALED\n')
const VERSION = 1
const COST_LOG2 = 15
const BLOCK_SIZE = 8
const PARALLEL = 1
const SALT_SIZE = 16
const CHECK_SIZE = 16
/** Magic 16, version 1, scrypt's N (as a power of two), r and p 1 each, salt 16, check of the passphrase 16. */
const HEAD_SIZE = MAGIC.length + 4 + SALT_SIZE + CHECK_SIZE
const CHUNK_SIZE = 1024 * 1024
const TAG_SIZE = 16
const LAST = 0x8000_0000
const COST_LOG2_MAX = 20
const MEMORY_MAX = 1280 * 1024 * 1024

interface Keys {
  readonly encryption: Uint8Array
  readonly check: Uint8Array
}

/**
 * Encrypts a stream under a passphrase. AES-256-GCM in chunks of 1 MiB: each has its number in its nonce and the head as
 * associated data, and the last one says so. What is changed, moved or cut off shows.
 *
 * Source: RFC 7914 (scrypt); NIST SP 800-38D; the chunks follow the STREAM construction of Hoang et al. (2015).
 */
export class SealingStream {
  readonly #put: (bytes: Uint8Array) => void
  readonly #key: Uint8Array
  readonly #head: Uint8Array
  readonly #pending = new Uint8Array(CHUNK_SIZE)
  #pendingSize = 0
  #index = 0

  /** `put` gets the sealed bytes in order; `costLog2`: scrypt's N, as a power of two. */
  constructor(passphrase: string, put: (bytes: Uint8Array) => void, costLog2 = COST_LOG2) {
    const salt = randomBytes(SALT_SIZE)
    const keys = keysOf(passphrase, salt, costLog2, BLOCK_SIZE, PARALLEL)
    this.#head = Buffer.concat([
      MAGIC,
      Uint8Array.of(VERSION, costLog2, BLOCK_SIZE, PARALLEL),
      salt,
      keys.check,
    ])
    this.#key = keys.encryption
    this.#put = put
    put(this.#head)
  }

  write(bytes: Uint8Array): void {
    let position = 0
    while (position < bytes.length) {
      if (this.#pendingSize === CHUNK_SIZE) this.#seal(false)
      const count = Math.min(CHUNK_SIZE - this.#pendingSize, bytes.length - position)
      this.#pending.set(bytes.subarray(position, position + count), this.#pendingSize)
      this.#pendingSize += count
      position += count
    }
  }

  /** Without it the stream counts as truncated. */
  finish(): void {
    this.#seal(true)
  }

  #seal(isLast: boolean): void {
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonceOf(this.#index, isLast))
    cipher.setAAD(this.#head)
    const sealed = cipher.update(this.#pending.subarray(0, this.#pendingSize))
    cipher.final()
    const size = Buffer.alloc(4)
    size.writeUInt32BE((this.#pendingSize | (isLast ? LAST : 0)) >>> 0)
    this.#put(Buffer.concat([size, sealed, cipher.getAuthTag()]))
    this.#index++
    this.#pendingSize = 0
  }
}

/** Reads what `SealingStream` wrote; every byte that it gives was proved first. */
export class OpeningStream {
  readonly #take: (size: number) => Uint8Array
  readonly #key: Uint8Array
  readonly #head: Uint8Array
  #open: Uint8Array = new Uint8Array(0)
  #index = 0
  #isLast = false

  /** `take` gives exactly `size` bytes, or fewer at the end. @throws {SealedStreamError} */
  constructor(passphrase: string, take: (size: number) => Uint8Array) {
    this.#take = take
    const head = take(HEAD_SIZE)
    if (head.length < MAGIC.length || !Buffer.from(head.subarray(0, MAGIC.length)).equals(MAGIC))
      throw new SealedStreamError('notSealed')
    if (head.length < HEAD_SIZE) throw new SealedStreamError('truncated')
    const [version = 0, cost = 0, block = 0, parallel = 0] = head.subarray(MAGIC.length)
    if (version !== VERSION) throw new SealedStreamError(version > VERSION ? 'newer' : 'damaged')
    if (cost < 1 || cost > COST_LOG2_MAX || block !== BLOCK_SIZE || parallel !== PARALLEL)
      throw new SealedStreamError('damaged')
    const salt = head.subarray(MAGIC.length + 4, MAGIC.length + 4 + SALT_SIZE)
    const keys = keysOf(passphrase, salt, cost, block, parallel)
    if (!timingSafeEqual(keys.check, head.subarray(HEAD_SIZE - CHECK_SIZE)))
      throw new SealedStreamError('wrongPassphrase')
    this.#head = head
    this.#key = keys.encryption
  }

  /** Exactly `size` bytes. @throws {SealedStreamError} `truncated` when there are fewer, `damaged`. */
  read(size: number): Uint8Array {
    const parts: Uint8Array[] = []
    let missing = size
    while (missing > 0) {
      if (this.#open.length === 0) this.#next()
      const part = this.#open.subarray(0, missing)
      parts.push(part)
      this.#open = this.#open.subarray(part.length)
      missing -= part.length
    }
    return parts.length === 1 ? (parts[0] ?? new Uint8Array(0)) : Buffer.concat(parts)
  }

  /** That nothing follows. @throws {SealedStreamError} */
  finish(): void {
    if (!this.#isLast && this.#open.length === 0) this.#next()
    if (this.#open.length > 0 || !this.#isLast || this.#take(1).length > 0)
      throw new SealedStreamError('damaged')
  }

  #next(): void {
    if (this.#isLast) throw new SealedStreamError('truncated')
    const head = this.#take(4)
    if (head.length < 4) throw new SealedStreamError('truncated')
    const word = Buffer.from(head).readUInt32BE()
    const size = (word & ~LAST) >>> 0
    this.#isLast = (word & LAST) !== 0
    if (size > CHUNK_SIZE) throw new SealedStreamError('damaged')
    const sealed = this.#take(size + TAG_SIZE)
    if (sealed.length < size + TAG_SIZE) throw new SealedStreamError('truncated')
    const decipher = createDecipheriv('aes-256-gcm', this.#key, nonceOf(this.#index, this.#isLast))
    decipher.setAAD(this.#head)
    decipher.setAuthTag(sealed.subarray(size))
    try {
      this.#open = Buffer.concat([decipher.update(sealed.subarray(0, size)), decipher.final()])
    } catch {
      throw new SealedStreamError('damaged')
    }
    this.#index++
  }
}

function nonceOf(index: number, isLast: boolean): Uint8Array {
  const nonce = Buffer.alloc(12)
  nonce.writeUInt32BE(index, 7)
  nonce[11] = isLast ? 1 : 0
  return nonce
}

function keysOf(passphrase: string, salt: Uint8Array, costLog2: number, r: number, p: number): Keys {
  const derived = scryptSync(passphrase.normalize('NFC'), salt, 48, {
    N: 2 ** costLog2,
    r,
    p,
    maxmem: MEMORY_MAX,
  })
  return { encryption: derived.subarray(0, 32), check: derived.subarray(32) }
}
