import type { HostCore } from '../core/host-core.ts'
import type { Inbound, Outcome } from '../core/inbound.ts'
import type { ExplainRow } from '../core/records.ts'
import { NO_ROWS, type StoreRows } from '../core/store-port.ts'
import type { GroupCommitStore } from '../store/group-commit-store.ts'
import type { BatchDecider } from './batch-decider.ts'
import { LocalDecider } from './local-decider.ts'
import type { DeciderLog } from './store-outage.ts'

export interface GroupDeciderOptions {
  readonly core: HostCore
  readonly store: GroupCommitStore
  readonly log: DeciderLog
  /** Messages in one batch that show that the host is busy. */
  readonly busyBatchSize?: number
  /** As of `LocalDecider`. */
  readonly tryAfterMs?: number
}

/** So many messages in one turn do not come to a host that has time. */
const BUSY_BATCH_SIZE = 8

/**
 * Decides on one SQLite file. A host that has time commits on this thread: the answer is there without a detour. Once
 * it is busy a second thread commits, and the next batch is decided meanwhile.
 */
export class GroupDecider implements BatchDecider {
  readonly #core: HostCore
  readonly #store: GroupCommitStore
  readonly #local: LocalDecider
  readonly #busyBatchSize: number

  constructor({ busyBatchSize = BUSY_BATCH_SIZE, ...options }: GroupDeciderOptions) {
    const { core, store } = options
    this.#core = core
    this.#store = store
    this.#local = new LocalDecider(options)
    this.#busyBatchSize = busyBatchSize
  }

  decide(
    batch: readonly Inbound[],
  ): readonly (Outcome | undefined)[] | Promise<readonly (Outcome | undefined)[]> {
    if (!this.#store.isThreaded) {
      if (batch.length >= this.#busyBatchSize) this.#store.startThread()
      return this.#local.decide(batch)
    }
    let rows: StoreRows | undefined
    let outcomes: readonly Outcome[]
    try {
      this.#store.leaseAhead(this.#core.numbersLeft)
      outcomes = this.#core.process(batch, {
        fetch: (keys, into) => this.#store.fetch(keys, into),
        leaseNumbers: (count) => this.#store.leaseNumbers(count),
        commit: (decided) => {
          rows = decided
        },
      })
    } catch {
      return this.#again(batch)
    }
    if (rows === undefined && this.#store.isIdle) return outcomes
    return this.#store.commitLater(rows).then(
      () => {
        if (rows !== undefined) this.#local.recorded()
        return outcomes
      },
      // Nothing of it was kept: on the rows as they are now, alone, and refused if nothing can be recorded.
      () => this.#local.decide(batch),
    )
  }

  note(explains: readonly ExplainRow[]): void | Promise<void> {
    if (!this.#store.isThreaded) return this.#local.note(explains)
    return this.#store.commitLater({ ...NO_ROWS, explains }).then(
      () => this.#local.recorded(),
      () => this.#local.note(explains),
    )
  }

  /** The batch could not be decided as it came: once what is before it is through, with care. */
  #again(
    batch: readonly Inbound[],
  ): readonly (Outcome | undefined)[] | Promise<readonly (Outcome | undefined)[]> {
    if (this.#store.isIdle) return this.#local.decide(batch)
    const decide = () => this.#local.decide(batch)
    return this.#store.commitLater(undefined).then(decide, decide)
  }
}
