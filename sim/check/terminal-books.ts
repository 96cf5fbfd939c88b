import type { JournalRecord } from '../../src/terminal/flows/journal-record.ts'
import type { SettlementSummary, Transaction } from '../../src/terminal/flows/terminal-model.ts'
import { applyRecord, initialState, type TerminalState } from '../../src/terminal/flows/terminal-state.ts'

/** A batch as its terminal closed it. */
export interface ClosedBatch {
  readonly transactions: readonly Transaction[]
  readonly summary: SettlementSummary
}

/** A terminal's own story by its durable records alone: the fold, and what each closed batch held. */
export class TerminalBooks {
  readonly closed: ClosedBatch[] = []
  readonly #used = new Set<string>()
  #state: TerminalState = initialState

  get state(): TerminalState {
    return this.#state
  }

  /** Returns a trace number that was used twice in one batch, or undefined. */
  take(records: readonly JournalRecord[]): string | undefined {
    let twice: string | undefined
    for (const record of records) {
      if (record.kind === 'requested') {
        const key = `${record.request.batch}/${record.request.stan}`
        if (this.#used.has(key)) twice = key
        this.#used.add(key)
      } else if (record.kind === 'notSent') {
        const request = this.#state.inFlight
        if (request !== undefined) this.#used.delete(`${request.batch}/${request.stan}`)
      } else if (record.kind === 'batchClosed') {
        this.closed.push({ transactions: this.#state.transactions, summary: record.summary })
      }
      this.#state = applyRecord(this.#state, record)
    }
    return twice
  }

  /** All transactions of its life, by batch and trace number. */
  transactions(): readonly Transaction[] {
    return [...this.closed.flatMap(({ transactions }) => transactions), ...this.#state.transactions]
  }
}
