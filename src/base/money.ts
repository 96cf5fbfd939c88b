/** ISO 4217 alphabetic code, symbol and exponent by numeric code: what a receipt prints. */
const CURRENCIES: Readonly<Record<string, { readonly code: string; readonly exponent: number }>> = {
  '156': { code: 'CNY', exponent: 2 },
  '344': { code: 'HKD', exponent: 2 },
  '392': { code: 'JPY', exponent: 0 },
  '446': { code: 'MOP', exponent: 2 },
  '702': { code: 'SGD', exponent: 2 },
  '826': { code: 'GBP', exponent: 2 },
  '840': { code: 'USD', exponent: 2 },
  '978': { code: 'EUR', exponent: 2 },
}

/** Minor units as decimal text: 12345 of '156' is `123.45`. Source: ISO 4217 exponents. */
export function formatAmount(amountMinor: number, currency: string): string {
  const exponent = CURRENCIES[currency]?.exponent ?? 2
  const sign = amountMinor < 0 ? '-' : ''
  const digits = String(Math.abs(amountMinor)).padStart(exponent + 1, '0')
  if (exponent === 0) return `${sign}${digits}`
  return `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`
}

/** `CNY` for '156'; the numeric code itself when it is not in the table. */
export function currencyCode(currency: string): string {
  return CURRENCIES[currency]?.code ?? currency
}

/**
 * Minor units of decimal text such as `12`, `12.3` or `12.34`, or undefined when it is no amount of
 * `currency`, is zero or below, or is above twelve digits (the size of field 4).
 */
export function parseAmount(text: string, currency: string): number | undefined {
  const exponent = CURRENCIES[currency]?.exponent ?? 2
  const match = /^(\d{1,12})(?:\.(\d+))?$/.exec(text.trim())
  if (match === null) return undefined
  const fraction = match[2] ?? ''
  if (fraction.length > exponent) return undefined
  const amountMinor = Number(`${match[1]}${fraction.padEnd(exponent, '0')}`)
  return amountMinor > 0 && amountMinor <= 999_999_999_999 ? amountMinor : undefined
}
