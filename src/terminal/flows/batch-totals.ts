import {
  formatSettlementTotals,
  parseSettlementTotals,
  type SettlementFlag,
} from '../../iso8583/subfields/field-48.ts'
import { isForeign } from './host-reply.ts'
import type { BalanceFlag, BatchTotals, ClassTotals, Transaction, TypeTotals } from './terminal-model.ts'
import { tipIn } from './tip-rules.ts'
import { TRANSACTION_KINDS } from './transaction-kind.ts'
import type { TransactionType } from './transaction-type.ts'

/**
 * Sums of the batch by class and side. A voided sale counts as a debit and its void as a credit; what was
 * reversed counts nowhere. Source: docs of the UnionPay dialect, 14.
 *
 * - S7: the totals are the sums of the transactions of the batch.
 */
export function batchTotals(transactions: readonly Transaction[]): BatchTotals {
  const counted = transactions.filter(isCounted)
  return {
    domestic: classTotals(counted.filter((each) => !isForeign(each.reply))),
    foreign: classTotals(counted.filter((each) => isForeign(each.reply))),
  }
}

/** Whether the host has it in its books, as far as the terminal knows. */
export function isCounted(transaction: Transaction): boolean {
  const { status, request } = transaction
  const booked = status === 'approved' || status === 'voided' || status === 'noticeQueued'
  return booked && TRANSACTION_KINDS[request.type].side !== 'none'
}

function classTotals(transactions: readonly Transaction[]): ClassTotals {
  const debits = transactions.filter((each) => TRANSACTION_KINDS[each.request.type].side === 'debit')
  const credits = transactions.filter((each) => TRANSACTION_KINDS[each.request.type].side === 'credit')
  return {
    debitAmountMinor: sum(debits),
    debitCount: debits.length,
    creditAmountMinor: sum(credits),
    creditCount: credits.length,
  }
}

function sum(transactions: readonly Transaction[]): number {
  return transactions.reduce((total, each) => total + each.amountMinor, 0)
}

/** Count and amount of each kind that the batch holds, in the order of the catalogue. */
export function totalsByType(transactions: readonly Transaction[]): readonly TypeTotals[] {
  const types = (Object.keys(TRANSACTION_KINDS) as TransactionType[]).filter(
    // A tip is in the amount of its sale.
    (type) => type !== 'tipAdjustment',
  )
  return types.flatMap((type) => {
    const booked = transactions.filter(
      (each) =>
        each.request.type === type &&
        (each.status === 'approved' || each.status === 'voided' || each.status === 'noticeQueued'),
    )
    if (booked.length === 0) return []
    const tipMinor = booked.reduce((total, each) => total + (tipIn(each) ?? 0), 0)
    const totals = { type, count: booked.length, amountMinor: sum(booked) }
    return [tipMinor === 0 ? totals : { ...totals, tipMinor }]
  })
}

/** Field 48 of the 0500: two classes of 31 digits, each with a zero as its flag. */
export function totalsField48({ domestic, foreign }: BatchTotals): string {
  return formatSettlementTotals({
    domestic: { ...domestic, flag: 'notCompared' },
    foreign: { ...foreign, flag: 'notCompared' },
  })
}

const FLAGS: { readonly [flag in SettlementFlag]: BalanceFlag | undefined } = {
  notCompared: undefined,
  balanced: '1',
  unbalanced: '2',
  error: '3',
}

/** Flags of a 0510; undefined when its field 48 is not of that form, or nothing was compared. */
export function balanceFlags(
  field48: string | undefined,
): { readonly domesticFlag: BalanceFlag; readonly foreignFlag: BalanceFlag } | undefined {
  const totals = parseSettlementTotals(field48 ?? '')
  if (!totals.ok) return undefined
  const domesticFlag = FLAGS[totals.value.domestic.flag]
  const foreignFlag = FLAGS[totals.value.foreign.flag]
  return domesticFlag === undefined || foreignFlag === undefined ? undefined : { domesticFlag, foreignFlag }
}
