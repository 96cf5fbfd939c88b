import { describe, expect, it } from 'vitest'
import { balanceOf, expectRightBooks } from './books.ts'
import { BALANCE, MID, TestHost } from './test-host.ts'
import { type Reply, TestTerminal } from './test-terminal.ts'

const code = ({ fields }: Reply) => fields[39]

function begin() {
  const host = new TestHost()
  return { host, terminal: TestTerminal.signedIn(host) }
}

describe('host: reversal', () => {
  it('undoes a sale, is authenticated, and answers 00 again when it comes again', () => {
    const { host, terminal } = begin()
    const sale = terminal.sale()
    const replies = [terminal.reverse(sale), terminal.reverse(sale), terminal.reverse(sale)]
    expect(replies.map(code)).toEqual(['00', '00', '00'])
    expect(replies[0]).toMatchObject({ mti: '0410', mac: 'right', fields: { 37: sale.fields[37] } })
    expect(host.account().state.balanceMinor).toBe(BALANCE)
    expect(balanceOf(host, 'merchant', MID)).toBe(0)
    expect(host.store.listTransactions({})).toMatchObject([{ state: 'reversed', reversalReason: '98' }])
    expectRightBooks(host)
  })

  it('of a request that never came: 25, remembered; the late request is refused and moves nothing', () => {
    const { host, terminal } = begin()
    expect(code(terminal.reverseStan(40))).toBe('25')
    expect(code(terminal.reverseStan(40))).toBe('25')
    const late = terminal.sale({ stan: 40 })
    expect(code(late)).toBe('12')
    expect(code(terminal.sale({ stan: 40 }))).toBe('12')
    expect(host.account().state.balanceMinor).toBe(BALANCE)
    expectRightBooks(host)
  })

  it('a request that comes again after its reversal stays undone', () => {
    const { host, terminal } = begin()
    const sale = terminal.sale({ stan: 41 })
    terminal.reverse(sale)
    expect(code(terminal.sale({ stan: 41 }))).toBe('94')
    expect(host.account().state.balanceMinor).toBe(BALANCE)
    expectRightBooks(host)
  })

  it('of a void brings the sale back; the void may be tried again', () => {
    const { host, terminal } = begin()
    const sale = terminal.sale()
    const undone = terminal.voidOf(sale)
    expect(code(terminal.reverse(undone))).toBe('00')
    expect(host.account().state.balanceMinor).toBe(BALANCE - 10_000)
    expect(code(terminal.voidOf(sale))).toBe('00')
    expect(host.account().state.balanceMinor).toBe(BALANCE)
    expectRightBooks(host)
  })

  it('of a voided or refunded sale: 12; of a declined one: 00', () => {
    const { host, terminal } = begin()
    const voided = terminal.sale()
    terminal.voidOf(voided)
    expect(code(terminal.reverse(voided))).toBe('12')
    const refunded = terminal.sale()
    terminal.refundOf(refunded, { amount: 1 })
    expect(code(terminal.reverse(refunded))).toBe('12')
    expect(code(terminal.reverse(terminal.sale({ amount: BALANCE * 2 })))).toBe('00')
    expectRightBooks(host)
  })

  it('with another amount: 64', () => {
    const { terminal } = begin()
    expect(code(terminal.reverse(terminal.sale(), { 4: '000000000001' }))).toBe('64')
  })

  it('of a refund takes the money back', () => {
    const { host, terminal } = begin()
    const sale = terminal.sale()
    const refund = terminal.refundOf(sale, { amount: 4_000 })
    expect(code(terminal.reverse(refund))).toBe('00')
    expect(code(terminal.refundOf(sale))).toBe('00')
    expect(host.account().state.balanceMinor).toBe(BALANCE)
    expectRightBooks(host)
  })

  it('request and reversal in one batch of frames, in both orders', () => {
    for (const isReversalFirst of [false, true]) {
      const { host, terminal } = begin()
      const sale = terminal.inbound('0200', terminal.financialFields('000000', '00', '22', { stan: 9 }))
      const reversal = terminal.inbound('0400', {
        3: '000000',
        4: '000000010000',
        11: '000009',
        39: '98',
        49: '156',
        60: `${terminal.field60('22', '000')}50`,
      })
      const batch = isReversalFirst ? [reversal, sale] : [sale, reversal]
      const codes = host.process(...batch).map(({ summary }) => summary.responseCode)
      expect(codes).toEqual(isReversalFirst ? ['25', '12'] : ['00', '00'])
      expect(host.account().state.balanceMinor).toBe(BALANCE)
      expectRightBooks(host)
    }
  })

  it('with a wrong MAC changes nothing', () => {
    const { host, terminal } = begin()
    const sale = terminal.sale()
    const fields = {
      3: '000000',
      4: '000000010000',
      11: sale.fields[11],
      39: '98',
      60: terminal.field60('22', '000'),
    }
    expect(code(terminal.send('0400', fields, { key: new Uint8Array(8).fill(3) }))).toBe('A0')
    expect(host.account().state.balanceMinor).toBe(BALANCE - 10_000)
  })

  it('after a new sign-in the reversal still finds its sale', () => {
    const { host, terminal } = begin()
    const sale = terminal.sale()
    terminal.signIn()
    expect(code(terminal.reverse(sale))).toBe('00')
    expectRightBooks(host)
  })
})
