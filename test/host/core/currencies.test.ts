import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { convertAmount } from '../../../src/base/conversion.ts'
import { openAccount } from '../../../src/host/core/accounts.ts'
import { REPLACED_RATE_GRACE_MS } from '../../../src/host/core/conversion-check.ts'
import type { RatePort } from '../../../src/host/core/rate-port.ts'
import type { MerchantRow } from '../../../src/host/core/records.ts'
import { NO_ROWS } from '../../../src/host/core/store-port.ts'
import { DEFAULT_RATES } from '../../../src/host/estate/default-rates.ts'
import { MemoryStore } from '../../../src/host/store/memory-store.ts'
import type { Fields } from '../../../src/iso8583/message.ts'
import {
  type CurrencyConversion,
  formatConversion,
  parseConversion,
} from '../../../src/iso8583/subfields/currency-conversion.ts'
import { formatField59, parseField59 } from '../../../src/iso8583/subfields/field-59.ts'
import { balanceOf, expectRightBooks } from './books.ts'
import { BALANCE, FOREIGN_PAN, MID, RECEIVED_AT, TestHost } from './test-host.ts'
import { type Reply, TestTerminal } from './test-terminal.ts'

const OLD = {
  ...DEFAULT_RATES,
  rates: DEFAULT_RATES.rates.map((each) => ({ ...each, rate: '0.2' })),
}
const NEW = { ...DEFAULT_RATES, version: 2 }

/** Billed in another currency. */
const CARD = '4761739001010218'

/** Version 2 took the place of version 1 `ago` ms before each message. */
function rates(ago = 0): RatePort {
  const replacedAtMs = RECEIVED_AT.ms - ago
  return {
    current: () => NEW,
    ofVersion: (version) =>
      version === 2
        ? { table: NEW, replacedAtMs: undefined }
        : version === 1
          ? { table: OLD, replacedAtMs }
          : undefined,
  }
}

/** A host whose foreign card is billed in `currency`, and a terminal that is signed in. */
function begin(
  currency = '840',
  more: { readonly rates?: RatePort; readonly merchant?: Partial<MerchantRow> } = {},
) {
  const store = new MemoryStore()
  const host = new TestHost(store, { rates: more.rates ?? rates() })
  const { state: _, ...alike } = host.account(FOREIGN_PAN)
  const pan = host.security.protectPan(CARD)
  openAccount(store, { ...alike, pan, currency, openingBalanceMinor: BALANCE })
  const merchant = host.store.listMerchants().find(({ mid }) => mid === MID)
  if (merchant !== undefined && more.merchant !== undefined)
    store.commit({ ...NO_ROWS, merchants: [{ ...merchant, ...more.merchant }] })
  return { host, terminal: TestTerminal.signedIn(host) }
}

function offer(amount: number, currency = '840', more: Partial<CurrencyConversion> = {}): CurrencyConversion {
  const found = NEW.rates.find((each) => each.currency === currency)
  const { rate = '1', markupBasisPoints = 0 } = found ?? {}
  const terms = { from: '156', to: currency, rate, markupBasisPoints }
  return {
    currency,
    version: 2,
    rate,
    markupBasisPoints,
    amountMinor: convertAmount(amount, terms) ?? 0,
    ...more,
  }
}

function with59(conversion: CurrencyConversion): Fields {
  return { 59: formatField59([{ tag: 'C1', value: formatConversion(conversion) }]) }
}

const code = ({ fields }: Reply) => fields[39]
const reason = ({ outcome }: Reply) => outcome.explain?.reason
const told = ({ fields }: Reply) => {
  const items = parseField59(String(fields[59] ?? ''))
  const text = items.ok ? items.value.find(({ tag }) => tag === 'C1')?.value : undefined
  const parsed = parseConversion(text ?? '')
  return parsed.ok ? parsed.value : undefined
}
const account = (host: TestHost) => host.account(CARD).state.balanceMinor
const rowsOf = (host: TestHost) => host.store.listTransactions({ tid: '10000001' })

