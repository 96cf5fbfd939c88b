import { invariant } from '../../src/base/invariant.ts'
import type { Random } from '../../src/base/ports.ts'

/**
 * Chance from a seed: the same numbers on every machine. Whole numbers only, so that no rounding can differ.
 * Source: xoshiro128**, Blackman and Vigna 2018; seeded by splitmix32.
 */
export class SeededRandom implements Random {
  #a: number
  #b: number
  #c: number
  #d: number

  /** `seeds`: whole numbers; each list of them gives a stream of its own. */
  constructor(...seeds: readonly number[]) {
    let state = 0x9e3779b9
    const next = (): number => {
      state = (state + 0x9e3779b9) | 0
      let mixed = state ^ (state >>> 16)
      mixed = Math.imul(mixed, 0x21f0aaad)
      mixed ^= mixed >>> 15
      mixed = Math.imul(mixed, 0x735a2d97)
      return mixed ^ (mixed >>> 15)
    }
    for (const seed of seeds) {
      state = (state ^ (seed | 0)) | 0
      state = next() ^ Math.floor(seed / 0x1_0000_0000)
    }
    this.#a = next()
    this.#b = next()
    this.#c = next()
    this.#d = next() | 1
  }

  /** 0 to 2³² − 1. */
  word(): number {
    const turned = Math.imul(this.#b, 5)
    const result = Math.imul((turned << 7) | (turned >>> 25), 9)
    const shifted = this.#b << 9
    this.#c ^= this.#a
    this.#d ^= this.#b
    this.#b ^= this.#c
    this.#a ^= this.#d
    this.#c ^= shifted
    this.#d = (this.#d << 11) | (this.#d >>> 21)
    return result >>> 0
  }

  /** 0 to `count` − 1. The bias of a plain remainder is far below what a simulation can see. */
  below(count: number): number {
    invariant(count >= 1 && count <= 0x1_0000_0000, `nothing below ${count}`)
    return this.word() % count
  }

  /** Both inclusive. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1)
  }

  /** True in `perMille` of a thousand. */
  chance(perMille: number): boolean {
    return this.below(1000) < perMille
  }

  pick<T>(values: readonly T[]): T {
    const value = values[this.below(values.length)]
    invariant(value !== undefined, 'picked from nothing')
    return value
  }

  /** A value of `choices` by its weight. */
  weighted<T>(choices: readonly (readonly [value: T, weight: number])[]): T {
    let left = this.below(choices.reduce((sum, [, weight]) => sum + weight, 0))
    for (const [value, weight] of choices) {
      if (left < weight) return value
      left -= weight
    }
    throw new RangeError('weights do not add up')
  }

  bytes(size: number): Uint8Array {
    const bytes = new Uint8Array(size)
    for (let index = 0; index < size; index += 4) {
      const word = this.word()
      for (let part = 0; part < 4 && index + part < size; part++) bytes[index + part] = word >>> (part * 8)
    }
    return bytes
  }
}
