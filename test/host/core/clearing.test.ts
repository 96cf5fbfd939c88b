import { describe, expect, it } from 'vitest'
import {
  addToPayout,
  type ClearedTransaction,
  clearTransaction,
  dayAfter,
  emptyPayout,
  isCleared,
  payoutEntries,
} from '../../../src/host/core/clearing.ts'
import { defaultSchedule, versionsOf } from '../../../src/host/core/fee-schedule.ts'

const SALE: ClearedTransaction = {
  kind: 'sale',
  state: 'approved',
  cardClass: 'domestic',
  payment: 'card',
  moneyMinor: -10_000,
  day: '2026-01-02',
}
const VERSIONS = versionsOf('M', [])

describe('clearing of one transaction', () => {
  it('a sale brings its amount and costs its fee, by card class', () => {
    expect(clearTransaction(SALE, undefined, VERSIONS)).toEqual({
      amountMinor: 10_000,
      feeMinor: 60,
      interchangeMinor: 45,
    })
    expect(clearTransaction({ ...SALE, cardClass: 'foreign' }, undefined, VERSIONS)).toMatchObject({
      feeMinor: 250,
      interchangeMinor: 180,
    })
  })

  it('a payment by code has a rate of its own, and so has its refund', () => {
    const paid: ClearedTransaction = { ...SALE, payment: 'code' }
    expect(clearTransaction(paid, undefined, VERSIONS)).toMatchObject({ feeMinor: 38, interchangeMinor: 28 })
    const refund = { ...paid, kind: 'refund', moneyMinor: 5_000 } as const
    expect(clearTransaction(refund, paid, VERSIONS)).toMatchObject({ feeMinor: -19 })
  })

  it('a void and what it voids cost nothing and cancel each other', () => {
    const undone = clearTransaction({ ...SALE, state: 'voided' }, undefined, VERSIONS)
    const undoing = clearTransaction({ ...SALE, kind: 'saleVoid', moneyMinor: 10_000 }, undefined, VERSIONS)
    expect([undone, undoing]).toEqual([
      { amountMinor: 10_000, feeMinor: 0, interchangeMinor: 0 },
      { amountMinor: -10_000, feeMinor: 0, interchangeMinor: 0 },
    ])
  })

  it('a refund gives its part of the fee back, by the schedule of the day of the sale', () => {
    const refund: ClearedTransaction = { ...SALE, kind: 'refund', moneyMinor: 2_500, day: '2026-02-03' }
    expect(clearTransaction(refund, SALE, VERSIONS)).toEqual({
      amountMinor: -2_500,
      feeMinor: -15,
      interchangeMinor: -11,
    })
    const keeps = { ...defaultSchedule('M'), validFrom: '2026-01-01', refundFee: 'kept' } as const
    expect(clearTransaction(refund, SALE, versionsOf('M', [keeps]))).toMatchObject({ feeMinor: 0 })
    const later = { ...keeps, validFrom: '2026-01-03' }
    expect(clearTransaction(refund, SALE, versionsOf('M', [later]))).toMatchObject({ feeMinor: -15 })
  })

  it('what was declined, reversed or moved no money is not cleared', () => {
    expect(isCleared(SALE)).toBe(true)
    expect(isCleared({ ...SALE, state: 'voided' })).toBe(true)
    expect(isCleared({ ...SALE, state: 'reversed' })).toBe(false)
    expect(isCleared({ ...SALE, state: 'declined', moneyMinor: 0 })).toBe(false)
    expect(isCleared({ ...SALE, kind: 'balance', moneyMinor: 0 })).toBe(false)
  })
})

describe('the example of docs/clearing.md', () => {
  it('comes to what is written there', () => {
    const dear = { ...SALE, moneyMinor: -12_345 }
    const part = { ...SALE, moneyMinor: -5_000 }
    const items = [
      clearTransaction(dear, undefined, VERSIONS),
      clearTransaction({ ...dear, cardClass: 'foreign' }, undefined, VERSIONS),
      clearTransaction(part, undefined, VERSIONS),
      clearTransaction({ ...SALE, kind: 'refund', moneyMinor: 2_000 }, part, VERSIONS),
    ]
    expect(items.map(({ feeMinor, interchangeMinor }) => [feeMinor, interchangeMinor])).toEqual([
      [74, 56],
      [309, 222],
      [30, 23],
      [-12, -9],
    ])
    const head = { id: 1, runId: 1, mid: 'M', currency: '156', payoutDate: '2026-01-03' }
    const { feeMinor, interchangeMinor, netMinor } = items.reduce(addToPayout, emptyPayout(head))
    expect([feeMinor, interchangeMinor, netMinor]).toEqual([401, 292, 27_289])
  })
})

describe('a payout', () => {
  const head = { id: 7, runId: 5, mid: 'M', currency: '156', payoutDate: '2026-01-03' }

  it('is posted from what the merchant is owed to fees, interchange and money on its way', () => {
    const items = [SALE, { ...SALE, kind: 'saleVoid' as const, moneyMinor: 4_000 }].map((each) =>
      clearTransaction(each, undefined, VERSIONS),
    )
    const payout = items.reduce(addToPayout, emptyPayout(head))
    expect(payout).toEqual({
      ...head,
      itemCount: 2,
      debitMinor: 10_000,
      creditMinor: 4_000,
      feeMinor: 60,
      interchangeMinor: 45,
      deviceFeeMinor: 0,
      netMinor: 5_940,
    })
    expect(
      payoutEntries(payout).map(({ account, owner, amountMinor }) => [account, owner, amountMinor]),
    ).toEqual([
      ['merchant', 'M', -6_000],
      ['fees', '', 15],
      ['interchange', '', 45],
      ['payouts', 'M', 5_940],
    ])
    expect(payoutEntries(emptyPayout(head))).toEqual([])
  })

  it.each([
    ['2026-01-02', '2026-01-03'],
    ['2026-01-31', '2026-02-01'],
    ['2026-02-28', '2026-03-01'],
    ['2028-02-28', '2028-02-29'],
    ['2028-02-29', '2028-03-01'],
    ['2100-02-28', '2100-03-01'],
    ['2026-12-31', '2027-01-01'],
  ])('the day after %s is %s', (day, next) => {
    expect([dayAfter(day, 0), dayAfter(day, 1)]).toEqual([day, next])
  })
})
