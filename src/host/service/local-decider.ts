import type { HostCore } from '../core/host-core.ts'
import type { Inbound, Outcome } from '../core/inbound.ts'
import type { ExplainRow } from '../core/records.ts'
import { type DecisionStore, NO_ROWS, Snapshot, StoreError } from '../core/store-port.ts'
import type { BatchDecider } from './batch-decider.ts'
import { type DeciderLog, StoreOutage } from './store-outage.ts'

export interface LocalDeciderOptions {
  readonly core: HostCore
  readonly store: DecisionStore
  readonly log: DeciderLog
  /** A store in trouble is tried without a message when nobody was refused for so long; never, where it is not given. */
  readonly tryAfterMs?: number
}

/**
 * Decides on a store inside this process: each batch is done when the call returns. While the store can record nothing,
 * requests are refused; it is tried again with each batch.
 */
export class LocalDecider implements BatchDecider {
  readonly #core: HostCore
  readonly #store: DecisionStore
  readonly #log: DeciderLog
  readonly #outage: StoreOutage

  constructor({ core, store, log, tryAfterMs }: LocalDeciderOptions) {
    this.#core = core
    this.#log = log
    const attempt = async (): Promise<void> => {
      store.leaseNumbers(0)
      this.recorded()
    }
    this.#outage = new StoreOutage(
      log,
      tryAfterMs === undefined ? undefined : { afterMs: tryAfterMs, attempt },
    )
    this.#store = {
      fetch: (keys, into) => store.fetch(keys, into),
      leaseNumbers: (count) => store.leaseNumbers(count),
      commit: (rows) => {
        store.commit(rows)
        this.#outage.over()
      },
    }
  }

  /** A request that the core can't decide is a bug; it must not take its neighbours down with it. */
  decide(batch: readonly Inbound[]): readonly (Outcome | undefined)[] {
    try {
      return this.#core.process(batch, this.#store)
    } catch (error) {
      if (error instanceof StoreError) return this.#refuse(batch, error)
      if (batch.length > 1) return batch.flatMap((inbound) => this.decide([inbound]))
      this.#log.fault(`a request could not be decided: ${error instanceof Error ? error.message : 'unknown'}`)
      return [undefined]
    }
  }

  /** What was decided elsewhere was recorded: a store that was in trouble is well again. */
  recorded(): void {
    this.#outage.over()
  }

  /** Why frames were rejected is worth a record, but no stop: it is in the log as well. */
  note(explains: readonly ExplainRow[]): void {
    try {
      this.#store.commit({ ...NO_ROWS, explains })
    } catch (error) {
      if (!(error instanceof StoreError) || error.kind === 'fatal') throw error
      this.#outage.refused(error, 0)
    }
  }

  /** What was full may still be read: who asks is known then, and what has its answer already. */
  #refuse(batch: readonly Inbound[], error: StoreError): readonly Outcome[] {
    if (error.kind === 'fatal') throw error
    this.#outage.refused(error, batch.length)
    const isInDoubt = error.kind === 'inDoubt'
    const snapshot = new Snapshot()
    try {
      const work = this.#core.receive(batch)
      this.#store.fetch(work.needs(), snapshot)
      this.#store.fetch(work.needsOfCards(snapshot), snapshot)
      return this.#core.refuse(batch, { snapshot, isCurrent: true, isInDoubt })
    } catch (unread) {
      if (!(unread instanceof StoreError) || unread.kind === 'fatal') throw unread
      return this.#core.refuse(batch, { snapshot: new Snapshot(), isCurrent: false, isInDoubt })
    }
  }
}