describe("host: a sale in the cardholder's currency", () => {
  it.each([
    ['840', 1788],
    ['392', 2731],
    ['414', 5513],
  ])('in %s charges the account exactly that, and the merchant gets field 4', (currency, expected) => {
    const { host, terminal } = begin(currency)
    const reply = terminal.sale({ pan: CARD, amount: 12_345, fields: with59(offer(12_345, currency)) })
    expect(code(reply)).toBe('00')
    expect(reply.fields[4]).toBe('000000012345')
    expect(told(reply)).toEqual(offer(12_345, currency))
    expect(told(reply)?.amountMinor).toBe(expected)
    expect(account(host)).toBe(BALANCE - expected)
    expect(balanceOf(host, 'merchant', MID)).toBe(12_345)
    expect(rowsOf(host)[0]).toMatchObject({
      currency: '156',
      approvedMinor: 12_345,
      conversion: { by: 'cardholder', currency, amountMinor: expected, version: 2 },
    })
    expectRightBooks(host)
  })

  it('takes it in field 63 too, behind the name of the organisation', () => {
    const { terminal } = begin()
    const conversion = offer(12_345)
    const fields = { 63: `DCC${formatConversion(conversion)}` }
    const reply = terminal.sale({ pan: CARD, amount: 12_345, fields })
    expect(code(reply)).toBe('00')
    expect(told(reply)).toEqual(conversion)
  })

  it.each<[string, Partial<CurrencyConversion>, string]>([
    ['a minor unit too much', { amountMinor: 1789 }, '64'],
    ['a minor unit too little', { amountMinor: 1787 }, '64'],
    ['another rate', { rate: '0.15' }, 'A1'],
    ['no markup', { markupBasisPoints: 0 }, 'A1'],
    ['a version that never was', { version: 9 }, 'A1'],
    ['the rate of another version', { version: 1 }, 'A1'],
    ['a currency without a rate', { currency: '036' }, 'A1'],
    ['a currency that is not the card’s', { ...offer(12_345, '392') }, 'A1'],
  ])('%s: refused, recorded and explained, and nothing moves', (_, wrong, expected) => {
    const { host, terminal } = begin()
    const fields = with59({ ...offer(12_345), ...wrong })
    const reply = terminal.sale({ pan: CARD, amount: 12_345, fields })
    expect(code(reply)).toBe(expected)
    expect(reason(reply)).toBeTruthy()
    expect(told(reply)).toBeUndefined()
    expect(account(host)).toBe(BALANCE)
    expect(rowsOf(host)[0]?.state).toBe('declined')
    expectRightBooks(host)
  })

  it('is a format error where it can not be read', () => {
    const { terminal } = begin()
    const reply = terminal.sale({ pan: CARD, fields: { 59: 'C1004ABCD' } })
    expect(code(reply)).toBe('30')
  })

  it('a rate that was replaced is good for a quarter of an hour, and no longer', () => {
    const old = { ...offer(12_345), version: 1, rate: '0.2', amountMinor: 2543 }
    for (const [ago, expected] of [
      [REPLACED_RATE_GRACE_MS, '00'],
      [REPLACED_RATE_GRACE_MS + 1, 'A1'],
    ] as const) {
      const { terminal } = begin('840', { rates: rates(ago) })
      const reply = terminal.sale({ pan: CARD, amount: 12_345, fields: with59(old) })
      expect(code(reply)).toBe(expected)
    }
  })

  it('a rate that has ended, or not begun, is refused', () => {
    for (const change of [{ validUntil: '20260314150925' }, { validFrom: '20260314150927' }]) {
      const table = { ...NEW, rates: NEW.rates.map((each) => ({ ...each, ...change })) }
      const port: RatePort = {
        current: () => table,
        ofVersion: () => ({ table, replacedAtMs: undefined }),
      }
      const { terminal } = begin('840', { rates: port })
      const reply = terminal.sale({ pan: CARD, amount: 12_345, fields: with59(offer(12_345)) })
      expect([code(reply), reason(reply)]).toEqual([
        'A1',
        'the rate is not in force now: load the rates again',
      ])
    }
  })

  it('limits and funds of the account are in its own currency', () => {
    const { host, terminal } = begin()
    host.changeAccount({ limits: { singleMinor: 1787, dailyMinor: undefined, dailyCount: undefined } }, CARD)
    const sale = () => terminal.sale({ pan: CARD, amount: 12_345, fields: with59(offer(12_345)) })
    expect(code(sale())).toBe('61')
    host.changeAccount({ limits: { singleMinor: undefined, dailyMinor: 3576, dailyCount: undefined } }, CARD)
    expect([code(sale()), code(sale()), code(sale())]).toEqual(['00', '00', '61'])
  })

  it('is not for reservations', () => {
    const { terminal } = begin()
    const reply = terminal.preAuthorisation({ pan: CARD, fields: with59(offer(10_000)) })
    expect(code(reply)).toBe('A1')
  })
})

