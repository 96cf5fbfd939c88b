import { SeededRandom } from '../../sim/world/seeded-random.ts'
import { bytesOfWord, changeBytes, type Others } from './byte-mutator.ts'
import type { CoverageMap } from './coverage-map.ts'
import type { FuzzTarget } from './fuzz-target.ts'
import { type Complaint, judge } from './judge.ts'

/** Inputs of the corpus that is kept on disk. */
const KEPT_MAX = 48
/** Bytes of the corpus that is kept on disk. */
const KEPT_BYTES_MAX = 12_000
/** Inputs that the loop works with. */
const POOL_MAX = 4000

interface PoolInput {
  readonly bytes: Uint8Array
  /** Blocks that it ran. */
  readonly blocks: Uint32Array
}

/** Hears of each input before it runs, so that it is known if it never ends, and of its end. */
export interface Watch {
  begin(input: Uint8Array): void
  rest(): void
}

/** Coverage-guided search: changes inputs of its pool and keeps those that run something new. */
export class FuzzLoop {
  readonly #target: FuzzTarget
  readonly #map: CoverageMap
  readonly #random: SeededRandom
  readonly #words: readonly Uint8Array[]
  readonly #pool: PoolInput[] = []
  readonly #watch: Watch
  executions = 0

  constructor(target: FuzzTarget, map: CoverageMap, random: SeededRandom, watch: Watch) {
    this.#target = target
    this.#map = map
    this.#random = random
    this.#watch = watch
    this.#words = map.words.map(bytesOfWord)
  }

  get poolSize(): number {
    return this.#pool.length
  }

  /** Bytes that the pool takes. */
  get poolBytes(): number {
    return this.#pool.reduce((sum, { bytes, blocks }) => sum + bytes.length + blocks.byteLength, 0)
  }

  /** Runs an input as it is; keeps it when it is new. */
  offer(input: Uint8Array): Complaint | undefined {
    this.#watch.begin(input)
    this.executions++
    this.#map.begin()
    const complaint = judge(this.#target, input)
    this.#watch.rest()
    if (complaint !== undefined) return complaint
    // Where no code is instrumented, nothing can be told apart: every input may lead on.
    if (this.#map.takeNews() || this.#map.blockCount === 0) {
      if (this.#pool.length >= POOL_MAX) this.#pool.splice(this.#random.below(POOL_MAX), 1)
      this.#pool.push({ bytes: input, blocks: this.#map.blocks() })
    }
    return undefined
  }

  /** A new input and what became of it. */
  step(): { readonly input: Uint8Array; readonly complaint: Complaint | undefined } {
    const input = this.#next()
    return { input, complaint: this.offer(input) }
  }

  #next(): Uint8Array {
    const random = this.#random
    const { mutate, repair, sizeMax } = this.#target
    const base = this.#pick()
    let input = base
    if (mutate !== undefined && random.chance(500)) input = mutate.call(this.#target, base, random)
    if (mutate === undefined || input === base || random.chance(150))
      input = changeBytes(input, random, this.#others, sizeMax)
    if (repair !== undefined && random.chance(700)) input = repair.call(this.#target, input)
    return input.length > sizeMax ? input.slice(0, sizeMax) : input
  }

  /** The newest inputs half of the time: what is behind them was not looked at yet. */
  #pick(): Uint8Array {
    const { length } = this.#pool
    if (length === 0) return new Uint8Array(0)
    const from = this.#random.chance(500) ? Math.floor((length * 3) / 4) : 0
    return this.#pool[this.#random.between(from, length - 1)]?.bytes ?? new Uint8Array(0)
  }

  readonly #others: Others = {
    other: () => this.#pick(),
    word: () => (this.#words.length === 0 ? this.#random.bytes(1) : this.#random.pick(this.#words)),
  }

  /** Few and short inputs that together run nearly every block that the pool runs. */
  cover(): readonly Uint8Array[] {
    const left = [...this.#pool].sort((a, b) => a.bytes.length - b.bytes.length)
    const covered = new Set<number>()
    const kept: Uint8Array[] = []
    let size = 0
    while (kept.length < KEPT_MAX) {
      const best = mostNews(left, covered)
      if (best === undefined) break
      left.splice(left.indexOf(best), 1)
      for (const block of best.blocks) covered.add(block)
      if (size + best.bytes.length > KEPT_BYTES_MAX && kept.length > 0) continue
      kept.push(best.bytes)
      size += best.bytes.length
    }
    return kept
  }
}

/** The input with most blocks that are not covered yet, by its size; undefined when all are covered. */
function mostNews(inputs: readonly PoolInput[], covered: ReadonlySet<number>): PoolInput | undefined {
  let best: PoolInput | undefined
  let most = 0
  for (const input of inputs) {
    let news = 0
    for (const block of input.blocks) if (!covered.has(block)) news++
    const worth = news / Math.log2(16 + input.bytes.length)
    if (worth > most) {
      most = worth
      best = input
    }
  }
  return best
}

/** A random stream of its own for each target and worker. */
export function randomOf(seed: number, target: string, worker: number): SeededRandom {
  return new SeededRandom(seed, worker, ...Array.from(target, (letter) => letter.charCodeAt(0)))
}
