import { describe, expect, it } from 'vitest'
import { fundAccount, openAccount } from '../../../src/host/core/accounts.ts'
import { StoreError, type StoreRows } from '../../../src/host/core/store-port.ts'
import { MemoryStore } from '../../../src/host/store/memory-store.ts'
import { balanceOf, expectRightBooks } from './books.ts'
import {
  BALANCE,
  FOREIGN_PAN,
  MID,
  NO_ACCOUNT_PAN,
  OTHER_PAN,
  OTHER_TID,
  PIN,
  TestHost,
} from './test-host.ts'
import { type Reply, TestTerminal } from './test-terminal.ts'

const code = ({ fields }: Reply) => fields[39]

function begin() {
  const host = new TestHost()
  return { host, terminal: TestTerminal.signedIn(host) }
}

describe('host: sale', () => {
  it('moves money from the cardholder to the merchant and answers in full', () => {
    const { host, terminal } = begin()
    const reply = terminal.sale({ pin: PIN })
    expect(reply).toMatchObject({ mti: '0210', mac: 'right' })
    expect(reply.fields).toMatchObject({
      2: '6210948000000011',
      4: '000000010000',
      15: '0314',
      32: '48520000',
      37: expect.stringMatching(/^\d{12}$/),
      38: expect.stringMatching(/^\d{6}$/),
      39: '00',
      44: '03080000   48520000   ',
      63: 'CUP',
    })
    expect(host.account().state.balanceMinor).toBe(BALANCE - 10_000)
    expect(balanceOf(host, 'merchant', MID)).toBe(10_000)
    expectRightBooks(host)
  })

  it('reference numbers are unique and rise; authorisation codes differ', () => {
    const { terminal } = begin()
    const replies = Array.from({ length: 30 }, () => terminal.sale({ amount: 1 }))
    expect(new Set(replies.map(({ fields }) => fields[37])).size).toBe(30)
    expect(new Set(replies.map(({ fields }) => fields[38])).size).toBe(30)
  })

  it('a request of a batch sees what the one before it did', () => {
    const { host, terminal } = begin()
    const make = () =>
      terminal.inbound('0200', terminal.financialFields('000000', '00', '22', { amount: 1_500_000 }))
    const outcomes = host.process(make(), make())
    expect(outcomes.map(({ summary }) => summary.responseCode)).toEqual(['00', '51'])
    expectRightBooks(host)
  })

  it.each([
    ['amount zero', { amount: 0 }, '13'],
    ['unknown card', { pan: NO_ACCOUNT_PAN }, '14'],
    ['unknown issuer', { pan: '9999990000000000' }, '15'],
    ['too much', { amount: BALANCE + 1 }, '51'],
    ['another currency', { fields: { 49: '840' } }, 'A1'],
  ])('%s is refused, recorded and moves nothing', (_name, wish, expected) => {
    const { host, terminal } = begin()
    const reply = terminal.sale(wish)
    expect([code(reply), reply.mac]).toEqual([expected, 'right'])
    expect(host.store.listTransactions({})).toMatchObject([{ state: 'declined', approvedMinor: 0 }])
    expect(host.account().state.balanceMinor).toBe(BALANCE)
    expectRightBooks(host)
  })

  it('the card number of field 2 must be that of the track', () => {
    const { terminal } = begin()
    expect(code(terminal.sale({ fields: { 2: OTHER_PAN } }))).toBe('14')
  })

  it('reads a clear track, and a track 3', () => {
    const { terminal } = begin()
    const clear = { 35: '6210948000000011D30121010000012345', 53: '0600000000000000' }
    expect(code(terminal.sale({ fields: clear }))).toBe('00')
    const track3 = { 35: undefined, 36: '996210948000000011D1561560500050000001', 53: '0600000000000000' }
    expect(code(terminal.sale({ fields: track3 }))).toBe('00')
  })
})

describe('host: accounts', () => {
  it('a card has one account: the second is refused and moves nothing', () => {
    const { host } = begin()
    const again = { ...host.account(), openingBalanceMinor: 5 }
    expect(() => openAccount(host.store, again)).toThrow(/621094\*{6}0011 has an account already/)
    expectRightBooks(host)
  })
})

