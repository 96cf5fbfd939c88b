import { isRate } from '../../base/conversion.ts'
import { isCurrency } from '../../base/money.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { isDigits, type SubfieldError } from './subfield-error.ts'

/** What a cardholder was offered, and took: pays `amountMinor` of `currency` in place of the amount of field 4. */
export interface CurrencyConversion {
  /** ISO 4217 number, the cardholder's. */
  readonly currency: string
  /** Version of the table that the rate stands in. */
  readonly version: number
  readonly markupBasisPoints: number
  /** Minor units; 0 in a refund's request: the host knows what earlier refunds gave back. */
  readonly amountMinor: number
  /** Major units of `currency` for one major unit of the currency of field 49, decimal text without the markup. */
  readonly rate: string
}

/** Tag of it in field 59. Of this project: no source of the dialect shows one. */
export const CONVERSION_TAG = 'C1'
/** Field 63.1 where it stands in field 63 instead. Source: docs of the UnionPay dialect, 5.4, LY. */
export const CONVERSION_ORGANISATION = 'DCC'

const FIXED_SIZE = 25

/** Currency 3, version 6, markup 4, amount 12, then the rate. */
export function formatConversion(conversion: CurrencyConversion): string {
  const { currency, version, markupBasisPoints, amountMinor, rate } = conversion
  const digits = (value: number, size: number): string => String(value).padStart(size, '0')
  return currency + digits(version, 6) + digits(markupBasisPoints, 4) + digits(amountMinor, 12) + rate
}

export function parseConversion(text: string): Result<CurrencyConversion, SubfieldError> {
  const fixed = text.slice(0, FIXED_SIZE)
  if (fixed.length < FIXED_SIZE) return err({ kind: 'wrongLength', offset: text.length })
  if (!isDigits(fixed, FIXED_SIZE)) return err({ kind: 'badDigit', offset: 0 })
  const currency = fixed.slice(0, 3)
  const rate = text.slice(FIXED_SIZE).trimEnd()
  if (!isCurrency(currency)) return err({ kind: 'badValue', offset: 0 })
  if (!isRate(rate)) return err({ kind: 'badValue', offset: FIXED_SIZE })
  return ok({
    currency,
    version: Number(fixed.slice(3, 9)),
    markupBasisPoints: Number(fixed.slice(9, 13)),
    amountMinor: Number(fixed.slice(13)),
    rate,
  })
}
