import { formatNumber } from '../state/language.ts'

const CURRENCIES: Readonly<Record<string, readonly [string, number]>> = {
  '156': ['CNY', 2],
  '840': ['USD', 2],
  '978': ['EUR', 2],
  '392': ['JPY', 0],
  '344': ['HKD', 2],
  '826': ['GBP', 2],
}

/** Minor units as a person writes them, with the currency's letters. */
export function formatMoney(amountMinor: number, currency: string): string {
  const [letters, digits] = CURRENCIES[currency] ?? [currency, 2]
  return `${letters} ${formatNumber(amountMinor / 10 ** digits, digits)}`
}
