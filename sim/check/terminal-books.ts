import type { JournalRecord } from '../../src/terminal/flows/journal-record.ts'
import type { SettlementSummary, Transaction } from '../../src/terminal/flows/terminal-model.ts'
import { applyRecord, initialState, type TerminalState } from '../../src/terminal/flows/terminal-state.ts'

/** A batch as its terminal closed it. */
export interface ClosedBatch {
  readonly transactions: readonly Transaction[]
  readonly summary: SettlementSummary
}

/** Kinds that take another transaction back; the checkers' own list. */
const VOIDS: readonly string[] = ['saleVoid', 'completionVoid', 'preAuthorisationCancel']

/** A terminal's own story by its durable records alone: the fold, and what each closed batch held. */
export class TerminalBooks {
  readonly closed: ClosedBatch[] = []
  /** What became of each issuer script's result, by batch and trace number of its transaction. */
  readonly scripts = new Map<string, 'owed' | 'delivered' | 'given up'>()
  readonly #used = new Set<string>()
  /** Approved voids by the key of what they take back. */
  readonly #voids = new Map<string, number>()
  #state: TerminalState = initialState

  get state(): TerminalState {
    return this.#state
  }

  /** Returns a trace number that was used twice in one batch, or undefined. */
  take(records: readonly JournalRecord[]): string | undefined {
    let twice: string | undefined
    for (const record of records) {
      twice = this.#use(record) ?? twice
      this.#noteScript(record)
      if (record.kind === 'answered' && record.approved) this.#noteVoid(record.stan)
      if (record.kind === 'batchClosed')
        this.closed.push({ transactions: this.#state.transactions, summary: record.summary })
      this.#state = applyRecord(this.#state, record)
    }
    return twice
  }

  /** All transactions of its life, by batch and trace number. */
  transactions(): readonly Transaction[] {
    return [...this.closed.flatMap(({ transactions }) => transactions), ...this.#state.transactions]
  }

  find(batch: string, stan: string): Transaction | undefined {
    const isIt = ({ request }: Transaction): boolean => request.stan === stan && request.batch === batch
    const open = this.#state.transactions.find(isIt)
    for (let at = this.closed.length - 1; open === undefined && at >= 0; at--) {
      const found = this.closed[at]?.transactions.find(isIt)
      if (found !== undefined) return found
    }
    return open
  }

  /** The request that `stan` is the number of, when it is in flight or queued. */
  openRequest(stan: string) {
    const { inFlight, notices } = this.#state
    if (inFlight?.stan === stan) return inFlight
    return notices.find(({ request }) => request.stan === stan)?.request
  }

  /** Approved voids of this transaction. */
  voidsOf(batch: string, stan: string): number {
    return this.#voids.get(`${batch}/${stan}`) ?? 0
  }

  #use(record: JournalRecord): string | undefined {
    const { batch, inFlight } = this.#state
    let key: string
    if (record.kind === 'requested') key = `${record.request.batch}/${record.request.stan}`
    else if (record.kind === 'stanUsed') key = `${batch}/${record.stan}`
    else {
      if (record.kind === 'notSent' && inFlight !== undefined)
        this.#used.delete(`${inFlight.batch}/${inFlight.stan}`)
      return undefined
    }
    if (this.#used.has(key)) return key
    this.#used.add(key)
    return undefined
  }

  #noteScript(record: JournalRecord): void {
    if (record.kind === 'scriptResultClosed') {
      const duty = this.#state.scriptResults.find(({ request }) => request.stan === record.stan)
      if (duty !== undefined)
        this.scripts.set(
          `${duty.request.batch}/${duty.request.stan}`,
          record.delivered ? 'delivered' : 'given up',
        )
      return
    }
    if (record.kind !== 'answered' && record.kind !== 'abandoned') return
    const request = this.openRequest(record.stan)
    if (record.scriptField55 !== undefined && request !== undefined)
      this.scripts.set(`${request.batch}/${request.stan}`, 'owed')
  }

  #noteVoid(stan: string): void {
    const request = this.openRequest(stan)
    if (request?.original === undefined || !VOIDS.includes(request.type)) return
    const key = `${request.original.batch}/${request.original.stan}`
    this.#voids.set(key, (this.#voids.get(key) ?? 0) + 1)
  }
}
