import { z } from 'zod'
import { isRate } from '../../base/conversion.ts'
import { isCurrency } from '../../base/money.ts'
import type { RateTable } from '../../iso8583/subfields/rate-table.ts'

const CURRENCY = z.string().refine(isCurrency, 'is no ISO 4217 number that is known here')
const MOMENT = z.string().refine(isMoment, 'is no time: YYYYMMDDhhmmss')

const MARKUP = 'is no whole number of basis points from 0 to 9999'

const RATE = z
  .object({
    currency: CURRENCY,
    /** Major units of `currency` for one of the base. */
    rate: z.string().refine(isRate, 'is no decimal number above zero of at most 12 characters'),
    markupBasisPoints: z.int(MARKUP).min(0, MARKUP).max(9999, MARKUP),
    validFrom: MOMENT,
    validUntil: MOMENT,
  })
  .strict()
  .refine(({ validFrom, validUntil }) => validFrom <= validUntil, {
    message: 'ends before it begins',
    path: ['validUntil'],
  })

const RATES_MAX = 60
const RANGES_MAX = 600

/** What somebody says of the rates: a table without its version. */
export const RATE_CONTENT = z
  .object({
    base: CURRENCY,
    source: z.string().regex(/^[ -~]{1,20}$/, 'is not 1 to 20 ASCII characters'),
    rates: z.array(RATE).max(RATES_MAX),
    ranges: z
      .array(
        z
          .object({
            prefix: z.string().regex(/^\d{3,14}$/, 'is not 3 to 14 digits'),
            currency: CURRENCY,
          })
          .strict(),
      )
      .max(RANGES_MAX),
  })
  .strict()
  .superRefine(({ base, rates, ranges }, context) => {
    const say = (path: (string | number)[], message: string): void => {
      context.addIssue({ code: 'custom', path, message })
    }
    for (const [index, { currency }] of rates.entries()) {
      if (currency === base) say(['rates', index, 'currency'], 'is the base itself')
      if (rates.findIndex((each) => each.currency === currency) !== index)
        say(['rates', index, 'currency'], 'stands there twice')
    }
    for (const [index, { prefix }] of ranges.entries()) {
      if (ranges.findIndex((each) => each.prefix === prefix) !== index)
        say(['ranges', index, 'prefix'], 'stands there twice')
    }
  })

export type RateContent = Omit<RateTable, 'version'>

/** What is wrong, one line each: where, and why. */
export function contentFaults(issues: readonly z.core.$ZodIssue[]): readonly string[] {
  return issues.map(({ path, message }) => `${path.map(String).join('.') || 'the table'}: ${message}`)
}

function isMoment(text: string): boolean {
  if (!/^\d{14}$/.test(text)) return false
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = [
    text.slice(0, 4),
    ...(text.slice(4).match(/../g) ?? []),
  ].map(Number)
  const time = new Date(Date.UTC(year, month - 1, day, hour, minute, second))
  return (
    time.getUTCFullYear() === year &&
    time.getUTCMonth() === month - 1 &&
    time.getUTCDate() === day &&
    time.getUTCHours() === hour &&
    time.getUTCMinutes() === minute &&
    time.getUTCSeconds() === second
  )
}
