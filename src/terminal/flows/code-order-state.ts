import type { JournalRecord } from './journal-record.ts'
import type { TerminalState } from './terminal-model.ts'

/**
 * `state` without its open order, when `record` ends the sale that took it: what became of the order is then what
 * became of the sale. `before`: the state without the record.
 */
export function endOrderOf(
  before: TerminalState,
  state: TerminalState,
  record: JournalRecord,
): TerminalState {
  const isEnd = record.kind === 'answered' || record.kind === 'abandoned'
  if (!isEnd || before.codeOrder === undefined) return state
  return before.inFlight?.orderNumber === before.codeOrder.number ? withoutOrder(state) : state
}

export function withoutOrder(state: TerminalState): TerminalState {
  const { codeOrder: _ended, ...rest } = state
  return rest
}
