import type { ClearingRun } from '../core/clearing.ts'
import type { FeeRule, FeeSchedule, PaymentWay } from '../core/fee-schedule.ts'
import type { CardClass, TransactionKind, TransactionRow } from '../core/records.ts'
import { type Mapping, words } from './sqlite-mapping.ts'

/** A run with where its items and payouts are. */
export interface StoredRun extends ClearingRun {
  readonly firstTransactionId: number
  readonly lastTransactionId: number
  readonly firstPayoutId: number
  readonly lastPayoutId: number
}

export const RUNS: Mapping<StoredRun> = {
  table: 'clearingRuns',
  columns: words(
    'id businessDate cutoffMs clearedAtMs batchCount itemCount',
    'firstTransactionId lastTransactionId firstPayoutId lastPayoutId state',
  ),
  values: (row) => [
    row.id,
    row.businessDate,
    row.cutoffMs,
    row.clearedAtMs,
    row.batchCount,
    row.itemCount,
    row.firstTransactionId,
    row.lastTransactionId,
    row.firstPayoutId,
    row.lastPayoutId,
    row.state,
  ],
}

export function readRun(stored: StoredRun): ClearingRun {
  const { id, businessDate, cutoffMs, clearedAtMs, batchCount, itemCount, state } = stored
  return { id, businessDate, cutoffMs, clearedAtMs, batchCount, itemCount, state }
}

export const FEE_SCHEDULES: Mapping<FeeSchedule> = {
  table: 'feeSchedules',
  columns: words('mid validFrom settlementDays refundFee rules deviceFeeMinor'),
  values: (row) => [
    row.mid,
    row.validFrom,
    row.settlementDays,
    row.refundFee,
    JSON.stringify(row.rules),
    row.deviceFeeMinor,
  ],
}

export type StoredSchedule = Omit<FeeSchedule, 'rules'> & { readonly rules: string }

export function readSchedule({ rules, ...stored }: StoredSchedule): FeeSchedule {
  // JSON leaves out what is undefined; the caps come back as they were. Rules older than payments by code fit both.
  const read = JSON.parse(rules) as readonly Partial<FeeRule>[]
  return {
    ...stored,
    rules: read.map(
      (rule) => ({ payment: 'any', capMinor: undefined, interchangeCapMinor: undefined, ...rule }) as FeeRule,
    ),
  }
}

/** One transaction as `READ_DUE` gives it, column by column: an object for each would cost as much as the reading. */
export type DueRow = readonly [
  id: number,
  mid: string,
  currency: string,
  kind: TransactionKind,
  state: TransactionRow['state'],
  cardClass: CardClass,
  moneyMinor: number,
  day: string,
  payment: PaymentWay,
  originalPayment: PaymentWay,
  originalKind: TransactionKind | null,
  originalState: TransactionRow['state'] | null,
  originalCardClass: CardClass | null,
  originalMoneyMinor: number | null,
  originalDay: string | null,
]
