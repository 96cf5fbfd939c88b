import { currencyExponent } from './money.ts'

/** One hundredth of a per cent: what a markup is counted in. */
const BASIS_POINTS = 10_000n
const AMOUNT_MAX = 999_999_999_999n

/** What an amount is converted by. Exact: no value of it ever becomes a fraction of two. */
export interface ConversionTerms {
  /** ISO 4217 number of what is converted. */
  readonly from: string
  /** ISO 4217 number of what it becomes. */
  readonly to: string
  /** Major units of `to` for one major unit of `from`, decimal text as `isRate` has it. */
  readonly rate: string
  /** What the cardholder pays above the rate, in hundredths of a per cent. */
  readonly markupBasisPoints: number
}

/** A rate: decimal text above zero, at most 12 characters, without a sign or an exponent. */
export function isRate(text: string): boolean {
  return text.length <= 12 && /^\d+(\.\d+)?$/.test(text) && /[1-9]/.test(text)
}

/** A decimal text as a whole number and how many of its digits stand behind the point. */
function exactDecimal(text: string): { readonly digits: bigint; readonly places: number } {
  const [whole = '', fraction = ''] = text.split('.')
  return { digits: BigInt(whole + fraction), places: fraction.length }
}

/**
 * `amountMinor` of `from` in minor units of `to`: amount × rate × (1 + markup), rounded half up once, at the end; undefined
 * where it comes to more than twelve digits. Exponents of both currencies are ISO 4217's.
 */
export function convertAmount(amountMinor: number, terms: ConversionTerms): number | undefined {
  const { digits, places } = exactDecimal(terms.rate)
  const markup = BASIS_POINTS + BigInt(terms.markupBasisPoints)
  const scale = currencyExponent(terms.to) - currencyExponent(terms.from) - places
  return fitted(
    BigInt(amountMinor) * digits * markup * tenTo(Math.max(0, scale)),
    BASIS_POINTS * tenTo(Math.max(0, -scale)),
  )
}

/** The other way round, without a markup: an amount of `to` in minor units of `from`, rounded half up. */
export function convertBack(
  amountMinor: number,
  terms: Omit<ConversionTerms, 'markupBasisPoints'>,
): number | undefined {
  const { digits, places } = exactDecimal(terms.rate)
  const scale = currencyExponent(terms.from) - currencyExponent(terms.to) + places
  return fitted(BigInt(amountMinor) * tenTo(Math.max(0, scale)), digits * tenTo(Math.max(0, -scale)))
}

/** The quotient rounded half up, where it is an amount. */
function fitted(dividend: bigint, divisor: bigint): number | undefined {
  const rounded = (2n * dividend + divisor) / (2n * divisor)
  return rounded <= AMOUNT_MAX ? Number(rounded) : undefined
}

function tenTo(exponent: number): bigint {
  return 10n ** BigInt(exponent)
}

/** The rate that the cardholder really pays, markup included: exact decimal text. */
export function rateWithMarkup({
  rate,
  markupBasisPoints,
}: Pick<ConversionTerms, 'rate' | 'markupBasisPoints'>): string {
  const { digits, places } = exactDecimal(rate)
  const text = String(digits * (BASIS_POINTS + BigInt(markupBasisPoints))).padStart(places + 5, '0')
  const point = text.length - places - 4
  const fraction = text.slice(point).replace(/0+$/, '')
  return fraction === '' ? text.slice(0, point) : `${text.slice(0, point)}.${fraction}`
}

/** Basis points as a person reads them: 350 is `3.50 %`. */
export function markupText(markupBasisPoints: number): string {
  const digits = String(markupBasisPoints).padStart(3, '0')
  return `${digits.slice(0, -2)}.${digits.slice(-2)} %`
}
