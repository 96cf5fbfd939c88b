import fc from 'fast-check'
import type { ClearingRequest } from '../../../src/host/core/clearing-port.ts'
import {
  CHARGED_KINDS,
  defaultSchedule,
  type FeeRule,
  type FeeSchedule,
} from '../../../src/host/core/fee-schedule.ts'
import type { BatchRow, LedgerEntryRow, TransactionRow } from '../../../src/host/core/records.ts'
import { NO_ROWS, type StoreRows } from '../../../src/host/core/store-port.ts'
import { TRANSACTION } from './store-suite.ts'

/** What one customer does at one till, and what becomes of it. */
export interface Deed {
  readonly till: number
  readonly kind: (typeof CHARGED_KINDS)[number]
  readonly amountMinor: number
  readonly isForeign: boolean
  readonly isByCode?: boolean
  readonly currency: '156' | '840'
  readonly dayOfMonth: number
  readonly fate: 'stands' | 'declined' | 'reversed' | 'voided' | 'voidReversed' | 'refunded'
  /** Parts of what is left, in thousandths. */
  readonly refunds: readonly number[]
}

/** A plain sale, to change what a test is about. */
export const DEED: Deed = {
  till: 0,
  kind: 'sale',
  amountMinor: 10_000,
  isForeign: false,
  currency: '156',
  dayOfMonth: 2,
  fate: 'stands',
  refunds: [500],
}

export const MERCHANTS = ['MERCHANT0000001', 'MERCHANT0000002'] as const
const TILLS = 4
/** Till 3 has not closed its batch yet. */
export const OPEN_TILL = 3
export const CLOSED_AT_MS = 1_770_000_000_000

/** Clears all tills that have closed. */
export const REQUEST_OF_DAY: ClearingRequest = {
  businessDate: '2026-01-31',
  cutoffMs: CLOSED_AT_MS + 1000,
  nowMs: CLOSED_AT_MS + 2000,
}

export function tidOf(till: number): string {
  return `TILL000${till}`
}

function midOf(till: number): string {
  return MERCHANTS[till % MERCHANTS.length] ?? ''
}

export function deeds(amountMax = 999_999_999_999): fc.Arbitrary<readonly Deed[]> {
  const deed: fc.Arbitrary<Deed> = fc.record({
    till: fc.nat(TILLS - 1),
    kind: fc.constantFrom(...CHARGED_KINDS),
    amountMinor: fc.oneof(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 1, max: amountMax })),
    isForeign: fc.boolean(),
    isByCode: fc.boolean(),
    currency: fc.constantFrom('156', '156', '156', '840'),
    dayOfMonth: fc.integer({ min: 1, max: 28 }),
    fate: fc.constantFrom('stands', 'declined', 'reversed', 'voided', 'voidReversed', 'refunded'),
    refunds: fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 3 }),
  })
  return fc.array(deed, { maxLength: 40 })
}

const minor = (max: number) => fc.nat(max)
const cap = fc.option(minor(1_000_000), { nil: undefined })

const feeRule: fc.Arbitrary<FeeRule> = fc.record({
  cardClass: fc.constantFrom('domestic', 'foreign', 'any'),
  kind: fc.constantFrom(...CHARGED_KINDS, 'any'),
  payment: fc.constantFrom('card', 'code', 'any'),
  ratePpm: fc.oneof(minor(30_000), minor(1_000_000)),
  fixedMinor: minor(100),
  minimumMinor: minor(500),
  capMinor: cap,
  interchangePpm: minor(30_000),
  interchangeCapMinor: cap,
})

/** Up to two versions for each merchant, the second from the middle of the month. */
export const schedules: fc.Arbitrary<readonly FeeSchedule[]> = fc.array(
  fc
    .record({
      mid: fc.constantFrom(...MERCHANTS),
      validFrom: fc.constantFrom('2026-01-01', '2026-01-14'),
      settlementDays: fc.constantFrom(0 as const, 1 as const),
      refundFee: fc.constantFrom('kept' as const, 'returned' as const),
      deviceFeeMinor: fc.constantFrom(0, 500, 9_999),
      rules: fc.array(feeRule, { maxLength: 3 }),
    })
    .map((schedule) => ({ ...schedule, rules: [...schedule.rules, ...defaultSchedule(schedule.mid).rules] })),
  { maxLength: 4 },
)

