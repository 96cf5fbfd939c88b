/** The last few thousand keys, in bounded memory: two generations, of which the older one is dropped. */
export class RecentKeys {
  readonly #size: number
  #young = new Set<string>()
  #old = new Set<string>()

  /** At least `size` keys are known, and at most twice as many. */
  constructor(size: number) {
    this.#size = size
  }

  add(key: string): void {
    if (this.#young.size >= this.#size) {
      this.#old = this.#young
      this.#young = new Set()
    }
    this.#young.add(key)
  }

  has(key: string): boolean {
    return this.#young.has(key) || this.#old.has(key)
  }

  /** Answers whether it was known. */
  delete(key: string): boolean {
    const wasYoung = this.#young.delete(key)
    return this.#old.delete(key) || wasYoung
  }
}
