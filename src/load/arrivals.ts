import type { LoadRandom } from './load-random.ts'

/** One level of an open loop: so many arrivals a second for so long. */
export interface RateStep {
  readonly ratePerSecond: number
  readonly durationMs: number
}

/** Where arrivals fall inside a level: independent of each other, or at equal distances. */
export type ArrivalProcess = 'poisson' | 'even'

/**
 * The intended times of an open loop, milliseconds from its start. They depend on nothing that the host does: a
 * host that stalls does not keep the next customer from coming.
 */
export class Arrivals {
  readonly #steps: readonly RateStep[]
  readonly #process: ArrivalProcess
  readonly #random: LoadRandom
  #step = 0
  #stepStartMs = 0
  #atMs = 0
  #firstGap: number

  /** `phase`: 0 to 1, the part of the first distance that even arrivals begin with, so that processes interleave. */
  constructor(steps: readonly RateStep[], process: ArrivalProcess, random: LoadRandom, phase = 1) {
    this.#steps = steps
    this.#process = process
    this.#random = random
    this.#firstGap = phase
  }

  /** The next intended time; undefined after the last level. */
  next(): number | undefined {
    for (;;) {
      const step = this.#steps[this.#step]
      if (step === undefined) return undefined
      this.#atMs += this.#gapMs(step)
      if (this.#atMs < this.#stepStartMs + step.durationMs) return this.#atMs
      // The level is over: what would have come after its end is drawn anew at the next level's rate.
      this.#stepStartMs += step.durationMs
      this.#atMs = this.#stepStartMs
      this.#firstGap = 1
      this.#step++
    }
  }

  #gapMs({ ratePerSecond }: RateStep): number {
    const meanMs = 1000 / ratePerSecond
    if (this.#process === 'poisson') return -Math.log(1 - this.#random.fraction()) * meanMs
    const gap = meanMs * this.#firstGap
    this.#firstGap = 1
    return gap
  }
}
