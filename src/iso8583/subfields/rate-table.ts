import { isRate } from '../../base/conversion.ts'
import { currencyCode, currencyExponent, isCurrency } from '../../base/money.ts'
import type { LocalDateTime } from '../../base/ports.ts'

/** What one unit of the table's own currency costs in another. */
export interface CurrencyRate {
  /** ISO 4217 number. */
  readonly currency: string
  /** Major units of `currency` for one major unit of the table's own, decimal text. */
  readonly rate: string
  /** 0 to 9999. */
  readonly markupBasisPoints: number
  /** `YYYYMMDDhhmmss`, local time; the first and the last second in which it may be offered. */
  readonly validFrom: string
  readonly validUntil: string
}

/** Cards whose number begins with `prefix` (3 to 14 digits) are billed in `currency`; the longest prefix wins. */
export interface BillingRange {
  readonly prefix: string
  readonly currency: string
}

/** Rates as a host gives them to its terminals. */
export interface RateTable {
  /** 1 to 999999; grows with each change. */
  readonly version: number
  /** ISO 4217 number of what the merchants are paid in. */
  readonly base: string
  /** Who sets the rates, 1 to 20 characters of ASCII: the slip names it. */
  readonly source: string
  readonly rates: readonly CurrencyRate[]
  readonly ranges: readonly BillingRange[]
}

const HEAD = /^V(\d{6})(\d{3})([\x20-\x7e]{1,20})$/
const RATE = /^R(\d{3})(\d)[A-Z]{3}(\d{4})(\d{14})(\d{14})([\d.]+)$/
const RANGE = /^B(\d{3})(\d{3,14})$/

/**
 * The entries of a download of rates, the head first: `V` version 6, currency 3, source; `R` currency 3, exponent 1, letters
 * 3, markup 4, valid from and until 14 each, rate; `B` currency 3, first digits of cards. Of this project: the sources of
 * the dialect name the job of the header and no body.
 */
export function formatRateEntries({ version, base, source, rates, ranges }: RateTable): readonly string[] {
  return [
    `V${String(version).padStart(6, '0')}${base}${source}`,
    ...rates.map(
      ({ currency, rate, markupBasisPoints, validFrom, validUntil }) =>
        `R${currency}${currencyExponent(currency)}${currencyCode(currency)}${String(markupBasisPoints).padStart(4, '0')}${validFrom}${validUntil}${rate}`,
    ),
    ...ranges.map(({ prefix, currency }) => `B${currency}${prefix}`),
  ]
}

/**
 * The table of `entries`; undefined when they are none. A currency that is not known here, or has other decimal places here,
 * is left out: nobody could print its amounts.
 */
export function parseRateEntries(entries: readonly string[]): RateTable | undefined {
  const head = HEAD.exec(entries[0] ?? '')
  if (head === null) return undefined
  const [, version = '', base = '', source = ''] = head
  const rates: CurrencyRate[] = []
  const ranges: BillingRange[] = []
  for (const entry of entries.slice(1)) {
    const rate = RATE.exec(entry)
    const range = RANGE.exec(entry)
    if (rate !== null) {
      const [, currency = '', exponent = '', markup = '', validFrom = '', validUntil = '', value = ''] = rate
      if (!isRate(value)) return undefined
      if (!isCurrency(currency) || currencyExponent(currency) !== Number(exponent)) continue
      rates.push({ currency, rate: value, markupBasisPoints: Number(markup), validFrom, validUntil })
    } else if (range !== null) {
      const [, currency = '', prefix = ''] = range
      ranges.push({ prefix, currency })
    } else return undefined
  }
  return { version: Number(version), base, source, rates, ranges }
}

/** `YYYYMMDDhhmmss`: sorts as time does. */
export function timeDigits({ year, month, day, hour, minute, second }: LocalDateTime): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  return String(year).padStart(4, '0') + [month, day, hour, minute, second].map(two).join('')
}

/** The rate of `currency`, where it may be offered at `now`. */
export function rateAt(table: RateTable, currency: string, now: LocalDateTime): CurrencyRate | undefined {
  const at = timeDigits(now)
  return table.rates.find(
    (each) => each.currency === currency && each.validFrom <= at && at <= each.validUntil,
  )
}

/** The currency that a card is billed in, by its number; undefined when the table does not know it. */
export function billingCurrency({ ranges }: RateTable, pan: string): string | undefined {
  let found: BillingRange | undefined
  for (const range of ranges) {
    if (pan.startsWith(range.prefix) && range.prefix.length > (found?.prefix.length ?? 0)) found = range
  }
  return found?.currency
}
