import type { StoreError } from '../core/store-port.ts'

/** What a decider tells of itself. */
export interface DeciderLog {
  /** A request that the core could not decide. */
  fault(reason: string): void
  /** Nothing can be recorded from now on. `reason` says what to do. */
  outage(reason: string): void
  /** Records are kept again; `refusedCount` messages were refused or not answered meanwhile. */
  recovered(refusedCount: number): void
}

/** Tells once that a store is in trouble, and once that it is well again, however many messages come meanwhile. */
export class StoreOutage {
  readonly #log: DeciderLog
  #isOn = false
  #refusedCount = 0

  constructor(log: DeciderLog) {
    this.#log = log
  }

  refused(error: StoreError, count: number): void {
    this.#refusedCount += count
    if (this.#isOn) return
    this.#isOn = true
    this.#log.outage(error.message)
  }

  /** Something was recorded. */
  over(): void {
    if (!this.#isOn) return
    this.#log.recovered(this.#refusedCount)
    this.#isOn = false
    this.#refusedCount = 0
  }
}
