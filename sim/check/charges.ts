import type { TransactionRow } from '../../src/host/core/records.ts'
import { type HostStore, NO_KEYS, Snapshot } from '../../src/host/core/store-port.ts'
import type { TerminalState, Transaction } from '../../src/terminal/flows/terminal-model.ts'

/**
 * What is charged or reserved at the host just now and no receipt of the terminal says, nor anything that it still owes
 * explains; and the other way round. One line for each.
 */
export function unexplainedCharges(tid: string, state: TerminalState, store: HostStore): readonly string[] {
  const snapshot = new Snapshot()
  store.fetch({ ...NO_KEYS, wholeBatches: [{ tid, batchNumber: Number(state.batch) }] }, snapshot)
  const own = new Map(state.transactions.map((each) => [keyOf(each.request), each]))
  const wrong: string[] = []
  for (const row of snapshot.transactions.values()) {
    const key = `${row.batchNumber}/${row.stan}`
    const complaint = complaintOf(row, own.get(key), state)
    own.delete(key)
    if (complaint !== undefined) wrong.push(`${tid} ${key} ${row.kind}: ${complaint}`)
  }
  for (const [key, { status, request }] of own) {
    const isHere = Number(request.batch) === Number(state.batch)
    if (isHere && (status === 'approved' || status === 'voided'))
      wrong.push(`${tid} ${key} ${request.type}: ${status} at the terminal, unknown to the host`)
  }
  return wrong
}

function complaintOf(
  row: TransactionRow,
  transaction: Transaction | undefined,
  state: TerminalState,
): string | undefined {
  const isDone = row.state === 'approved' || row.state === 'voided'
  const moves = isDone && (row.moneyMinor !== 0 || row.heldMinor !== 0)
  const { inFlight, reversal } = state
  const isOpen = [inFlight, reversal?.request].some(
    (request) => request !== undefined && keyOf(request) === `${row.batchNumber}/${row.stan}`,
  )
  if (isOpen) return undefined
  switch (transaction?.status) {
    case undefined:
      return moves ? `${row.state}, and the terminal has no receipt and owes nothing` : undefined
    case 'approved':
    case 'voided':
      if (!isDone) return `${transaction.status} at the terminal, ${row.state} at the host`
      return row.approvedMinor === transaction.amountMinor
        ? undefined
        : `${row.approvedMinor}, the receipt says ${transaction.amountMinor}`
    case 'declined':
    case 'reversed':
      return moves ? `${row.state}, and ${transaction.status} at the terminal` : undefined
    case 'noticeQueued':
    case 'reversalDue':
    case 'reversalFailed':
      return undefined
  }
}

function keyOf({ batch, stan }: { readonly batch: string; readonly stan: string }): string {
  return `${Number(batch)}/${Number(stan)}`
}
