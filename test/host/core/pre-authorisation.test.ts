import { describe, expect, it } from 'vitest'
import { balanceOf, expectRightBooks } from './books.ts'
import { BALANCE, OTHER_PAN, OTHER_TID, TestHost } from './test-host.ts'
import { type Reply, TestTerminal } from './test-terminal.ts'

const code = ({ fields }: Reply) => fields[39]

function begin() {
  const host = new TestHost()
  return { host, terminal: TestTerminal.signedIn(host) }
}

const state = (host: TestHost) => {
  const { balanceMinor, heldMinor } = host.account().state
  return [balanceMinor, heldMinor]
}

describe('host: pre-authorisation', () => {
  it('holds the amount; the rest can be spent, the held part not', () => {
    const { host, terminal } = begin()
    expect(code(terminal.preAuthorisation({ amount: 1_500_000 }))).toBe('00')
    expect(state(host)).toEqual([BALANCE, 1_500_000])
    expect(code(terminal.sale({ amount: 500_001 }))).toBe('51')
    expect(code(terminal.sale({ amount: 500_000 }))).toBe('00')
    expectRightBooks(host)
  })

  it('completion takes the money and frees the hold, once', () => {
    const { host, terminal } = begin()
    const hold = terminal.preAuthorisation()
    const completion = terminal.completionOf(hold, { amount: 8_000 })
    expect([code(completion), completion.fields[38]]).toEqual(['00', hold.fields[38]])
    expect(state(host)).toEqual([BALANCE - 8_000, 0])
    expect(code(terminal.completionOf(hold))).toBe('12')
    expect(code(terminal.cancelOf(hold))).toBe('12')
    expect(balanceOf(host, 'holds', '')).toBe(0)
    expectRightBooks(host)
  })

  it.each([
    [11_500, '00'],
    [11_501, '64'],
    [0, '13'],
  ])('completion of %i against 10 000: %s', (amount, expected) => {
    const { host, terminal } = begin()
    const hold = terminal.preAuthorisation()
    expect(code(terminal.completionOf(hold, { amount }))).toBe(expected)
    expectRightBooks(host)
  })

  it('a completion above the hold needs funds; an advice happened and does not', () => {
    const { host, terminal } = begin()
    const hold = terminal.preAuthorisation()
    terminal.sale({ amount: BALANCE - 10_000 })
    expect(code(terminal.completionOf(hold, { amount: 11_000 }))).toBe('51')
    expect(code(terminal.adviceOf(hold, { amount: 11_000 }))).toBe('00')
    expect(state(host)).toEqual([-1_000, 0])
    expectRightBooks(host)
  })

  it('cancel frees all of it', () => {
    const { host, terminal } = begin()
    const hold = terminal.preAuthorisation()
    expect(code(terminal.cancelOf(hold, { amount: 9_999 }))).toBe('64')
    expect(code(terminal.cancelOf(hold))).toBe('00')
    expect(state(host)).toEqual([BALANCE, 0])
    expect(code(terminal.cancelOf(hold))).toBe('12')
    expect(code(terminal.completionOf(hold))).toBe('12')
    expectRightBooks(host)
  })

  it('a void of the completion brings the hold back, and it can be completed again', () => {
    const { host, terminal } = begin()
    const hold = terminal.preAuthorisation()
    const completion = terminal.completionOf(hold)
    expect(code(terminal.completionVoidOf(completion))).toBe('00')
    expect(state(host)).toEqual([BALANCE, 10_000])
    expect(code(terminal.completionVoidOf(completion))).toBe('12')
    expect(code(terminal.completionOf(hold))).toBe('00')
    expect(state(host)).toEqual([BALANCE - 10_000, 0])
    expectRightBooks(host)
  })

  it('an addition raises the hold', () => {
    const { host, terminal } = begin()
    const hold = terminal.preAuthorisation()
    const addition = { 38: hold.fields[38], 61: '0000000000000000' }
    const reply = terminal.financial('0100', '030000', '60', '10', { amount: 5_000, fields: addition })
    expect(code(reply)).toBe('00')
    expect(state(host)).toEqual([BALANCE, 15_000])
    expect(code(terminal.completionOf(hold, { amount: 15_000 }))).toBe('00')
    expect(state(host)).toEqual([BALANCE - 15_000, 0])
    expectRightBooks(host)
  })

  it('another terminal of the merchant completes by card and authorisation code', () => {
    const { host, terminal } = begin()
    const hold = terminal.preAuthorisation()
    const other = TestTerminal.signedIn(host, OTHER_TID)
    const fields = { 37: undefined, 61: '0000000000000314' }
    expect(code(other.completionOf(hold, { fields: { ...fields, 38: '999999' } }))).toBe('25')
    expect(code(other.completionOf(hold, { fields }))).toBe('00')
    expectRightBooks(host)
  })

  it('another card or authorisation code than that of the hold: 22', () => {
    const { terminal } = begin()
    const hold = terminal.preAuthorisation()
    expect(code(terminal.completionOf(hold, { pan: OTHER_PAN }))).toBe('22')
    expect(code(terminal.completionOf(hold, { fields: { 38: '000000' } }))).toBe('22')
    expect(code(terminal.cancelOf(terminal.sale()))).toBe('25')
  })
})

describe('host: reversal of the pre-authorisation family', () => {
  it('each step can be taken back, and the books follow', () => {
    const { host, terminal } = begin()
    const hold = terminal.preAuthorisation()
    const cancel = terminal.cancelOf(hold)
    expect(code(terminal.reverse(cancel))).toBe('00')
    expect(state(host)).toEqual([BALANCE, 10_000])
    const completion = terminal.completionOf(hold)
    expect(code(terminal.reverse(completion))).toBe('00')
    expect(state(host)).toEqual([BALANCE, 10_000])
    const again = terminal.completionOf(hold)
    const undone = terminal.completionVoidOf(again)
    expect(code(terminal.reverse(undone))).toBe('00')
    expect(state(host)).toEqual([BALANCE - 10_000, 0])
    expect(code(terminal.completionVoidOf(again))).toBe('00')
    expect(code(terminal.reverse(hold))).toBe('00')
    expect(state(host)).toEqual([BALANCE, 0])
    expectRightBooks(host)
  })

  it('a pre-authorisation that was completed or raised is not reversed under it', () => {
    const { host, terminal } = begin()
    const hold = terminal.preAuthorisation()
    const addition = { 38: hold.fields[38], 61: '0000000000000000' }
    const raised = terminal.financial('0100', '030000', '60', '10', { amount: 5_000, fields: addition })
    expect(code(terminal.reverse(hold))).toBe('12')
    expect(code(terminal.reverse(raised))).toBe('00')
    terminal.completionOf(hold)
    expect(code(terminal.reverse(hold))).toBe('12')
    expectRightBooks(host)
  })
})
