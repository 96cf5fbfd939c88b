import type { Customers } from '../../terminal/adapters/commissioning/commissioning-site.ts'
import type { Terminal } from '../../terminal/adapters/terminal.ts'

/** A terminal that is commissioned, and whoever stands before it. */
export interface CommissionRig {
  readonly terminal: Terminal
  readonly customers: Customers
  /** Of the terminal's journal. */
  readonly directory: string
  /** Logs on by itself; undefined: whoever stands at the terminal is asked. */
  readonly operator?: string
  close(): Promise<void>
}
