import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InvariantError } from '../../../src/base/invariant.ts'
import { balanceFlags, batchTotals, totalsField48 } from '../../../src/terminal/flows/batch-totals.ts'
import {
  cardPlaintext,
  isExpired,
  parseCardPlaintext,
  stripeCard,
} from '../../../src/terminal/flows/card-data.ts'
import { availableBalance, hostReply } from '../../../src/terminal/flows/host-reply.ts'
import { formatLocalTime, secondsBetween } from '../../../src/terminal/flows/local-time.ts'
import { applyRecord, initialState } from '../../../src/terminal/flows/terminal-state.ts'
import { stanAfter, stanText } from '../../../src/terminal/flows/transaction-state.ts'

const field = (bit: number, value: string) => ({ mti: '0210', fields: { [bit]: value } })

describe('terminal state', () => {
  it.each([
    { kind: 'answered', stan: '000001', approved: true, amountMinor: 1, partial: false, copies: [] },
    { kind: 'notSent', stan: '000001' },
    { kind: 'abandoned', stan: '000001', reason: '98' },
    { kind: 'reversalClosed', stan: '000001', result: 'accepted' },
    { kind: 'settlementAnswered', domesticFlag: '1', foreignFlag: '1' },
    { kind: 'batchEnded' },
    { kind: 'signedIn', batch: '12' },
  ])('a record that can not follow is a bug, not a state: %o', (record) => {
    expect(() => applyRecord(initialState, record as never)).toThrow(InvariantError)
  })

  it('a checkpoint replaces what was before it', () => {
    const state = { ...initialState, batch: '000777' }
    expect(applyRecord(initialState, { kind: 'checkpoint', state })).toEqual(state)
  })

  it('trace numbers run from 1 to 999999 and wrap to 1', () => {
    expect([stanAfter(1), stanAfter(999_999), stanAfter(999_990, 50)]).toEqual([2, 1, 41])
    expect(stanText(7)).toBe('000007')
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999 }), fc.nat({ max: 2000 }), (stan, steps) => {
        const next = stanAfter(stan, steps)
        expect(next >= 1 && next <= 999_999).toBe(true)
      }),
    )
  })
})

describe('field 48 of settlement', () => {
  it('has 62 digits, with a zero for each flag', () => {
    expect(totalsField48(batchTotals([]))).toBe('0'.repeat(62))
  })

  it('a 0510 gives the flags at digits 31 and 62, or none', () => {
    const reply = `${'0'.repeat(30)}1${'0'.repeat(30)}2`
    expect(balanceFlags(reply)).toEqual({ domesticFlag: '1', foreignFlag: '2' })
    expect(balanceFlags('0'.repeat(62))).toBeUndefined()
    expect(balanceFlags(undefined)).toBeUndefined()
  })
})

describe('host reply', () => {
  it('splits field 44 and field 63, and keeps no card number', () => {
    const reply = hostReply({
      mti: '0210',
      fields: { 2: '6210948000000011', 39: '00', 44: '03080000   48520000   ', 63: 'VISISSUER' },
    })
    expect(reply).toEqual({
      responseCode: '00',
      issuerInstitution: '03080000',
      acquirerInstitution: '48520000',
      organisation: 'VIS',
      issuerText: '495353554552',
    })
  })

  it('takes the available balance, with its sign', () => {
    const both = '1001156C0000000999991002156D000000012345'
    expect(availableBalance(field(54, both))).toEqual({ amountMinor: -12345, currency: '156' })
    expect(availableBalance(field(54, '1001156C000000099999'))).toMatchObject({ amountMinor: 99999 })
    expect(availableBalance(field(54, 'rubbish'))).toBeUndefined()
  })
})

describe('card data', () => {
  it('takes track 2 with either separator', () => {
    for (const separator of ['=', 'D']) {
      expect(stripeCard(`6210948000000011${separator}30102010000`, undefined)).toEqual({
        entry: 'stripe',
        pan: '6210948000000011',
        expiry: '3010',
        serviceCode: '201',
        track2: '6210948000000011D30102010000',
      })
    }
  })

  it('takes the card number from track 3 when track 2 can not be read', () => {
    const card = stripeCard(undefined, '996210948000000011=1561560500050')
    expect(card).toMatchObject({ pan: '6210948000000011', track3: '996210948000000011D1561560500050' })
    expect(card?.track2).toBeUndefined()
  })

  it.each([
    [undefined, undefined],
    ['123=3010201', undefined],
    ['6210948000000011', undefined],
    [`6210948000000011=3010201${'0'.repeat(30)}`, undefined],
  ])('refuses %s and %s', (track2, track3) => {
    expect(stripeCard(track2, track3)).toBeUndefined()
  })

  it('what the pad protects comes back as it was', () => {
    const digits = fc.stringMatching(/^\d{12,19}$/)
    fc.assert(
      fc.property(digits, fc.option(fc.stringMatching(/^\d{4}$/), { nil: undefined }), (pan, expiry) => {
        const card = expiry === undefined ? { pan } : { pan, expiry }
        expect(parseCardPlaintext(cardPlaintext(card))).toEqual(card)
      }),
    )
    expect(parseCardPlaintext('\u0001\u0002')).toBeUndefined()
  })

  it('a card is good through the last month on it', () => {
    expect(isExpired('2611', { year: 2026, month: 11 })).toBe(false)
    expect(isExpired('2610', { year: 2026, month: 11 })).toBe(true)
    expect(isExpired('2701', { year: 2026, month: 11 })).toBe(false)
  })
})

describe('local time', () => {
  const moment = fc.date({
    min: new Date('2000-01-01T00:00:00Z'),
    max: new Date('2099-12-31T00:00:00Z'),
    noInvalidDate: true,
  })
  const local = (date: Date) => ({
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  })

  it('counts seconds as the calendar of the machine does', () => {
    fc.assert(
      fc.property(moment, moment, (from, to) => {
        const expected = Math.floor(to.getTime() / 1000) - Math.floor(from.getTime() / 1000)
        expect(secondsBetween(local(from), local(to))).toBe(expected)
      }),
    )
  })

  it('is written with two digits each', () => {
    expect(formatLocalTime({ year: 2026, month: 1, day: 2, hour: 3, minute: 4, second: 5 })).toBe(
      '2026/01/02 03:04:05',
    )
  })
})
