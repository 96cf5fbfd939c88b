import type {
  BalanceFlag,
  ClassTotals,
  SettlementTotals,
  TransactionKind,
  TransactionRow,
} from './records.ts'

const DEBITS: ReadonlySet<TransactionKind> = new Set([
  'sale',
  'completion',
  'completionAdvice',
  'offlineSale',
])
const CREDITS: ReadonlySet<TransactionKind> = new Set(['saleVoid', 'completionVoid', 'refund'])

const NOTHING: ClassTotals = { debitMinor: 0, debitCount: 0, creditMinor: 0, creditCount: 0 }

/** Whether `row` is part of a settlement: approved money that no reversal undid. A voided sale still counts, as does its void. */
export function isSettled({ kind, state, approvedMinor }: TransactionRow): boolean {
  return (
    (state === 'approved' || state === 'voided') &&
    approvedMinor > 0 &&
    (DEBITS.has(kind) || CREDITS.has(kind))
  )
}

/** Sums of a batch by card class. Source: unionpay-pos, settlement: sale and completion debit, void and refund credit. */
export function settlementTotals(rows: readonly TransactionRow[]): SettlementTotals {
  let domestic = NOTHING
  let foreign = NOTHING
  for (const row of rows) {
    if (!isSettled(row)) continue
    if (row.cardClass === 'domestic') domestic = add(domestic, row)
    else foreign = add(foreign, row)
  }
  return { domestic, foreign }
}

function add(totals: ClassTotals, { kind, approvedMinor }: TransactionRow): ClassTotals {
  return DEBITS.has(kind)
    ? {
        ...totals,
        debitMinor: totals.debitMinor + approvedMinor,
        debitCount: totals.debitCount + 1,
      }
    : {
        ...totals,
        creditMinor: totals.creditMinor + approvedMinor,
        creditCount: totals.creditCount + 1,
      }
}

/** Counts of three digits wrap in field 48, so they are compared as they stand there. */
const COUNT_MODULUS = 1000

export function compareTotals(own: ClassTotals, theirs: ClassTotals): BalanceFlag {
  const isEqual =
    own.debitMinor === theirs.debitMinor &&
    own.creditMinor === theirs.creditMinor &&
    own.debitCount % COUNT_MODULUS === theirs.debitCount % COUNT_MODULUS &&
    own.creditCount % COUNT_MODULUS === theirs.creditCount % COUNT_MODULUS
  return isEqual ? '1' : '2'
}