describe('host: commit (H1)', () => {
  it('a store that cannot commit: no outcome, nothing changed; the same request is decided afresh later', () => {
    class FailingStore extends MemoryStore {
      isFull = false
      override commit(rows: StoreRows): void {
        if (this.isFull) throw new StoreError('the disk is full: free some space')
        super.commit(rows)
      }
    }
    const store = new FailingStore()
    const host = new TestHost(store)
    const terminal = TestTerminal.signedIn(host)
    const frame = terminal.inbound('0200', terminal.financialFields('000000', '00', '22', {}))
    store.isFull = true
    expect(() => host.process(frame)).toThrow(StoreError)
    store.isFull = false
    expect(host.store.listTransactions({})).toEqual([])
    expect(host.process(frame)[0]?.summary.responseCode).toBe('00')
    expectRightBooks(host)
  })
})

describe('host: duplicates (H2)', () => {
  it('the same terminal, batch and STAN answers 94 and is never posted twice', () => {
    const { host, terminal } = begin()
    const first = terminal.sale({ stan: 7 })
    const second = terminal.sale({ stan: 7 })
    const third = terminal.sale({ stan: 7, amount: 5, pan: OTHER_PAN })
    expect([first, second, third].map(code)).toEqual(['00', '94', '94'])
    expect(second.fields[37]).toBe(first.fields[37])
    expect(host.store.listTransactions({})).toHaveLength(1)
    expect(host.account().state.balanceMinor).toBe(BALANCE - 10_000)
    expectRightBooks(host)
  })

  it('twice in one batch of frames: one 00, one 94', () => {
    const { host, terminal } = begin()
    const sale = terminal.inbound('0200', terminal.financialFields('000000', '00', '22', {}))
    expect(host.process(sale, sale).map(({ summary }) => summary.responseCode)).toEqual(['00', '94'])
    expectRightBooks(host)
  })

  it('two terminals may use one STAN', () => {
    const { host, terminal } = begin()
    const other = TestTerminal.signedIn(host, OTHER_TID)
    expect([terminal.sale({ stan: 5 }), other.sale({ stan: 5 })].map(code)).toEqual(['00', '00'])
  })

  it('a notice that comes again: 94 when it was accepted, its refusal when it was refused', () => {
    const { terminal } = begin()
    const sale = terminal.sale()
    const refund = { stan: 60, amount: 4_000 }
    expect([terminal.refundOf(sale, refund), terminal.refundOf(sale, refund)].map(code)).toEqual(['00', '94'])
    const tooMuch = { stan: 61, amount: 7_000 }
    expect([terminal.refundOf(sale, tooMuch), terminal.refundOf(sale, tooMuch)].map(code)).toEqual([
      '64',
      '64',
    ])
  })
})

describe('host: sale void', () => {
  it('undoes the sale once', () => {
    const { host, terminal } = begin()
    const sale = terminal.sale()
    const reply = terminal.voidOf(sale)
    expect([code(reply), reply.fields[38]]).toEqual(['00', sale.fields[38]])
    expect(host.account().state.balanceMinor).toBe(BALANCE)
    expect(code(terminal.voidOf(sale))).toBe('12')
    expectRightBooks(host)
  })

  it('needs no card: the original knows it', () => {
    const { host, terminal } = begin()
    const sale = terminal.sale()
    const reply = terminal.voidOf(sale, { fields: { 35: undefined, 53: undefined } })
    expect(code(reply)).toBe('00')
    expect(host.account().state.balanceMinor).toBe(BALANCE)
    expectRightBooks(host)
  })

  it.each([
    ['not found', { fields: { 61: '0000010009990314' } }, '25'],
    ['other amount', { amount: 9_999 }, '64'],
    ['other card', { pan: OTHER_PAN }, '22'],
    ['other authorisation code', { fields: { 38: '999999' } }, '22'],
    ['other reference number', { fields: { 37: '000000009999' } }, '25'],
  ])('%s is refused', (_name, wish, expected) => {
    const { host, terminal } = begin()
    expect(code(terminal.voidOf(terminal.sale(), wish))).toBe(expected)
    expect(host.account().state.balanceMinor).toBe(BALANCE - 10_000)
    expectRightBooks(host)
  })

  it('a declined sale and a void cannot be voided', () => {
    const { terminal } = begin()
    const declined = terminal.sale({ amount: BALANCE + 1 })
    expect(code(terminal.voidOf(declined, { fields: { 38: undefined } }))).toBe('12')
    const undone = terminal.voidOf(terminal.sale())
    expect(code(terminal.voidOf(undone))).toBe('25')
  })
})

