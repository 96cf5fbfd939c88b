import { currencyCode, formatAmount } from '../../base/money.ts'
import type { PrintLine } from '../flows/print-document.ts'
import type { Transaction } from '../flows/terminal-model.ts'
import type { TerminalProfile } from '../flows/terminal-profile.ts'
import { isTippable, takesTipsAfterwards, tipIn } from '../flows/tip-rules.ts'
import type { ReceiptForm } from './receipt-form.ts'
import { row, say, type Words } from './receipt-text.ts'

const AMOUNT: Words = ['金额', 'AMOUNT']
const TIP: Words = ['小费', 'TIP']
const TOTAL: Words = ['合计', 'TOTAL']
const TO_WRITE_ON = '_'.repeat(14)

/** The amount; with a tip, what it is made of; where one may come later, lines for the cardholder to write it on. */
export function amountLines(
  profile: TerminalProfile,
  transaction: Transaction,
  { copy }: Pick<ReceiptForm, 'copy'>,
): readonly PrintLine[] {
  const { request } = transaction
  const amount = (minor: number): string =>
    `${currencyCode(request.currency)} ${formatAmount(minor, request.currency)}`
  const whole = (label: Words, minor: number): PrintLine => ({
    kind: 'pair',
    left: say(profile, label),
    right: amount(minor),
    bold: true,
  })
  const tipMinor = tipIn(transaction)
  const totalMinor = transaction.amountMinor
  if (tipMinor !== undefined)
    return [
      row(profile, AMOUNT, amount(totalMinor - tipMinor)),
      row(profile, TIP, amount(tipMinor)),
      whole(TOTAL, totalMinor),
    ]
  const lines = [whole(AMOUNT, totalMinor)]
  if (copy === 'cardholder' || !mayGetTip(profile, transaction)) return lines
  return [...lines, row(profile, TIP, TO_WRITE_ON), row(profile, TOTAL, TO_WRITE_ON)]
}

function mayGetTip(profile: TerminalProfile, transaction: Transaction): boolean {
  return transaction.status !== 'declined' && isTippable(transaction) && takesTipsAfterwards(profile)
}
