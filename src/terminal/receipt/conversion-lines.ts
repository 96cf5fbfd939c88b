import { markupText, rateWithMarkup } from '../../base/conversion.ts'
import { currencyCode, formatAmount } from '../../base/money.ts'
import type { CurrencyConversion } from '../../iso8583/subfields/currency-conversion.ts'
import type { PrintLine } from '../flows/print-document.ts'
import type { Transaction } from '../flows/terminal-model.ts'
import type { TerminalProfile } from '../flows/terminal-profile.ts'
import { row, say, sentence } from './receipt-text.ts'

/** What the cardholder pays, or gets back, in the currency that was chosen: amount, rate, markup, who sets the rate. */
export function conversionLines(profile: TerminalProfile, transaction: Transaction): readonly PrintLine[] {
  const conversion = conversionOf(transaction)
  if (conversion === undefined) return []
  const { currency, amountMinor, markupBasisPoints } = conversion
  const code = currencyCode(currency)
  const { source } = transaction.request.conversion ?? {}
  return [
    {
      kind: 'pair',
      left: say(profile, ['付款金额', 'PAID IN']),
      right: `${code} ${formatAmount(amountMinor, currency)}`,
      bold: true,
    },
    row(
      profile,
      ['汇率', 'RATE'],
      `1 ${currencyCode(transaction.request.currency)} = ${rateWithMarkup(conversion)} ${code}`,
    ),
    row(profile, ['含加价', 'MARKUP'], markupText(markupBasisPoints)),
    ...(source === undefined ? [] : [row(profile, ['来源', 'SOURCE'], source)]),
  ]
}

/** The host's word where there is one: of a refund the terminal does not know the amount. */
function conversionOf({ request, reply }: Transaction): CurrencyConversion | undefined {
  return reply?.conversion ?? request.conversion
}

/** What the cardholder says by paying so. */
export function choiceLines(profile: TerminalProfile, { request }: Transaction): readonly PrintLine[] {
  const { conversion, type } = request
  if (conversion === undefined || type !== 'sale') return []
  const local = currencyCode(request.currency)
  const chosen = currencyCode(conversion.currency)
  return sentence(profile, [
    `本人可选择以 ${local} 付款,自愿选择以 ${chosen} 付款,汇率与加价已向本人说明`,
    `I WAS OFFERED TO PAY IN ${local} AND CHOSE ${chosen}. RATE AND MARKUP WERE SHOWN TO ME.`,
  ])
}