/** Rows of a day as the host core would leave them: transactions from `firstId`, their postings, and batches. */
export function rowsOfDay(all: readonly Deed[], firstId = 1): StoreRows {
  const transactions: TransactionRow[] = []
  const entries: LedgerEntryRow[] = []
  let next = firstId
  const add = (deed: Deed, more: Partial<TransactionRow>): TransactionRow => {
    const id = next++
    const row: TransactionRow = {
      ...TRANSACTION,
      id,
      stan: id,
      tid: tidOf(deed.till),
      mid: midOf(deed.till),
      kind: deed.kind,
      requestedMinor: deed.amountMinor,
      approvedMinor: deed.amountMinor,
      moneyMinor: 0 - deed.amountMinor,
      currency: deed.currency,
      cardClass: deed.isForeign ? 'foreign' : 'domestic',
      accountKnown: false,
      panTruncated: deed.isByCode ? '629999******0018' : TRANSACTION.panTruncated,
      localTime: { ...TRANSACTION.localTime, day: deed.dayOfMonth },
      ...more,
    }
    const reversalId = row.state === 'reversed' ? next++ : undefined
    transactions.push({ ...row, reversalId })
    post(entries, row.id, row)
    if (reversalId !== undefined) post(entries, reversalId, { ...row, moneyMinor: 0 - row.moneyMinor })
    return row
  }
  for (const deed of all) addDeed(deed, add)
  return { ...NO_ROWS, newTransactions: transactions, entries, batches: batches() }
}

function addDeed(deed: Deed, add: (deed: Deed, more: Partial<TransactionRow>) => TransactionRow): void {
  const { fate, amountMinor, kind } = deed
  const voidKind = kind === 'sale' || kind === 'offlineSale' ? 'saleVoid' : 'completionVoid'
  const undoing = { kind: voidKind, moneyMinor: amountMinor } as const
  switch (fate) {
    case 'declined':
      add(deed, { state: 'declined', approvedMinor: 0, moneyMinor: 0, responseCode: '51' })
      return
    case 'reversed':
      add(deed, { state: 'reversed' })
      return
    case 'voided':
      add(deed, { ...undoing, originalId: add(deed, { state: 'voided' }).id })
      return
    case 'voidReversed':
      add(deed, { ...undoing, state: 'reversed', originalId: add(deed, {}).id })
      return
    case 'refunded':
      addRefunds(deed, add)
      return
    default:
      add(deed, {})
  }
}

function addRefunds(deed: Deed, add: (deed: Deed, more: Partial<TransactionRow>) => TransactionRow): void {
  let left = deed.amountMinor
  const amounts = deed.refunds.flatMap((thousandths) => {
    const amountMinor = Math.floor((left * thousandths) / 1000)
    left -= amountMinor
    return amountMinor === 0 ? [] : [amountMinor]
  })
  const original = add(deed, { refundedMinor: deed.amountMinor - left })
  for (const amountMinor of amounts) {
    // A refund may come days later, at another till of the same merchant.
    const till = (deed.till + 2) % TILLS
    const later = { ...deed, till, dayOfMonth: Math.min(deed.dayOfMonth + 5, 28), amountMinor }
    add(later, { kind: 'refund', moneyMinor: amountMinor, originalId: original.id })
  }
}

function post(
  entries: LedgerEntryRow[],
  postingId: number,
  { moneyMinor, mid, currency }: TransactionRow,
): void {
  if (moneyMinor === 0) return
  entries.push(
    { postingId, index: 0, account: 'suspense', owner: '', amountMinor: moneyMinor, currency },
    { postingId, index: 1, account: 'merchant', owner: mid, amountMinor: 0 - moneyMinor, currency },
  )
}

function batches(): readonly BatchRow[] {
  return Array.from({ length: TILLS }, (_, till) => ({
    tid: tidOf(till),
    mid: midOf(till),
    batchNumber: 1,
    state: till === OPEN_TILL ? ('open' as const) : ('closed' as const),
    terminalTotals: undefined,
    hostTotals: undefined,
    domesticFlag: '1' as const,
    foreignFlag: '1' as const,
    settlementStan: undefined,
    recordCount: undefined,
    closedAtMs: till === OPEN_TILL ? undefined : CLOSED_AT_MS + till,
  }))
}
