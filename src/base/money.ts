interface Currency {
  /** ISO 4217 letters. */
  readonly code: string
  /** Decimal places of the minor unit. */
  readonly exponent: number
}

/** ISO 4217 letters and exponent by numeric code: what receipts print, and what can be converted. */
const CURRENCIES: Readonly<Record<string, Currency>> = {
  '036': { code: 'AUD', exponent: 2 },
  '048': { code: 'BHD', exponent: 3 },
  '124': { code: 'CAD', exponent: 2 },
  '156': { code: 'CNY', exponent: 2 },
  '344': { code: 'HKD', exponent: 2 },
  '356': { code: 'INR', exponent: 2 },
  '360': { code: 'IDR', exponent: 2 },
  '392': { code: 'JPY', exponent: 0 },
  '410': { code: 'KRW', exponent: 0 },
  '414': { code: 'KWD', exponent: 3 },
  '446': { code: 'MOP', exponent: 2 },
  '458': { code: 'MYR', exponent: 2 },
  '554': { code: 'NZD', exponent: 2 },
  '643': { code: 'RUB', exponent: 2 },
  '702': { code: 'SGD', exponent: 2 },
  '704': { code: 'VND', exponent: 0 },
  '752': { code: 'SEK', exponent: 2 },
  '756': { code: 'CHF', exponent: 2 },
  '764': { code: 'THB', exponent: 2 },
  '784': { code: 'AED', exponent: 2 },
  '826': { code: 'GBP', exponent: 2 },
  '840': { code: 'USD', exponent: 2 },
  '901': { code: 'TWD', exponent: 2 },
  '978': { code: 'EUR', exponent: 2 },
}

/** Whether `currency` (ISO 4217, three digits) is one whose letters and exponent are known here. */
export function isCurrency(currency: string): boolean {
  return Object.hasOwn(CURRENCIES, currency)
}

/** ISO 4217 numbers of all currencies that are known here. */
export const CURRENCY_NUMBERS: readonly string[] = Object.keys(CURRENCIES).sort()

/** Decimal places of the minor unit; 2 for a currency that is not in the table. Source: ISO 4217. */
export function currencyExponent(currency: string): number {
  return CURRENCIES[currency]?.exponent ?? 2
}

/** Numeric code of `USD` or `840`; undefined for one that is not in the table. */
export function currencyNumber(text: string): string | undefined {
  if (isCurrency(text)) return text
  const code = text.toUpperCase()
  return CURRENCY_NUMBERS.find((number) => CURRENCIES[number]?.code === code)
}

/** Minor units as decimal text: 12345 of '156' is `123.45`. Source: ISO 4217 exponents. */
export function formatAmount(amountMinor: number, currency: string): string {
  const exponent = currencyExponent(currency)
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
  const exponent = currencyExponent(currency)
  const match = /^(\d{1,12})(?:\.(\d+))?$/.exec(text.trim())
  if (match === null) return undefined
  const fraction = match[2] ?? ''
  if (fraction.length > exponent) return undefined
  const amountMinor = Number(`${match[1]}${fraction.padEnd(exponent, '0')}`)
  return amountMinor > 0 && amountMinor <= 999_999_999_999 ? amountMinor : undefined
}
