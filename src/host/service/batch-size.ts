/** A batch holds up whoever comes after it for about so long. */
const BATCH_MS = 1
/** However slow a message is: a batch shares what each costs once. */
const SIZE_MIN = 32
/** Weight of the latest batch. */
const LATEST = 0.1

/** How many messages one batch may have, from the time that messages took so far. */
export class BatchSize {
  #messageMs = 0

  get max(): number {
    return this.#messageMs === 0
      ? Number.POSITIVE_INFINITY
      : Math.max(SIZE_MIN, Math.round(BATCH_MS / this.#messageMs))
  }

  /** A batch of `count` took this thread `spentMs`. */
  learn(count: number, spentMs: number): void {
    // What a small batch took says little of its messages.
    if (count < SIZE_MIN) return
    const messageMs = spentMs / count
    if (this.#messageMs === 0) this.#messageMs = messageMs
    else this.#messageMs += LATEST * (messageMs - this.#messageMs)
  }
}
