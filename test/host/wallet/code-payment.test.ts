import { beforeEach, describe, expect, it } from 'vitest'
import { toHex } from '../../../src/base/bytes.ts'
import { paymentWay } from '../../../src/host/core/fee-schedule.ts'
import { HostCore } from '../../../src/host/core/host-core.ts'
import { OfficeDatabase } from '../../../src/host/office/office-database.ts'
import { MemoryStore } from '../../../src/host/store/memory-store.ts'
import { walletAccountNumber } from '../../../src/host/wallet/payment-code.ts'
import { SqliteWalletRows } from '../../../src/host/wallet/sqlite-wallet-rows.ts'
import { WalletBook } from '../../../src/host/wallet/wallet-book.ts'
import { Wallets } from '../../../src/host/wallet/wallets.ts'
import { compileSpec } from '../../../src/iso8583/compile.ts'
import { UNIONPAY_POS } from '../../../src/iso8583/specs/unionpay-pos.ts'
import { RECEIVED_AT, TestHost } from '../core/test-host.ts'
import { type Reply, TestTerminal } from '../core/test-terminal.ts'
import { fakeTag } from './fake-tag.ts'

const NOW = RECEIVED_AT.ms
const LIMIT = 50_000

class WalletHost extends TestHost {
  readonly book = new WalletBook(new SqliteWalletRows(new OfficeDatabase(':memory:')), fakeTag)
  readonly wallets: Wallets
  override readonly core: HostCore

  constructor() {
    super(new MemoryStore())
    this.wallets = new Wallets(this.book, this.store, this.security, () => NOW)
    this.core = new HostCore({
      security: this.security,
      testBehaviour: true,
      acquirer: { institution: '48520000' },
      wallets: this.book,
    })
    this.wallets.add({ name: 'Li', balanceMinor: 100_000, confirmAboveMinor: LIMIT })
  }
}

let host: WalletHost
let terminal: TestTerminal

beforeEach(() => {
  host = new WalletHost()
  terminal = TestTerminal.signedIn(host)
})

function tlv(tag: string, value: string): string {
  return `${tag}${String(value.length).padStart(3, '0')}${value}`
}

function pay(code: string, amount: number, fields = {}): Reply {
  return terminal.sale({
    amount,
    fields: { 22: '030', 35: undefined, 53: undefined, 59: tlv('A3', code), ...fields },
  })
}

function shown(isFresh = false): string {
  const code = host.book.showCode(1, NOW, isFresh)
  if (typeof code === 'string') throw new Error(code)
  return code.code
}

function order(networkCode: string, fields: object): Reply {
  return terminal.send('0820', { 60: terminal.field60('00', networkCode), ...fields })
}

const balance = () => host.wallets.find(1)?.balanceMinor

