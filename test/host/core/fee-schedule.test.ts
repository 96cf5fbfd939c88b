import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ChargedKind,
  defaultSchedule,
  type FeeRule,
  type FeeSchedule,
  feesOf,
  feesReturned,
  type PaymentWay,
  ruleFor,
  versionOn,
  versionsOf,
} from '../../../src/host/core/fee-schedule.ts'
import type { CardClass } from '../../../src/host/core/records.ts'

const RULE: FeeRule = {
  cardClass: 'any',
  kind: 'any',
  payment: 'any',
  ratePpm: 6_000,
  fixedMinor: 0,
  minimumMinor: 0,
  capMinor: undefined,
  interchangePpm: 4_500,
  interchangeCapMinor: undefined,
}
const LARGEST_MINOR = 999_999_999_999

function feeOf(rule: Partial<FeeRule>, amountMinor: number): number {
  return feesOf({ ...RULE, ...rule }, amountMinor).feeMinor
}

describe('fees', () => {
  it.each([
    ['a rate of 0.6 %', {}, 10_000, 60],
    ['half a minor unit goes up', { ratePpm: 5_000 }, 100, 1],
    ['below half goes down', { ratePpm: 5_000 }, 99, 0],
    ['a quarter of a basis point', { ratePpm: 325 }, 1_000_000, 325],
    ['a fixed part', { fixedMinor: 10 }, 10_000, 70],
    ['a minimum', { minimumMinor: 100 }, 10_000, 100],
    ['a cap', { capMinor: 50 }, 10_000, 50],
    ['a cap below the minimum', { minimumMinor: 100, capMinor: 50 }, 10_000, 50],
    ['a rate of nothing', { ratePpm: 0 }, LARGEST_MINOR, 0],
    ['all of the largest amount', { ratePpm: 1_000_000 }, LARGEST_MINOR, LARGEST_MINOR],
    ['nearly all of it', { ratePpm: 999_999 }, LARGEST_MINOR, 999_998_999_999],
  ] as const)('%s', (_name, rule, amountMinor, expected) => {
    expect(feeOf(rule, amountMinor)).toBe(expected)
  })

  it('are what whole numbers without limit come to, half up', () => {
    fc.assert(
      fc.property(fc.nat(LARGEST_MINOR), fc.nat(1_000_000), (amountMinor, ratePpm) => {
        const exact = (BigInt(amountMinor) * BigInt(ratePpm) * 2n + 1_000_000n) / 2_000_000n
        expect(feeOf({ ratePpm }, amountMinor)).toBe(Number(exact))
      }),
    )
  })

  it('interchange has a rate and a cap of its own', () => {
    expect(feesOf({ ...RULE, interchangeCapMinor: 13 }, 10_000)).toEqual({
      feeMinor: 60,
      interchangeMinor: 13,
    })
    expect(feesOf(RULE, 10_000)).toEqual({ feeMinor: 60, interchangeMinor: 45 })
  })

  it('come back whole with a whole refund, and parts of it never give back more', () => {
    const amounts = fc.tuple(
      fc.integer({ min: 1, max: LARGEST_MINOR }),
      fc.nat(LARGEST_MINOR),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 }),
    )
    fc.assert(
      fc.property(amounts, ([amountMinor, feeMinor, cuts]) => {
        const fees = { feeMinor, interchangeMinor: 0 }
        expect(feesReturned(fees, amountMinor, amountMinor).feeMinor).toBe(0 - feeMinor)
        let left = amountMinor
        let returned = 0
        for (const cut of cuts) {
          const refund = Math.floor(left * cut)
          left -= refund
          const part = 0 - feesReturned(fees, amountMinor, refund).feeMinor
          expect(part).toBe(Number((BigInt(feeMinor) * BigInt(refund)) / BigInt(amountMinor)))
          returned += part
        }
        expect(returned).toBeLessThanOrEqual(feeMinor)
      }),
    )
  })
})

describe('fee schedules', () => {
  const agreed = (validFrom: string): FeeSchedule => ({
    ...defaultSchedule('M'),
    validFrom,
    settlementDays: 0,
  })

  it('the first rule that fits holds', () => {
    const schedule: FeeSchedule = {
      ...defaultSchedule('M'),
      rules: [
        { ...RULE, payment: 'code', ratePpm: 4 },
        { ...RULE, cardClass: 'domestic', kind: 'sale', ratePpm: 1 },
        { ...RULE, cardClass: 'domestic', ratePpm: 2 },
        { ...RULE, ratePpm: 3 },
      ],
    }
    const ruleOf = (cardClass: CardClass, kind: ChargedKind, payment: PaymentWay = 'card') =>
      ruleFor(schedule, { cardClass, kind, payment })
    expect(ruleOf('domestic', 'sale').ratePpm).toBe(1)
    expect(ruleOf('domestic', 'completion').ratePpm).toBe(2)
    expect(ruleOf('foreign', 'sale').ratePpm).toBe(3)
    expect(ruleOf('domestic', 'sale', 'code').ratePpm).toBe(4)
    expect(ruleOf('foreign', 'sale', 'code').ratePpm).toBe(4)
  })

  it('a version holds from its day to the next; before the first agreed one the default does', () => {
    const versions = versionsOf('M', [
      agreed('2026-03-01'),
      agreed('2026-02-01'),
      { ...agreed('2026-01-01'), mid: 'X' },
    ])
    expect(versions.map(({ validFrom }) => validFrom)).toEqual(['0001-01-01', '2026-02-01', '2026-03-01'])
    expect(versionOn(versions, '2026-01-31')).toEqual(defaultSchedule('M'))
    expect(versionOn(versions, '2026-02-01').validFrom).toBe('2026-02-01')
    expect(versionOn(versions, '2026-12-31').validFrom).toBe('2026-03-01')
  })
})
