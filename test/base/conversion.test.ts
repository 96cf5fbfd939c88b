import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ConversionTerms,
  convertAmount,
  convertBack,
  isRate,
  markupText,
  rateWithMarkup,
} from '../../src/base/conversion.ts'
import {
  CURRENCY_NUMBERS,
  currencyExponent,
  currencyNumber,
  formatAmount,
  parseAmount,
} from '../../src/base/money.ts'

const terms = (to: string, rate: string, markupBasisPoints = 0): ConversionTerms => ({
  from: '156',
  to,
  rate,
  markupBasisPoints,
})

/** Whole and fraction as somebody would write them, so that the expected value never passes through a float. */
const rates = fc
  .tuple(fc.integer({ min: 0, max: 9999 }), fc.integer({ min: 0, max: 7 }), fc.bigInt(1n, 9_999_999n))
  .map(([whole, places, digits]) => {
    const fraction = String(digits).padStart(places, '0').slice(0, places)
    return places === 0 ? String(whole + 1) : `${whole}.${fraction}`
  })
  .filter(isRate)

describe('conversion of amounts', () => {
  it.each([
    // by hand: 123.45 × 0.140625 × 1.03 = 17.8808…
    [12_345, terms('840', '0.140625', 300), 1788],
    // 1.00 × 21.375 = 21.375 yen
    [100, terms('392', '21.375'), 21],
    // 10.00 × 0.04315 = 0.4315 dinars, 431.5 fils: the half goes up
    [1000, terms('414', '0.04315'), 432],
    // exactly half a cent
    [1, terms('840', '0.5'), 1],
    [1, terms('840', '0.4999'), 0],
    [3, terms('840', '0.5'), 2],
    [999_999_999_999, terms('840', '1'), 999_999_999_999],
    [999_999_999_999, terms('840', '1.1'), undefined],
  ])('%d minor units of yuan by %o: %d', (amountMinor, by, expected) => {
    expect(convertAmount(amountMinor, by)).toBe(expected)
  })

  it('is the whole number nearest to the exact product, and the upper one when two are', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 999_999_999 }),
        rates,
        fc.integer({ min: 0, max: 9999 }),
        fc.constantFrom('392', '840', '414'),
        (amountMinor, rate, markup, to) => {
          const converted = convertAmount(amountMinor, terms(to, rate, markup))
          // Everything × 10^16, which makes all of it whole.
          const [whole = '', fraction = ''] = rate.split('.')
          const rateE8 = BigInt(whole + fraction.padEnd(8, '0'))
          const exact =
            BigInt(amountMinor) * rateE8 * BigInt(10_000 + markup) * 10n ** BigInt(2 + currencyExponent(to))
          if (converted === undefined) {
            expect(exact >= (10n ** 12n - 1n) * 10n ** 16n).toBe(true)
            return
          }
          const distance = BigInt(converted) * 10n ** 16n - exact
          const half = 5n * 10n ** 15n
          expect(distance > -half && distance <= half).toBe(true)
        },
      ),
    )
  })

  it('grows with the amount, so that parts of a refund can not exceed the whole', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.nat(1_000_000), rates, (part, rest, rate) => {
        const by = terms('392', rate, 350)
        expect(convertAmount(part, by) ?? 0).toBeLessThanOrEqual(
          convertAmount(part + rest, by) ?? Number.POSITIVE_INFINITY,
        )
      }),
    )
  })

  it('backwards it divides, rounded half up', () => {
    expect(convertBack(1234, { from: '156', to: '840', rate: '0.140625' })).toBe(8775)
    expect(convertBack(1, { from: '156', to: '392', rate: '21.375' })).toBe(5)
    expect(convertBack(1, { from: '156', to: '414', rate: '0.04315' })).toBe(2)
    expect(convertBack(999_999_999_999, { from: '156', to: '840', rate: '0.001' })).toBeUndefined()
  })

  it('shows the rate with its markup exactly', () => {
    expect(rateWithMarkup({ rate: '0.140625', markupBasisPoints: 300 })).toBe('0.14484375')
    expect(rateWithMarkup({ rate: '20', markupBasisPoints: 0 })).toBe('20')
    expect(rateWithMarkup({ rate: '0.5', markupBasisPoints: 10_000 - 1 })).toBe('0.99995')
    expect(markupText(350)).toBe('3.50 %')
    expect(markupText(5)).toBe('0.05 %')
  })

  it.each(['0', '0.0', '-1', '1e3', '.5', '5.', '', '1,5', '0.12345678901', ' 1'])(
    '%j is no rate',
    (text) => {
      expect(isRate(text)).toBe(false)
    },
  )

  it('amounts of each currency survive being written and read, with their own decimal places', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 999_999_999_999 }),
        fc.constantFrom(...CURRENCY_NUMBERS),
        (amount, currency) => parseAmount(formatAmount(amount, currency), currency) === amount,
      ),
    )
    expect(formatAmount(1234, '392')).toBe('1234')
    expect(formatAmount(1234, '414')).toBe('1.234')
    expect(formatAmount(7, '414')).toBe('0.007')
    expect(currencyNumber('usd')).toBe('840')
    expect(currencyNumber('840')).toBe('840')
    expect(currencyNumber('XXX')).toBeUndefined()
  })
})
