import { StoreError } from '../core/store-port.ts'

/** What a decider tells of itself. */
export interface DeciderLog {
  /** A request that the core could not decide. */
  fault(reason: string): void
  /** Nothing can be recorded from now on. `reason` says what to do. */
  outage(reason: string): void
  /** Records are kept again; `refusedCount` messages were refused or not answered meanwhile. */
  recovered(refusedCount: number): void
}

/** How a store in trouble is tried without a message. */
export interface StoreTrial {
  /** Since the last refusal. */
  readonly afterMs: number
  /** Writes something of no consequence and calls `over`; fails with a `StoreError` while nothing can be recorded. */
  attempt(): Promise<unknown>
}

/** So long after the last refusal nobody seems to ask any more. */
export const TRY_AFTER_MS = 1000

/**
 * Tells once that a store is in trouble, and once that it is well again, however many messages come meanwhile. Where none
 * come, as behind a balancer that leaves out who is not well, the store is tried by itself.
 */
export class StoreOutage {
  readonly #log: DeciderLog
  readonly #trial: StoreTrial | undefined
  #timer: NodeJS.Timeout | undefined
  #isOn = false
  #refusedCount = 0

  constructor(log: DeciderLog, trial?: StoreTrial) {
    this.#log = log
    this.#trial = trial
  }

  refused(error: StoreError, count: number): void {
    this.#refusedCount += count
    this.#tryLater()
    if (this.#isOn) return
    this.#isOn = true
    this.#log.outage(error.message)
  }

  /** Something was recorded. */
  over(): void {
    if (!this.#isOn) return
    this.end()
    this.#log.recovered(this.#refusedCount)
    this.#isOn = false
    this.#refusedCount = 0
  }

  /** Tries nothing more. */
  end(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #tryLater(): void {
    const trial = this.#trial
    if (trial === undefined) return
    if (this.#timer !== undefined) this.#timer.refresh()
    else this.#timer = setTimeout(() => void this.#try(trial), trial.afterMs).unref()
  }

  async #try(trial: StoreTrial): Promise<void> {
    this.#timer = undefined
    try {
      await trial.attempt()
    } catch (error) {
      // What else is wrong with it, as that it was closed, the next message will tell.
      if (error instanceof StoreError && error.kind !== 'fatal') this.#tryLater()
    }
  }
}
