import type { HostCore } from '../core/host-core.ts'
import type { Inbound, Outcome } from '../core/inbound.ts'
import type { ExplainRow } from '../core/records.ts'
import { type DecisionStore, NO_ROWS, StoreError } from '../core/store-port.ts'
import type { BatchDecider } from './batch-decider.ts'

export interface LocalDeciderOptions {
  readonly core: HostCore
  readonly store: DecisionStore
  /** A request that the core could not decide. */
  readonly fault: (reason: string) => void
}

/** Decides on a store inside this process: each batch is done when the call returns. */
export class LocalDecider implements BatchDecider {
  readonly #options: LocalDeciderOptions

  constructor(options: LocalDeciderOptions) {
    this.#options = options
  }

  /** A request that the core can't decide is a bug; it must not take its neighbours down with it. */
  decide(batch: readonly Inbound[]): readonly (Outcome | undefined)[] {
    const { core, store, fault } = this.#options
    try {
      return core.process(batch, store)
    } catch (error) {
      if (error instanceof StoreError) throw error
      if (batch.length > 1) return batch.flatMap((inbound) => this.decide([inbound]))
      fault(`a request could not be decided: ${error instanceof Error ? error.message : 'unknown'}`)
      return [undefined]
    }
  }

  note(explains: readonly ExplainRow[]): void {
    this.#options.store.commit({ ...NO_ROWS, explains })
  }
}