describe('the customer shows a code', () => {
  it('pays once, and the answer carries the voucher number and no card number', () => {
    const code = shown()
    expect(code).toMatch(/^62\d{17}$/)
    const reply = pay(code, 12_34)
    expect(reply.fields[39]).toBe('00')
    expect(reply.mac).toBe('right')
    expect(reply.fields[59]).toBe(`A4012${reply.fields[37]}`)
    expect(reply.fields[2]).toBeUndefined()
    expect(balance()).toBe(100_000 - 1234)
    expect(pay(code, 12_34).fields[39]).toBe('12')
    expect(balance()).toBe(100_000 - 1234)
    expect(host.store.listTransactions({}).map((row) => paymentWay(row.panTruncated))).toEqual([
      'code',
      'code',
    ])
    expect(host.store.checkBooks()).toEqual([])
  })

  it('takes lengths of two digits and answers with them', () => {
    const code = shown()
    const reply = pay(code, 100, { 59: `A319${code}` })
    expect(reply.fields[59]).toBe(`A412${reply.fields[37]}`)
  })

  it('stands on the wire as the document says: 03 00, and A3, length, digits as text', () => {
    const bytes = compileSpec(UNIONPAY_POS).encode({
      mti: '0200',
      fields: { 22: '030', 59: tlv('A3', '6200010000112345678') },
    })
    if (!bytes.ok) throw new Error('does not encode')
    // Message type, bits 22 and 59, field 22 left-aligned, field 59: length 24 in BCD, then ASCII.
    expect(toHex(bytes.value)).toBe(
      `02000000040000000020${'0300'}0024${'4133303139'}${'36323030303130303030313132333435363738'}`,
    )
  })

  it.each([
    ['a code of nobody', () => '6200010000199999999', '14'],
    ['a card number in its place', () => '6210948000000011', '14'],
    ['noise', () => 'x'.repeat(350), '14'],
  ])('refuses %s', (_, code, answer) => {
    expect(pay(code(), 100).fields[39]).toBe(answer)
    expect(balance()).toBe(100_000)
  })

  it('refuses the number of a wallet in place of a card: it can be guessed', () => {
    const number = walletAccountNumber(1)
    const typed = terminal.sale({
      amount: 100,
      fields: { 2: number, 14: '9912', 22: '012', 35: undefined, 53: undefined },
    })
    expect(typed.fields[39]).toBe('14')
    expect(balance()).toBe(100_000)
  })

  it('refuses an old code, a frozen wallet, and more than there is', () => {
    const old = host.book.showCode(1, NOW - 80_000)
    if (typeof old === 'string') throw new Error(old)
    expect(pay(old.code, 100).fields[39]).toBe('54')
    host.wallets.setFrozen(1, true)
    expect(pay(shown(), 100).fields[39]).toBe('62')
    host.wallets.setFrozen(1, false)
    expect(pay(shown(true), 100_001).fields[39]).toBe('51')
    expect(balance()).toBe(100_000)
  })

  it('shows the same code for a minute, then another', () => {
    const first = shown()
    expect(host.book.showCode(1, NOW + 59_999)).toMatchObject({ code: first })
    const next = host.book.showCode(1, NOW + 60_000)
    expect(next).not.toMatchObject({ code: first })
  })

  it('is voided and refunded by the voucher number alone, with zeros in field 37', () => {
    const sale = pay(shown(), 10_000)
    const voucher = tlv('A4', String(sale.fields[37]))
    const blind = { 22: '030', 35: undefined, 53: undefined, 59: voucher, 38: undefined }
    const voided = terminal.voidOf(sale, { fields: blind })
    expect(voided.fields[39]).toBe('00')
    expect(balance()).toBe(100_000)
    const again = pay(shown(true), 10_000)
    const refund = terminal.refundOf(again, {
      amount: 4_000,
      fields: {
        ...blind,
        59: tlv('A4', String(again.fields[37])),
        37: '000000000000',
        61: '0000000000000000',
      },
    })
    expect(refund.fields[39]).toBe('00')
    expect(balance()).toBe(94_000)
    expect(host.store.checkBooks()).toEqual([])
  })

  it('is reversed by its trace number, and the code stays used', () => {
    const code = shown()
    const sale = pay(code, 10_000)
    const reversed = terminal.reverse(sale, { 22: '030', 59: tlv('A3', code) })
    expect(reversed.fields[39]).toBe('00')
    expect(balance()).toBe(100_000)
    expect(pay(code, 10_000).fields[39]).toBe('12')
  })
})

describe('an amount that the customer must confirm', () => {
  it('is declined with an order; after the yes, its code pays that amount once', () => {
    const asked = pay(shown(), LIMIT + 1)
    expect(asked.fields[39]).toBe('09')
    expect(asked.fields[59]).toBe('B10011')
    expect(balance()).toBe(100_000)
    expect(order('812', { 59: 'B10011' }).fields[59]).toBe('B10011B30010')
    expect(host.book.ordersOf(1, NOW)).toMatchObject([{ number: 1, state: 'open', amountMinor: LIMIT + 1 }])
    expect(host.book.confirm(1, 1, NOW)).toMatchObject({ state: 'confirmed' })
    const items = String(order('812', { 59: 'B10011' }).fields[59])
    const code = /^B10011B30011B4019(\d{19})$/.exec(items)?.[1] ?? ''
    expect(pay(code, LIMIT + 2).fields[39]).toBe('64')
    expect(pay(code, LIMIT + 1).fields[39]).toBe('00')
    expect(pay(code, LIMIT + 1).fields[39]).toBe('12')
    expect(balance()).toBe(100_000 - LIMIT - 1)
  })
})

