import type { HostRequest } from './host-request.ts'
import type { TerminalRow } from './records.ts'
import { transactionKey } from './store-port.ts'

/** More than a terminal estate sends in an outage that anybody would sit through. */
const COUNT_MAX = 200_000

/**
 * Transactions that were refused while nothing could be recorded. The line may bring one again when the store is well:
 * its terminal has taken the refusal for the answer, so that it must stay refused. Kept in memory: a process that ends
 * forgets them.
 */
export class RefusedTraces {
  readonly #keys = new Set<string>()

  add(request: HostRequest, terminal: TerminalRow): void {
    const key = keyOf(request, terminal)
    if (key === undefined) return
    this.#keys.add(key)
    if (this.#keys.size <= COUNT_MAX) return
    const [oldest] = this.#keys
    if (oldest !== undefined) this.#keys.delete(oldest)
  }

  has(request: HostRequest, terminal: TerminalRow): boolean {
    if (this.#keys.size === 0) return false
    const key = keyOf(request, terminal)
    return key !== undefined && this.#keys.has(key)
  }
}

function keyOf({ stan, batchNumber }: HostRequest, terminal: TerminalRow): string | undefined {
  return stan === undefined
    ? undefined
    : transactionKey(terminal.tid, batchNumber ?? terminal.batchNumber, stan)
}
