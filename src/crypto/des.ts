import { invariant } from '../base/invariant.ts'
import {
  BOX_OUTPUTS,
  GROUP_VALUES,
  KEY_LEFT,
  KEY_RIGHT,
  KEY_ROTATIONS,
  ROUND_KEY_EVEN,
  ROUND_KEY_ODD,
} from './des-tables.ts'

const BLOCK_SIZE = 8
const KEY_SIZE = 8
const ROUNDS = 16
/** Two words for each round. */
const SCHEDULE_SIZE = ROUNDS * 2

/**
 * The two halves between the stages of a block: a pair of results without an object for each block.
 * Left to the next call; nothing else runs in between.
 */
let left = 0
let right = 0

/**
 * Single and triple DES in lookups of tables. For blocks of 8 bytes it takes half of the time of a call into OpenSSL,
 * which is most of what an authorisation ciphers; docs/adr/0016 says what that gives up.
 *
 * Source: FIPS 46-3; NIST SP 800-67 rev. 2.
 */
export class DesCipher {
  readonly blockSize = BLOCK_SIZE
  /** Round keys of one key after the other; plain numbers, since memory of a typed array costs more than the rounds. */
  readonly #schedule: readonly number[]
  readonly #size: number

  /** `key`: 8 bytes are single DES, 16 are K1‖K2‖K1, 24 are K1‖K2‖K3. Parity bits are not looked at. */
  constructor(key: Uint8Array) {
    invariant(key.length === 8 || key.length === 16 || key.length === 24, `TDES key of ${key.length} bytes`)
    const schedule: number[] = []
    for (let at = 0; at < key.length; at += KEY_SIZE) addSchedule(schedule, key, at)
    this.#schedule = schedule
    this.#size = key.length
  }

