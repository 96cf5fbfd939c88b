/** What is explained: bytes that are no message, or a request that was refused. */
export type ExplainedKind = 'unreadable' | 'refused'

export interface ExplainLimits {
  /** Explanations a second of bytes that are no message. */
  readonly unreadablePerSecond: number
  /** Explanations a second of refused requests: of their own, so that a flood of bad bytes does not hide them. */
  readonly refusedPerSecond: number
}

export const DEFAULT_EXPLAIN_LIMITS: ExplainLimits = { unreadablePerSecond: 100, refusedPerSecond: 1000 }

const SECOND_MS = 1000

/**
 * How many explanations a second are put together, logged and kept; the rest is counted. Each costs more than the message
 * that it explains, and nobody reads thousands.
 */
export class ExplainLimit {
  readonly #limits: ExplainLimits
  /** Of the second under way. */
  #secondMs = Number.NaN
  #unreadable = 0
  #refused = 0
  #suppressed = 0
  #suppressedTotal = 0

  constructor(limits: ExplainLimits = DEFAULT_EXPLAIN_LIMITS) {
    this.#limits = limits
  }

  /** How many were left out since it began. */
  get suppressedTotal(): number {
    return this.#suppressedTotal
  }

  get hasSuppressed(): boolean {
    return this.#suppressed > 0
  }

  /** Whether one more may be explained at `nowMs`, milliseconds since 1970. */
  take(kind: ExplainedKind, nowMs: number): boolean {
    const secondMs = nowMs - (nowMs % SECOND_MS)
    if (secondMs !== this.#secondMs) {
      this.#secondMs = secondMs
      this.#unreadable = 0
      this.#refused = 0
    }
    const isWithin =
      kind === 'unreadable'
        ? this.#unreadable++ < this.#limits.unreadablePerSecond
        : this.#refused++ < this.#limits.refusedPerSecond
    if (isWithin) return true
    this.#suppressed++
    this.#suppressedTotal++
    return false
  }

  /** How many were left out since this was last asked. */
  takeSuppressed(): number {
    const count = this.#suppressed
    this.#suppressed = 0
    return count
  }
}
