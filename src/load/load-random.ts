import type { Random } from '../base/ports.ts'

/**
 * Chance from a seed, with the fractions that waiting times need. Not for keys.
 * Source: sfc32, Doty-Humphrey, PractRand.
 */
export class LoadRandom implements Random {
  #a: number
  #b: number
  #c: number
  #count = 1

  /** `seed` and `stream`: whole numbers; each pair gives numbers of its own. */
  constructor(seed: number, stream: number) {
    this.#a = seed | 0
    this.#b = Math.floor(seed / 0x1_0000_0000) ^ 0x5bd1e995
    this.#c = stream | 0
    for (let round = 0; round < 16; round++) this.word()
  }

  /** 0 to 2³² − 1. */
  word(): number {
    const sum = (this.#a + this.#b + this.#count) | 0
    this.#count = (this.#count + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  /** At least 0, below 1. */
  fraction(): number {
    return this.word() / 0x1_0000_0000
  }

  /** 0 to `count` − 1. */
  below(count: number): number {
    return Math.floor(this.fraction() * count)
  }

  bytes(size: number): Uint8Array {
    const bytes = new Uint8Array(size)
    for (let index = 0; index < size; index++) bytes[index] = this.word() >>> 24
    return bytes
  }
}
