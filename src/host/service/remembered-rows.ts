import type { MerchantRow, TerminalRow } from '../core/records.ts'
import { Snapshot } from '../core/store-port.ts'

/** Terminals of one process, about 2 KB each. */
const COUNT_MAX = 20_000

/** Terminals and merchants as they were read last: enough to refuse with a MAC while the store is away. */
export class RememberedRows {
  readonly #terminals = new Map<string, TerminalRow>()
  readonly #merchants = new Map<string, MerchantRow>()

  remember({ terminals, merchants }: Snapshot): void {
    keep(terminals, this.#terminals)
    keep(merchants, this.#merchants)
  }

  /** What is known of terminals `tids`. */
  snapshot(tids: readonly string[]): Snapshot {
    const snapshot = new Snapshot()
    for (const tid of tids) {
      const terminal = this.#terminals.get(tid)
      if (terminal === undefined) continue
      snapshot.terminals.set(tid, terminal)
      const merchant = this.#merchants.get(terminal.mid)
      if (merchant !== undefined) snapshot.merchants.set(merchant.mid, merchant)
    }
    return snapshot
  }
}

/** The ones used last are at the end; the first go when there are too many. */
function keep<Row>(from: ReadonlyMap<string, Row>, to: Map<string, Row>): void {
  for (const [key, row] of from) {
    to.delete(key)
    to.set(key, row)
  }
  for (const key of to.keys()) {
    if (to.size <= COUNT_MAX) return
    to.delete(key)
  }
}
