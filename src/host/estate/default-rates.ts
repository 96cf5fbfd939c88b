import type { RateTable } from '../../iso8583/subfields/rate-table.ts'
import { DEFAULT_MERCHANT } from './default-estate.ts'

const ALWAYS = { validFrom: '20200101000000', validUntil: '20991231235959' } as const
const MARKUP = { markupBasisPoints: 300 } as const

/**
 * Rates of the embedded defaults: invented, and never out of force, so that a test host works without being told any; but for
 * that of the pound, which is over, so that it can be seen what happens then.
 * The ranges are those of `FOREIGN_CURRENCY_CARDS`.
 */
export const DEFAULT_RATES: RateTable = {
  version: 1,
  base: DEFAULT_MERCHANT.currency,
  source: 'TILLWIRE TEST RATES',
  rates: [
    { currency: '840', rate: '0.140625', ...MARKUP, ...ALWAYS },
    { currency: '978', rate: '0.12846', ...MARKUP, ...ALWAYS },
    { currency: '826', rate: '0.10982', ...MARKUP, ...ALWAYS, validUntil: '20251231235959' },
    { currency: '344', rate: '1.0945', markupBasisPoints: 200, ...ALWAYS },
    { currency: '392', rate: '21.375', markupBasisPoints: 350, ...ALWAYS },
    { currency: '414', rate: '0.04315', markupBasisPoints: 350, ...ALWAYS },
  ],
  ranges: [
    { prefix: '411111', currency: '840' },
    { prefix: '41111126', currency: '826' },
    { prefix: '54133390', currency: '392' },
    { prefix: '47617390010102', currency: '414' },
  ],
}
