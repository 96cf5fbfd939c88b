import { describe, expect, it } from 'vitest'
import { expectRightBooks } from './books.ts'
import { BALANCE, TestHost } from './test-host.ts'
import { type Reply, TestTerminal, type Wish } from './test-terminal.ts'

const code = ({ fields }: Reply) => fields[39]

function begin() {
  const host = new TestHost()
  const terminal = TestTerminal.signedIn(host)
  const byStripe = (wish: Wish) =>
    terminal.financial('0220', '000000', '00', '30', { entry: 'keyed', ...wish })
  const byChip = (wish: Wish) => terminal.financial('0200', '000000', '00', '36', { entry: 'keyed', ...wish })
  return { host, byStripe, byChip }
}

describe('an offline sale', () => {
  it('is booked once, however often it comes', () => {
    const { host, byStripe, byChip } = begin()
    expect(code(byStripe({ amount: 500, stan: 70 }))).toBe('00')
    expect(code(byStripe({ amount: 500, stan: 70 }))).toBe('94')
    expect(code(byChip({ amount: 300, stan: 71 }))).toBe('00')
    expect(code(byChip({ amount: 300, stan: 71 }))).toBe('94')
    expect(host.account().state.balanceMinor).toBe(BALANCE - 800)
    expectRightBooks(host)
  })

  it('is booked beyond the balance: the goods are gone', () => {
    const { host, byStripe } = begin()
    expect(code(byStripe({ amount: 1_000_000 }))).toBe('00')
    expectRightBooks(host)
  })

  it('is refused above what any terminal may sell offline', () => {
    const { host, byStripe } = begin()
    expect(code(byStripe({ amount: 1_000_001 }))).toBe('61')
    expect(host.account().state.balanceMinor).toBe(BALANCE)
  })

  it.each(['lost', 'stolen', 'blocked'] as const)(
    'of a %s card is refused, with the same words each time',
    (status) => {
      const { host, byStripe, byChip } = begin()
      host.changeAccount({ status })
      const first = code(byChip({ amount: 300, stan: 71 }))
      expect(first).not.toBe('00')
      // 94 would tell the terminal that the money is there.
      expect(code(byChip({ amount: 300, stan: 71 }))).toBe(first)
      expect(code(byStripe({ amount: 300, stan: 72 }))).toBe(first)
      expect(code(byStripe({ amount: 300, stan: 72 }))).toBe(first)
      expectRightBooks(host)
    },
  )
})
