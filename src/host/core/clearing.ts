import { invariant } from '../../base/invariant.ts'
import {
  CHARGED_KINDS,
  type ChargedKind,
  type FeeSchedule,
  type Fees,
  feesOf,
  feesReturned,
  NO_FEES,
  type PaymentWay,
  ruleFor,
  versionOn,
} from './fee-schedule.ts'
import type { CardClass, LedgerEntryRow, TransactionKind, TransactionRow } from './records.ts'

/**
 * Clearing: what is in batches that closed becomes fees, ledger postings and one payout for each merchant and
 * currency. A transaction belongs to the business date on which its batch was cleared: the batch is what terminal
 * and host agreed upon, and until it is closed its transactions may still be voided or reversed.
 */

/** What clearing needs to know of a transaction. */
export interface ClearedTransaction {
  readonly kind: TransactionKind
  readonly state: TransactionRow['state']
  readonly cardClass: CardClass
  readonly payment: PaymentWay
  readonly moneyMinor: number
  /** Day of card use, `YYYY-MM-DD`. */
  readonly day: string
}

/** One cleared transaction: what the merchant gets for it and what it costs; a credit is negative. */
export interface ClearedItem extends Fees {
  readonly amountMinor: number
}

/** What one merchant gets of one run in one currency. */
export interface PayoutRow extends Fees {
  /** Number of the payout and of its ledger posting. */
  readonly id: number
  readonly runId: number
  readonly mid: string
  readonly currency: string
  /** `YYYY-MM-DD`. */
  readonly payoutDate: string
  readonly itemCount: number
  /** What cardholders paid, voided sales with it. */
  readonly debitMinor: number
  /** What went back to them: refunds and voids. */
  readonly creditMinor: number
  /** Monthly fees of terminals. */
  readonly deviceFeeMinor: number
  /** Debits less credits less both fees; below zero the merchant owes it. */
  readonly netMinor: number
}

/** The fee of one terminal for one month; charged once, by the first clearing of the month that meets the terminal. */
export interface DeviceFeeRow {
  readonly tid: string
  /** `YYYY-MM`. */
  readonly month: string
  readonly mid: string
  readonly payoutId: number
  readonly feeMinor: number
}

/** One clearing of all batches that were closed and not cleared by then; whole or not at all. */
export interface ClearingRun {
  readonly id: number
  /** `YYYY-MM-DD`. */
  readonly businessDate: string
  /** Batches that closed before it, in milliseconds since 1970. */
  readonly cutoffMs: number
  readonly clearedAtMs: number
  readonly batchCount: number
  readonly itemCount: number
  /** `cleared`: its file is still to be written. */
  readonly state: 'cleared' | 'filed'
}

const CHARGED: ReadonlySet<TransactionKind> = new Set(CHARGED_KINDS)

function isCharged(kind: TransactionKind): kind is ChargedKind {
  return CHARGED.has(kind)
}

/** Whether `transaction` is cleared with its batch: approved money that no reversal undid. */
export function isCleared({ state, moneyMinor }: ClearedTransaction): boolean {
  return (state === 'approved' || state === 'voided') && moneyMinor !== 0
}

/**
 * What clearing makes of one transaction. A void and what it voids are both cleared and cost nothing. `original`: of
 * a refund; its fees are those of its own day. `versions`: all fee schedules of the merchant.
 */
export function clearTransaction(
  transaction: ClearedTransaction,
  original: ClearedTransaction | undefined,
  versions: readonly FeeSchedule[],
): ClearedItem {
  invariant(isCleared(transaction), 'a transaction that is not cleared')
  const amountMinor = 0 - transaction.moneyMinor
  if (transaction.kind === 'refund') {
    invariant(original !== undefined, 'a refund without its original')
    return { amountMinor, ...refundFees(original, versions, 0 - amountMinor) }
  }
  if (transaction.state === 'voided' || amountMinor < 0) return { amountMinor, ...NO_FEES }
  return { amountMinor, ...feesOn(transaction, versions) }
}

function feesOn(
  { kind, cardClass, payment, moneyMinor, day }: ClearedTransaction,
  versions: readonly FeeSchedule[],
): Fees {
  invariant(isCharged(kind), 'money of a kind that has no fee')
  return feesOf(ruleFor(versionOn(versions, day), { cardClass, kind, payment }), 0 - moneyMinor)
}

function refundFees(
  original: ClearedTransaction,
  versions: readonly FeeSchedule[],
  refundMinor: number,
): Fees {
  if (versionOn(versions, original.day).refundFee === 'kept') return NO_FEES
  return feesReturned(feesOn(original, versions), 0 - original.moneyMinor, refundMinor)
}

/** A payout that has no items yet. */
export function emptyPayout(
  head: Pick<PayoutRow, 'id' | 'runId' | 'mid' | 'currency' | 'payoutDate'>,
): PayoutRow {
  return { ...head, ...NO_FEES, itemCount: 0, debitMinor: 0, creditMinor: 0, deviceFeeMinor: 0, netMinor: 0 }
}

export function addToPayout(
  payout: PayoutRow,
  { amountMinor, feeMinor, interchangeMinor }: ClearedItem,
): PayoutRow {
  return {
    ...payout,
    itemCount: payout.itemCount + 1,
    debitMinor: payout.debitMinor + Math.max(amountMinor, 0),
    creditMinor: payout.creditMinor + Math.max(0 - amountMinor, 0),
    feeMinor: payout.feeMinor + feeMinor,
    interchangeMinor: payout.interchangeMinor + interchangeMinor,
    netMinor: payout.netMinor + amountMinor - feeMinor,
  }
}

/**
 * The posting of a payout: what the merchant was owed leaves its account; the fee stays with the acquirer but for the
 * issuer's interchange; the rest is on its way to the merchant. Sums to zero; entries of zero are left out.
 */
export function payoutEntries(payout: PayoutRow): readonly LedgerEntryRow[] {
  const { id, mid, currency, debitMinor, creditMinor, feeMinor, interchangeMinor, deviceFeeMinor, netMinor } =
    payout
  const sides = [
    ['merchant', mid, creditMinor - debitMinor],
    ['fees', '', feeMinor - interchangeMinor],
    ['interchange', '', interchangeMinor],
    ['deviceFees', '', deviceFeeMinor],
    ['payouts', mid, netMinor],
  ] as const
  invariant(
    sides.reduce((sum, [, , amountMinor]) => sum + amountMinor, 0) === 0,
    'a payout that does not sum to zero',
  )
  return sides.flatMap(([account, owner, amountMinor], index) =>
    amountMinor === 0 ? [] : [{ postingId: id, index, account, owner, amountMinor, currency }],
  )
}

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** The day `count` (0 or 1) days after `day`, `YYYY-MM-DD`: calendar days, since no bank's holidays are known here. */
export function dayAfter(day: string, count: 0 | 1): string {
  if (count === 0) return day
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number)
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  const days = month === 2 && isLeap ? 29 : (MONTH_DAYS[month - 1] ?? 0)
  if (date < days) return dayText(year, month, date + 1)
  return month < 12 ? dayText(year, month + 1, 1) : dayText(year + 1, 1, 1)
}

function dayText(year: number, month: number, date: number): string {
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(date).padStart(2, '0')}`
}