describe('the merchant shows a code', () => {
  const create = (amount: number, stan = terminal.nextStan()) =>
    order('811', { 4: String(amount).padStart(12, '0'), 11: String(stan).padStart(6, '0'), 49: '156' })

  it('is an order, the same one for the same message, paid by the sale after the yes', () => {
    const created = create(2_000, 77)
    expect(created.fields[39]).toBe('00')
    const payload = /B2\d{3}(TW1:1-\d{6})B30010$/.exec(String(created.fields[59]))?.[1] ?? ''
    expect(create(2_000, 77).fields[59]).toBe(created.fields[59])
    expect(host.book.scan(payload, NOW)).toMatchObject({ number: 1, amountMinor: 2_000 })
    expect(host.book.scan('TW1:1-xxxxxx', NOW)).toBe('noOrder')
    host.book.confirm(1, 1, NOW)
    const code = /B4019(\d{19})$/.exec(String(order('812', { 59: 'B10011' }).fields[59]))?.[1] ?? ''
    expect(pay(code, 2_000).fields[39]).toBe('00')
    expect(balance()).toBe(98_000)
  })

  it('takes no yes after it was closed, refused or timed out, and no money moves', () => {
    create(2_000)
    expect(String(order('813', { 59: 'B10011' }).fields[59])).toMatch(/B30013$/)
    expect(host.book.confirm(1, 1, NOW)).toBe('notOpen')
    create(2_000)
    expect(host.book.refuse(1, 2, NOW)).toMatchObject({ state: 'refused' })
    expect(String(order('812', { 59: 'B10012' }).fields[59])).toMatch(/B30012$/)
    create(2_000)
    expect(host.book.confirm(1, 3, NOW + 180_001)).toBe('notOpen')
    expect(host.book.orderRow(3)?.state).toBe('expired')
    expect(balance()).toBe(100_000)
  })

  it('stays confirmed when the yes came before the close: the terminal may still take it', () => {
    create(2_000)
    host.book.confirm(1, 1, NOW)
    expect(String(order('813', { 59: 'B10011' }).fields[59])).toMatch(/B30011B4019\d{19}$/)
  })

  it('shows a terminal its own orders only', () => {
    create(2_000)
    const other = TestTerminal.signedIn(host, '10000002')
    const reply = other.send('0820', { 60: other.field60('00', '812'), 59: 'B10011' })
    expect(reply.fields[39]).toBe('25')
  })
})

it('answers 40 where the host has no wallets, and 96 where their file is gone', () => {
  const plain = new TestHost()
  const without = TestTerminal.signedIn(plain)
  expect(
    without.sale({ fields: { 22: '030', 35: undefined, 53: undefined, 59: tlv('A3', '1'.repeat(19)) } })
      .fields[39],
  ).toBe('40')
  const code = shown()
  const file = new OfficeDatabase(':memory:')
  const book = new WalletBook(new SqliteWalletRows(file), fakeTag)
  const broken = new HostCore({
    security: host.security,
    testBehaviour: true,
    acquirer: { institution: '48520000' },
    wallets: book,
  })
  file.db.exec('DROP TABLE wallet_codes; DROP TABLE wallet_wallets; DROP TABLE wallet_orders')
  Object.assign(host, { core: broken })
  expect(pay(code, 100).fields[39]).toBe('96')
  expect(order('812', { 59: 'B10011' }).fields[39]).toBe('96')
})