describe('host: a sale that nobody chose a currency for', () => {
  it('is converted by the issuer without a markup, and the answer says nothing of it', () => {
    const { host, terminal } = begin()
    const reply = terminal.sale({ pan: CARD, amount: 12_345 })
    expect(code(reply)).toBe('00')
    expect(told(reply)).toBeUndefined()
    // 123.45 × 0.140625 = 17.3601…
    expect(account(host)).toBe(BALANCE - 1736)
    expect(rowsOf(host)[0]?.conversion).toMatchObject({
      by: 'issuer',
      amountMinor: 1736,
      markupBasisPoints: 0,
    })
    expectRightBooks(host)
  })

  it('is refused where the host has no rate', () => {
    const { terminal } = begin('036')
    expect(code(terminal.sale({ pan: CARD }))).toBe('A1')
  })

  it('an amount that is nothing in the other currency is refused', () => {
    const { terminal } = begin('840')
    expect(code(terminal.sale({ pan: CARD, amount: 1 }))).toBe('13')
  })
})

describe('host: taking it back', () => {
  const sell = (terminal: TestTerminal, amount = 12_345) =>
    terminal.sale({ pan: CARD, amount, fields: with59(offer(amount)) })

  it('a void and a reversal give back what was charged', () => {
    for (const undo of [
      (terminal: TestTerminal, sale: Reply) =>
        terminal.voidOf(sale, { pan: CARD, amount: 12_345, fields: with59(offer(12_345)) }),
      (terminal: TestTerminal, sale: Reply) => terminal.reverse(sale, with59(offer(12_345))),
    ]) {
      const { host, terminal } = begin()
      const sale = sell(terminal)
      expect(account(host)).toBe(BALANCE - 1788)
      expect(code(undo(terminal, sale))).toBe('00')
      expect(account(host)).toBe(BALANCE)
      expect(balanceOf(host, 'merchant', MID)).toBe(0)
      expectRightBooks(host)
    }
  })

  it('another amount of the cardholder is refused', () => {
    const { host, terminal } = begin()
    const sale = sell(terminal)
    const wrong = with59({ ...offer(12_345), amountMinor: 1 })
    expect(code(terminal.voidOf(sale, { pan: CARD, amount: 12_345, fields: wrong }))).toBe('64')
    expect(code(terminal.reverse(sale, wrong))).toBe('64')
    expect(account(host)).toBe(BALANCE - 1788)
  })

  it('refunds in parts give back exactly what was charged, by the rate of the sale', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 5 }), (parts) => {
        const { host, terminal } = begin('392')
        const amount = parts.reduce((sum, part) => sum + part, 0) + 100
        const sale = terminal.sale({ pan: CARD, amount, fields: with59(offer(amount, '392')) })
        expect(code(sale)).toBe('00')
        for (const part of [...parts, 100]) {
          const reply = terminal.refundOf(sale, { pan: CARD, amount: part })
          expect(code(reply)).toBe('00')
          expect(told(reply)).toMatchObject({ currency: '392', rate: '21.375', markupBasisPoints: 350 })
        }
        expect(account(host)).toBe(BALANCE)
        expect(balanceOf(host, 'merchant', MID)).toBe(0)
        expectRightBooks(host)
      }),
      { numRuns: 20 },
    )
  })
})

describe('host: several currencies at a merchant', () => {
  it('refuses one that the merchant does not take, and says so', () => {
    const { terminal } = begin()
    const reply = terminal.sale({ fields: { 49: '978' } })
    expect([code(reply), reason(reply)]).toEqual(['A1', 'the merchant does not take currency 978'])
    expect(reply.outcome.explain?.field).toBe(49)
  })

  it('takes one that it has, converts at the issuer, and owes the merchant that currency', () => {
    const { host, terminal } = begin('840', { merchant: { currencies: ['840', '392'] } })
    const own = terminal.sale({ pan: CARD, amount: 1234, fields: { 49: '840' } })
    expect(code(own)).toBe('00')
    expect(account(host)).toBe(BALANCE - 1234)
    const home = terminal.sale({ amount: 1234, fields: { 49: '840' } })
    expect(code(home)).toBe('00')
    // 12.34 ÷ 0.140625 = 87.7511…
    expect(host.account().state.balanceMinor).toBe(BALANCE - 8775)
    expect(code(terminal.voidOf(home, { amount: 1234 }))).toBe('A1')
    expect(code(terminal.voidOf(home, { amount: 1234, fields: { 49: '840' } }))).toBe('00')
    expect(host.account().state.balanceMinor).toBe(BALANCE)
    const owed = host.store.ledgerBalances().filter((each) => each.account === 'merchant')
    expect(owed.map(({ currency, amountMinor }) => [currency, amountMinor])).toEqual([['840', 1234]])
    expectRightBooks(host)
  })
})