  /** Whole blocks, each by itself (ECB), into new memory. */
  encrypt(data: Uint8Array): Uint8Array {
    return transform(this.#schedule, this.#size, true, data)
  }

  /** Undoes `encrypt`. */
  decrypt(data: Uint8Array): Uint8Array {
    return transform(this.#schedule, this.#size, false, data)
  }

  /** Enciphers the 8 bytes at `offset` where they stand. */
  encryptBlockAt(bytes: Uint8Array, offset: number): void {
    transformBlock(this.#schedule, this.#size, true, bytes, offset, bytes, offset)
  }

  /** Undoes `encryptBlockAt`. */
  decryptBlockAt(bytes: Uint8Array, offset: number): void {
    transformBlock(this.#schedule, this.#size, false, bytes, offset, bytes, offset)
  }

  /** The last block of a chain (CBC-MAC) over whole blocks, new memory; it begins at `initial`, 8 bytes, or at zeros. */
  chain(data: Uint8Array, initial?: Uint8Array): Uint8Array {
    invariant(data.length % BLOCK_SIZE === 0, `${data.length} bytes are no whole blocks`)
    const result = new Uint8Array(BLOCK_SIZE)
    if (initial !== undefined) result.set(initial)
    for (let at = 0; at < data.length; at += BLOCK_SIZE) {
      for (let index = 0; index < BLOCK_SIZE; index++) {
        result[index] = (result[index] as number) ^ (data[at + index] as number)
      }
      transformBlock(this.#schedule, this.#size, true, result, 0, result, 0)
    }
    return result
  }
}

function transform(
  schedule: readonly number[],
  keySize: number,
  isForward: boolean,
  data: Uint8Array,
): Uint8Array {
  invariant(data.length % BLOCK_SIZE === 0, `${data.length} bytes are no whole blocks`)
  const result = new Uint8Array(data.length)
  for (let at = 0; at < data.length; at += BLOCK_SIZE) {
    transformBlock(schedule, keySize, isForward, data, at, result, at)
  }
  return result
}

/** Word of four bytes, most significant first. The caller has checked that they are there. */
function wordAt(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  )
}

function putWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word >>> 24
  bytes[at + 1] = word >>> 16
  bytes[at + 2] = word >>> 8
  bytes[at + 3] = word
}

/** Between the stages of triple DES the final and the initial permutation cancel: only the halves change sides. */
function transformBlock(
  schedule: readonly number[],
  keySize: number,
  isForward: boolean,
  source: Uint8Array,
  from: number,
  target: Uint8Array,
  to: number,
): void {
  left = wordAt(source, from)
  right = wordAt(source, from + 4)
  permuteIn()
  if (keySize === 8) runRounds(schedule, 0, isForward)
  else {
    const third = keySize === 24 ? 2 * SCHEDULE_SIZE : 0
    runRounds(schedule, isForward ? 0 : third, isForward)
    runRounds(schedule, SCHEDULE_SIZE, !isForward)
    runRounds(schedule, isForward ? third : 0, isForward)
  }
  permuteOut()
  putWord(target, to, left)
  putWord(target, to + 4, right)
}

/** Initial permutation by exchanges of bit groups; leaves both halves turned left by one bit, as the rounds want them. */
function permuteIn(): void {
  let l = left
  let r = right
  let swap = ((l >>> 4) ^ r) & 0x0f0f0f0f
  r ^= swap
  l ^= swap << 4
  swap = ((l >>> 16) ^ r) & 0x0000ffff
  r ^= swap
  l ^= swap << 16
  swap = ((r >>> 2) ^ l) & 0x33333333
  l ^= swap
  r ^= swap << 2
  swap = ((r >>> 8) ^ l) & 0x00ff00ff
  l ^= swap
  r ^= swap << 8
  r = (r << 1) | (r >>> 31)
  swap = (l ^ r) & 0xaaaaaaaa
  l ^= swap
  r ^= swap
  left = (l << 1) | (l >>> 31)
  right = r
}

/** Final permutation: the steps of the initial one from the last to the first. */
function permuteOut(): void {
  let l = (left >>> 1) | (left << 31)
  let r = right
  let swap = (l ^ r) & 0xaaaaaaaa
  l ^= swap
  r ^= swap
  r = (r >>> 1) | (r << 31)
  swap = ((r >>> 8) ^ l) & 0x00ff00ff
  l ^= swap
  r ^= swap << 8
  swap = ((r >>> 2) ^ l) & 0x33333333
  l ^= swap
  r ^= swap << 2
  swap = ((l >>> 16) ^ r) & 0x0000ffff
  r ^= swap
  l ^= swap << 16
  swap = ((l >>> 4) ^ r) & 0x0f0f0f0f
  r ^= swap
  l ^= swap << 4
  left = l
  right = r
}

/** Sixteen rounds, two at a time, so that the halves need not change sides before the end. Backwards they decipher. */
function runRounds(schedule: readonly number[], start: number, isForward: boolean): void {
  const step = isForward ? 2 : -2
  let at = isForward ? start : start + SCHEDULE_SIZE - 2
  // Asked for once: of another module's value each use is a load and a check of its own.
  const boxes = BOX_OUTPUTS
  let l = left
  let r = right
  for (let pair = 0; pair < ROUNDS / 2; pair++) {
    l ^= round(boxes, r, schedule[at] as number, schedule[at + 1] as number)
    at += step
    r ^= round(boxes, l, schedule[at] as number, schedule[at + 1] as number)
    at += step
  }
  left = r
  right = l
}

/**
 * What one half adds to the other: expansion, round key, boxes and permutation P. Joined two by two: the next round waits
 * for the last of these, and in a row each would wait for the one before.
 */
function round(boxes: Int32Array, half: number, oddKey: number, evenKey: number): number {
  const odd = ((half >>> 4) | (half << 28)) ^ oddKey
  const even = half ^ evenKey
  return (
    (boxes[(odd >>> 24) & 63] as number) |
    (boxes[128 + ((odd >>> 16) & 63)] as number) |
    ((boxes[256 + ((odd >>> 8) & 63)] as number) | (boxes[384 + (odd & 63)] as number)) |
    ((boxes[64 + ((even >>> 24) & 63)] as number) |
      (boxes[192 + ((even >>> 16) & 63)] as number) |
      ((boxes[320 + ((even >>> 8) & 63)] as number) | (boxes[448 + (even & 63)] as number)))
  )
}

/** Adds the round keys of the 8 bytes at `offset`, two words a round. */
function addSchedule(schedule: number[], key: Uint8Array, offset: number): void {
  let c = 0
  let d = 0
  for (let index = 0; index < KEY_SIZE; index++) {
    const entry = index * GROUP_VALUES + ((key[offset + index] as number) >> 1)
    c |= KEY_LEFT[entry] as number
    d |= KEY_RIGHT[entry] as number
  }
  for (let round = 0; round < ROUNDS; round++) {
    const turn = KEY_ROTATIONS[round] as number
    c = ((c << turn) | (c >>> (28 - turn))) & 0xfffffff
    d = ((d << turn) | (d >>> (28 - turn))) & 0xfffffff
    schedule.push(roundKey(ROUND_KEY_ODD, c, d), roundKey(ROUND_KEY_EVEN, c, d))
  }
}

function roundKey(table: Int32Array, c: number, d: number): number {
  return (
    (table[c >>> 21] as number) |
    (table[128 + ((c >>> 14) & 127)] as number) |
    (table[256 + ((c >>> 7) & 127)] as number) |
    (table[384 + (c & 127)] as number) |
    (table[512 + (d >>> 21)] as number) |
    (table[640 + ((d >>> 14) & 127)] as number) |
    (table[768 + ((d >>> 7) & 127)] as number) |
    (table[896 + (d & 127)] as number)
  )
}
