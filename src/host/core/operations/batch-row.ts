import type { BatchRow, TerminalRow } from '../records.ts'

/** The open batch of `terminal`, before anything was settled. */
export function batchRow({ tid, mid, batchNumber }: TerminalRow): BatchRow {
  return {
    tid,
    mid,
    batchNumber,
    state: 'open',
    terminalTotals: undefined,
    hostTotals: undefined,
    domesticFlag: '0',
    foreignFlag: '0',
    settlementStan: undefined,
    recordCount: undefined,
    closedAtMs: undefined,
  }
}

/** 1 follows 999 999. */
export function nextBatchNumber(batchNumber: number): number {
  return batchNumber >= 999_999 ? 1 : batchNumber + 1
}
