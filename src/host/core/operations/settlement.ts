import { accept, type Decision, deny } from '../decision.ts'
import type { HostContext } from '../host-context.ts'
import type { HostRequest } from '../host-request.ts'
import type { BalanceFlag, BatchRow, ClassTotals, SettlementTotals, TerminalRow } from '../records.ts'
import { refuse } from '../refusal.ts'
import { compareTotals, settlementTotals } from '../settlement-totals.ts'
import type { WorkingSet } from '../working-set.ts'
import { batchRow, nextBatchNumber } from './batch-row.ts'

/** Compares the terminal's totals with the host's; the batch stays open until its end is told. */
export function settle(
  context: HostContext,
  work: WorkingSet,
  request: HostRequest,
  terminal: TerminalRow,
): Decision {
  const id = context.numbers.take()
  const batchNumber = request.batchNumber ?? terminal.batchNumber
  const before = work.batch(terminal.tid, batchNumber)
  // The batch is closed: the answer got lost. It is given again.
  if (before?.state === 'closed') return accept(terminal, id, answerOf(before))
  if (batchNumber !== terminal.batchNumber) {
    return deny(terminal, id, refuse('77', "the batch number is not that of the terminal's open batch", 60))
  }
  const row = compare(work, terminal, request.settlement, before)
  work.putBatch(row)
  return accept(terminal, id, answerOf(row))
}

/** Settles and closes at once, for dialects without batch uploads; a repeat gets the first answer. */
export function settleAndClose(
  context: HostContext,
  work: WorkingSet,
  request: HostRequest,
  terminal: TerminalRow,
): Decision {
  const id = context.numbers.take()
  const last = work.batch(terminal.tid, previousBatchNumber(terminal.batchNumber))
  if (last !== undefined && last.settlementStan === request.stan) {
    return accept(terminal, id, { settlementCode: settlementCode(last) })
  }
  if (request.settlement === undefined) {
    return deny(terminal, id, refuse('30', 'the amounts of the settlement are missing', 88))
  }
  const before = work.batch(terminal.tid, terminal.batchNumber)
  const row = inOneClass(compare(work, terminal, request.settlement, before))
  const closedAtMs = request.inbound.receivedAt.ms
  work.putBatch({ ...row, state: 'closed', closedAtMs, settlementStan: request.stan })
  const changed = { ...terminal, batchNumber: nextBatchNumber(terminal.batchNumber) }
  work.putTerminal(changed)
  return accept(changed, id, { settlementCode: settlementCode(row) })
}

function compare(
  work: WorkingSet,
  terminal: TerminalRow,
  theirs: SettlementTotals | undefined,
  before: BatchRow | undefined,
): BatchRow {
  const own = settlementTotals(work.transactionsOfBatch(terminal.tid, terminal.batchNumber))
  const flag = (cardClass: keyof SettlementTotals): BalanceFlag =>
    theirs === undefined ? '3' : compareTotals(own[cardClass], theirs[cardClass])
  return {
    ...(before ?? batchRow(terminal)),
    state: 'settling',
    terminalTotals: theirs,
    hostTotals: own,
    domesticFlag: flag('domestic'),
    foreignFlag: flag('foreign'),
  }
}

/** For dialects whose totals know no card class: the host's own are taken together. */
function inOneClass(row: BatchRow): BatchRow {
  const { hostTotals, terminalTotals } = row
  if (hostTotals === undefined || terminalTotals === undefined) return row
  const { domestic, foreign } = hostTotals
  const all: ClassTotals = {
    debitMinor: domestic.debitMinor + foreign.debitMinor,
    debitCount: domestic.debitCount + foreign.debitCount,
    creditMinor: domestic.creditMinor + foreign.creditMinor,
    creditCount: domestic.creditCount + foreign.creditCount,
  }
  return { ...row, domesticFlag: compareTotals(all, terminalTotals.domestic), foreignFlag: '1' }
}

/** 1 in balance, 2 out of balance, 3 error. Source: ISO 8583:1987, data element 66. */
function settlementCode({ domesticFlag, foreignFlag }: BatchRow): BalanceFlag {
  return domesticFlag > foreignFlag ? domesticFlag : foreignFlag
}

/** No field 39: the two flags are the answer. Source: unionpay-pos, settlement. */
function answerOf(row: BatchRow) {
  return { responseCode: undefined, settlementOf: row }
}

function previousBatchNumber(batchNumber: number): number {
  return batchNumber === 1 ? 999_999 : batchNumber - 1
}
