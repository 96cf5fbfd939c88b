import { describe, expect, it } from 'vitest'
import { formatConversion, parseConversion } from '../../src/iso8583/subfields/currency-conversion.ts'
import {
  billingCurrency,
  formatRateEntries,
  parseRateEntries,
  type RateTable,
  rateAt,
} from '../../src/iso8583/subfields/rate-table.ts'

const TABLE: RateTable = {
  version: 12,
  base: '156',
  source: 'TEST RATES',
  rates: [
    {
      currency: '840',
      rate: '0.140625',
      markupBasisPoints: 300,
      validFrom: '20260314000000',
      validUntil: '20260314235959',
    },
    {
      currency: '392',
      rate: '21.375',
      markupBasisPoints: 0,
      validFrom: '20260314000000',
      validUntil: '20260314235959',
    },
  ],
  ranges: [
    { prefix: '4111', currency: '840' },
    { prefix: '411122', currency: '392' },
  ],
}
const ENTRIES = [
  'V000012156TEST RATES',
  'R8402USD030020260314000000202603142359590.140625',
  'R3920JPY0000202603140000002026031423595921.375',
  'B8404111',
  'B392411122',
]

describe('rates on the wire', () => {
  it('stand there as docs/currencies.md has them', () => {
    expect(formatRateEntries(TABLE)).toEqual(ENTRIES)
    expect(parseRateEntries(ENTRIES)).toEqual(TABLE)
  })

  it('a currency that nobody here could print is left out', () => {
    const strange = [
      ...ENTRIES,
      'R9992XXX030020260314000000202603142359591',
      'R3922JPY030020260314000000202603142359591',
    ]
    expect(parseRateEntries(strange)?.rates).toHaveLength(2)
  })

  it.each([
    ['no head', ENTRIES.slice(1)],
    ['nothing', []],
    ['an unknown entry', [...ENTRIES, 'X123']],
    ['a rate of zero', [ENTRIES[0] ?? '', 'R8402USD030020260314000000202603142359590.000']],
    ['a head twice', [...ENTRIES, ENTRIES[0] ?? '']],
  ])('%s: no table', (_, entries) => {
    expect(parseRateEntries(entries)).toBeUndefined()
  })

  it('the longest beginning decides, and a rate holds from its first to its last second', () => {
    expect(billingCurrency(TABLE, '4111110000000000')).toBe('840')
    expect(billingCurrency(TABLE, '4111220000000000')).toBe('392')
    expect(billingCurrency(TABLE, '6210940000000000')).toBeUndefined()
    const at = (day: number, hour: number, second: number) => ({
      year: 2026,
      month: 3,
      day,
      hour,
      minute: hour === 23 ? 59 : 0,
      second,
    })
    expect(rateAt(TABLE, '840', at(13, 23, 59))).toBeUndefined()
    expect(rateAt(TABLE, '840', at(14, 0, 0))?.rate).toBe('0.140625')
    expect(rateAt(TABLE, '840', at(14, 23, 59))?.rate).toBe('0.140625')
    expect(rateAt(TABLE, '840', at(15, 0, 0))).toBeUndefined()
    expect(rateAt(TABLE, '978', at(14, 0, 0))).toBeUndefined()
  })
})

describe("the cardholder's choice on the wire", () => {
  const choice = { currency: '414', version: 7, markupBasisPoints: 350, amountMinor: 54_321, rate: '0.04315' }

  it('stands there as docs/currencies.md has it', () => {
    expect(formatConversion(choice)).toBe('41400000703500000000543210.04315')
    expect(parseConversion('41400000703500000000543210.04315')).toEqual({ ok: true, value: choice })
  })

  it.each([
    '',
    '414000007',
    '4140000070350000000054321',
    '41400000703500000000543210',
    'XXX00000703500000000543210.04315',
    '99900000703500000000543210.04315',
    '4140000070350000000054321-1.5',
  ])('%j is none', (text) => {
    expect(parseConversion(text).ok).toBe(false)
  })
})