describe('host: refund', () => {
  it('gives back in parts, never more than was paid', () => {
    const { host, terminal } = begin()
    const sale = terminal.sale()
    expect([4_000, 6_000, 1].map((amount) => code(terminal.refundOf(sale, { amount })))).toEqual([
      '00',
      '00',
      '64',
    ])
    expect(host.account().state.balanceMinor).toBe(BALANCE)
    expectRightBooks(host)
  })

  it('finds the sale by its reference number from another terminal of the merchant', () => {
    const { host, terminal } = begin()
    const sale = terminal.sale()
    const other = TestTerminal.signedIn(host, OTHER_TID)
    expect(code(other.refundOf(sale, { fields: { 61: '0000000000000314' } }))).toBe('00')
    expectRightBooks(host)
  })

  it.each([
    ['not found', { fields: { 37: '000000000000', 61: '0000000000000314' } }, '25'],
    ['other card', { pan: FOREIGN_PAN }, '22'],
    ['amount zero', { amount: 0 }, '13'],
  ])('%s is refused', (_name, wish, expected) => {
    const { host, terminal } = begin()
    expect(code(terminal.refundOf(terminal.sale(), wish))).toBe(expected)
    expectRightBooks(host)
  })

  it('of a voided sale is refused, and a void of a refunded one', () => {
    const { terminal } = begin()
    const voided = terminal.sale()
    terminal.voidOf(voided)
    expect(code(terminal.refundOf(voided))).toBe('12')
    const refunded = terminal.sale()
    terminal.refundOf(refunded, { amount: 1 })
    expect(code(terminal.voidOf(refunded))).toBe('12')
  })
})

describe('host: balance', () => {
  it('answers field 54 and moves nothing', () => {
    const { host, terminal } = begin()
    terminal.preAuthorisation({ amount: 500_000 })
    const reply = terminal.balance({ pin: PIN })
    expect(reply.fields).toMatchObject({ 39: '00', 54: '1002156C000001500000' })
    expect(reply.fields[4]).toBeUndefined()
    expectRightBooks(host)
  })
})

describe('host: offline sale', () => {
  it('is refused where the ledger could no longer count it exactly', () => {
    const { host, terminal } = begin()
    const { state } = host.account()
    const almost = 899_999_999_999_999 + state.balanceMinor
    fundAccount(host.store, host.account(), 0 - almost)
    const advice = (amount: number) =>
      terminal.financial('0220', '000000', '00', '30', { amount, entry: 'keyed' })
    expect([advice(2), advice(1)].map(code)).toEqual(['61', '00'])
    expectRightBooks(host)
  })

  it('is booked as it happened, on suspense when the card is not here', () => {
    const { host, terminal } = begin()
    const advice = (pan: string) => terminal.financial('0220', '000000', '00', '30', { pan, entry: 'keyed' })
    expect(code(advice('6210948000000011'))).toBe('00')
    const unknown = advice(NO_ACCOUNT_PAN)
    expect(code(unknown)).toBe('00')
    expect(balanceOf(host, 'suspense', '')).toBe(-10_000)
    expectRightBooks(host)
    expect(code(terminal.reverse(unknown, { 60: `${terminal.field60('30', '000')}50` }))).toBe('00')
    expect(balanceOf(host, 'suspense', '')).toBe(0)
    expectRightBooks(host)
  })
})
