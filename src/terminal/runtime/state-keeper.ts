import type { JournalRecord } from '../flows/journal-record.ts'
import type { TerminalState } from '../flows/terminal-model.ts'
import { applyRecord } from '../flows/terminal-state.ts'
import type { AppendOutcome, StateKeeper } from './terminal-world.ts'

/** Storage for records: all of one call become durable together, or none. */
export interface RecordStore {
  append(records: readonly JournalRecord[], done: (outcome: AppendOutcome) => void): void
}

/**
 * Keeps the terminal's state equal to the fold of its durable records.
 *
 * Records are folded before they are stored, so that one that can't follow is never written: a journal
 * that can't be read at the next start would be worse than a stop now. The new state shows only after.
 */
export class JournaledState implements StateKeeper {
  readonly #store: RecordStore
  #state: TerminalState

  constructor(store: RecordStore, state: TerminalState) {
    this.#store = store
    this.#state = state
  }

  get state(): TerminalState {
    return this.#state
  }

  /** @throws {InvariantError} when a record can't follow the state; nothing has been stored then. */
  append(records: readonly JournalRecord[], done: (outcome: AppendOutcome) => void): void {
    const next = records.reduce(applyRecord, this.#state)
    this.#store.append(records, (outcome) => {
      if (outcome.kind === 'durable') this.#state = next
      done(outcome)
    })
  }
}
