import type { TerminalPolicy, TerminalRow } from './records.ts'

/** The row with these limits; the same row when it has them. */
export function withPolicy(terminal: TerminalRow, policy: TerminalPolicy | undefined): TerminalRow {
  const before = terminal.setup?.policy
  if (JSON.stringify(before) === JSON.stringify(policy)) return terminal
  const { policy: _, ...setup } = terminal.setup ?? { sets: {}, jobs: [] }
  return { ...terminal, setup: policy === undefined ? setup : { ...setup, policy } }
}
