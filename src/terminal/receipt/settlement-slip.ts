import { formatAmount } from '../../base/money.ts'
import { formatLocalTime } from '../flows/local-time.ts'
import type { PrintLine } from '../flows/print-document.ts'
import type { BalanceFlag, BatchTotals, ClassTotals, SettlementSummary } from '../flows/terminal-model.ts'
import type { TerminalProfile } from '../flows/terminal-profile.ts'
import type { ReceiptForm } from './receipt-form.ts'
import { duplicateMark, header, row, say, TRANSACTION_WORDS, type Words } from './receipt-text.ts'

const TITLE: Words = ['结算单', 'SETTLEMENT SLIP']

const FLAGS: { readonly [flag in BalanceFlag]: Words } = {
  '1': ['对账平', 'BALANCED'],
  '2': ['对账不平', 'NOT BALANCED'],
  '3': ['对账错', 'ERROR'],
}

/** Totals of a closed batch, and whether the host had the same. */
export function settlementLines(
  profile: TerminalProfile,
  summary: SettlementSummary,
  form: ReceiptForm,
): readonly PrintLine[] {
  const { domesticFlag, foreignFlag, byType, currency = profile.currency } = summary
  return [
    ...header(profile, TITLE, form.duplicate),
    row(profile, ['批次号', 'BATCH'], summary.batch),
    row(profile, ['操作员', 'OPERATOR'], summary.operator),
    row(profile, ['时间', 'TIME'], formatLocalTime(summary.localTime)),
    ...totalsLines(profile, summary.totals, currency, { domestic: domesticFlag, foreign: foreignFlag }),
    { kind: 'rule' },
    ...byType.flatMap(({ type, count, amountMinor, tipMinor }): PrintLine[] => {
      const value = `${count}  ${formatAmount(amountMinor, currency)}`
      const line = row(profile, TRANSACTION_WORDS[type], value)
      if (tipMinor === undefined) return [line]
      return [line, row(profile, ['其中小费', 'OF WHICH TIPS'], formatAmount(tipMinor, currency))]
    }),
    ...duplicateMark(profile, form.duplicate),
    { kind: 'feed', lines: 3 },
  ]
}

/** Debit and credit of both classes; `flags` when the host has compared them. */
export function totalsLines(
  profile: TerminalProfile,
  totals: BatchTotals,
  currency: string,
  flags?: { readonly domestic: BalanceFlag; readonly foreign: BalanceFlag },
): readonly PrintLine[] {
  return [
    ...classLines(profile, ['内卡', 'DOMESTIC'], { totals: totals.domestic, currency }, flags?.domestic),
    ...classLines(profile, ['外卡', 'FOREIGN'], { totals: totals.foreign, currency }, flags?.foreign),
  ]
}

function classLines(
  profile: TerminalProfile,
  name: Words,
  { totals, currency }: { readonly totals: ClassTotals; readonly currency: string },
  flag: BalanceFlag | undefined,
): readonly PrintLine[] {
  const amount = (value: number): string => formatAmount(value, currency)
  return [
    { kind: 'rule' },
    row(profile, name, flag === undefined ? '' : say(profile, FLAGS[flag])),
    row(profile, ['借记', 'DEBIT'], `${totals.debitCount}  ${amount(totals.debitAmountMinor)}`),
    row(profile, ['贷记', 'CREDIT'], `${totals.creditCount}  ${amount(totals.creditAmountMinor)}`),
  ]
}
