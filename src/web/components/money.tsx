import { currencyCode, currencyExponent } from '../../base/money.ts'
import { formatNumber } from '../state/language.ts'

/** Minor units as a person writes them, with the currency's letters. */
export function formatMoney(amountMinor: number, currency: string): string {
  const digits = currencyExponent(currency)
  return `${currencyCode(currency)} ${formatNumber(amountMinor / 10 ** digits, digits)}`
}
