import { z } from 'zod'

/** Rates and ranges as they stand; what they may be is checked where they are kept. */
export const RATES_VIEW = z.object({
  version: z.number(),
  /** ISO 4217 numbers. */
  base: z.string(),
  source: z.string(),
  rates: z.array(
    z.object({
      currency: z.string(),
      rate: z.string(),
      markupBasisPoints: z.number(),
      /** `YYYYMMDDhhmmss`, local time of the host. */
      validFrom: z.string(),
      validUntil: z.string(),
    }),
  ),
  ranges: z.array(z.object({ prefix: z.string(), currency: z.string() })),
  /** Terminals that have loaded rates, and how many of them have these. */
  terminals: z.object({ count: z.number(), upToDate: z.number() }),
})
export type RatesView = z.infer<typeof RATES_VIEW>

export const RATES_CHANGE = RATES_VIEW.pick({
  version: true,
  base: true,
  source: true,
  rates: true,
  ranges: true,
})

export const RATES_FILE = z.object({ version: z.int(), text: z.string().max(200_000) })

export const RATES_SAVED = z.object({ version: z.number(), count: z.number() })
export type RatesSaved = z.infer<typeof RATES_SAVED>
