import type { Outcome } from '../core/inbound.ts'
import type { OfficeDatabase } from '../office/office-database.ts'
import type { AnswerObserver, ObservedRequest } from '../service/answer-observer.ts'
import type { TerminalList } from './terminal-list.ts'

/** Written down at most this often; a crash costs a few seconds of what nobody depends on. */
const EVERY_MS = 10_000

/** When each terminal last did something that was approved: a refused message may carry anybody's number. */
export class LastSeen implements AnswerObserver {
  readonly #office: OfficeDatabase
  readonly #terminals: TerminalList
  readonly #nowMs: () => number
  readonly #heard = new Map<string, number>()
  #writtenAtMs = 0

  constructor(office: OfficeDatabase, terminals: TerminalList, nowMs: () => number) {
    this.#office = office
    this.#terminals = terminals
    this.#nowMs = nowMs
  }

  answered(requests: readonly ObservedRequest[], outcomes: readonly (Outcome | undefined)[]): void {
    for (const [index, { inbound }] of requests.entries()) {
      const summary = outcomes[index]?.summary
      if (summary?.responseCode === '00') this.#heard.set(summary.tid, inbound.receivedAt.ms)
    }
  }

  /** Before somebody looks. */
  write(): void {
    const now = this.#nowMs()
    if (this.#heard.size === 0 || now - this.#writtenAtMs < EVERY_MS) return
    this.#writtenAtMs = now
    this.#office.transaction(() => {
      for (const [tid, atMs] of this.#heard) this.#terminals.seen(tid, atMs)
    })
    this.#heard.clear()
  }
}
