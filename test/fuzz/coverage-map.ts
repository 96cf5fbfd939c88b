const BLOCKS_MAX = 1 << 17
const BUCKETS = 8

/** How often a block ran, in eight classes: a loop that ran more often than ever before is news. */
function bucketOf(count: number): number {
  if (count < 4) return count - 1
  return Math.min(BUCKETS - 1, 34 - Math.clz32(count) - 1)
}

/** What instrumented code calls; on `globalThis`, since it stands in modules that import nothing of ours. */
interface CoverageHooks {
  fuzzTouch: (block: number) => void
  fuzzFile: (blocks: number, words: readonly (string | number)[]) => number
}

/** Counts which blocks of instrumented code an execution ran, and remembers which were ever seen. */
export class CoverageMap {
  readonly #counts = new Uint32Array(BLOCKS_MAX)
  readonly #touched = new Uint32Array(BLOCKS_MAX)
  readonly #seen = new Uint8Array(BLOCKS_MAX)
  readonly #words = new Set<string | number>()
  #touchedCount = 0
  #blockCount = 0
  #seenCount = 0

  /** Blocks that any execution ran. */
  get seenCount(): number {
    return this.#seenCount
  }

  /** Blocks of all files that are loaded. */
  get blockCount(): number {
    return this.#blockCount
  }

  /** Texts and numbers that stand in the code: what it compares with. */
  get words(): readonly (string | number)[] {
    return [...this.#words]
  }

  /** From now on instrumented code reports here. */
  install(): void {
    const counts = this.#counts
    const hooks: CoverageHooks = {
      fuzzTouch: (block) => {
        const count = counts[block] as number
        if (count === 0) this.#touched[this.#touchedCount++] = block
        counts[block] = count + 1
      },
      fuzzFile: (blocks, words) => {
        const first = this.#blockCount
        this.#blockCount = Math.min(BLOCKS_MAX - 4096, first + blocks)
        for (const word of words) this.#words.add(word)
        return first
      },
    }
    Object.assign(globalThis, hooks)
  }

  /** Forgets what the last execution ran. */
  begin(): void {
    for (let index = 0; index < this.#touchedCount; index++) this.#counts[this.#touched[index] as number] = 0
    this.#touchedCount = 0
  }

  /** Whether the last execution ran a block, or ran it in a count, that none did before; remembers it. */
  takeNews(): boolean {
    let isNews = false
    for (let index = 0; index < this.#touchedCount; index++) {
      const block = this.#touched[index] as number
      const bit = 1 << bucketOf(this.#counts[block] as number)
      const before = this.#seen[block] as number
      if ((before & bit) !== 0) continue
      if (before === 0) this.#seenCount++
      this.#seen[block] = before | bit
      isNews = true
    }
    return isNews
  }

  /** The blocks of the last execution. */
  blocks(): Uint32Array {
    return this.#touched.slice(0, this.#touchedCount)
  }
}
