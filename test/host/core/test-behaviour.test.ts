import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isLuhnValid } from '../../../src/base/exposure.ts'
import { findTlv } from '../../../src/emv/ber-tlv.ts'
import { findAccount, openAccount } from '../../../src/host/core/accounts.ts'
import { TEST_AMOUNTS } from '../../../src/host/core/test-amounts.ts'
import { formatBehaviour, parseBehaviour, type TestBehaviour } from '../../../src/host/core/test-behaviour.ts'
import { TEST_CARDS, type TestCard } from '../../../src/host/core/test-cards.ts'
import { MemoryStore } from '../../../src/host/store/memory-store.ts'
import { expectRightBooks } from './books.ts'
import { BALANCE, PAN, TestHost } from './test-host.ts'
import { chipData, type Reply, TestTerminal } from './test-terminal.ts'

const code = ({ fields }: Reply) => fields[39]

function begin() {
  const host = new TestHost()
  return { host, terminal: TestTerminal.signedIn(host) }
}

describe('host test behaviour: by amount', () => {
  it.each([
    [770_000, '00'],
    [770_005, '05'],
    [770_051, '51'],
    [770_011, '11'],
    [770_096, '96'],
    [770_100, 'A0'],
    [770_107, 'A7'],
    [770_102, 'A2'],
  ])('%i answers %s', (amount, expected) => {
    const { host, terminal } = begin()
    expect(code(terminal.sale({ amount }))).toBe(expected)
    const isApproved = ['00', '11', 'A2'].includes(expected)
    expect(host.account().state.balanceMinor).toBe(isApproved ? BALANCE - amount : BALANCE)
    expectRightBooks(host)
  })

  it('7702.SS answers after SS seconds', () => {
    const { terminal } = begin()
    expect(terminal.sale({ amount: 770_215 }).outcome.plan).toEqual({
      kind: 'reply',
      delayMs: 15_000,
      copies: 1,
    })
  })

  it.each([
    [770_300, 'silent', false],
    [770_301, 'silent', true],
    [770_302, 'silent', true],
    [770_303, 'disconnect', false],
    [770_304, 'disconnect', true],
  ])('%i: plan %s, recorded: %s; a reversal puts it right', (amount, plan, isDone) => {
    const { host, terminal } = begin()
    const sale = terminal.sale({ amount })
    expect([sale.outcome.plan.kind, sale.outcome.reply]).toEqual([plan, undefined])
    expect(host.store.listTransactions({})).toHaveLength(isDone ? 1 : 0)
    const reversal = () => terminal.reverseStan(terminal.stan, { 4: String(amount).padStart(12, '0') })
    const first = reversal()
    if (amount === 770_302) expect(first.outcome.plan.kind).toBe('silent')
    expect(code(reversal())).toBe(isDone ? '00' : '25')
    expect(host.account().state.balanceMinor).toBe(BALANCE)
    expectRightBooks(host)
  })

  it('7703.02 of a sale that was declined: the second reversal is answered', () => {
    const { host, terminal } = begin()
    host.changeAccount({ status: 'lost' })
    expect(terminal.sale({ amount: 770_302 }).outcome.plan.kind).toBe('silent')
    const reversal = () => terminal.reverseStan(terminal.stan, { 4: '000000770302' })
    expect(reversal().outcome.plan.kind).toBe('silent')
    expect([reversal(), reversal()].map(code)).toEqual(['00', '00'])
    expectRightBooks(host)
  })

  it('7704: twice, wrong MAC, wrong STAN, wrong amount', () => {
    const { terminal } = begin()
    expect(terminal.sale({ amount: 770_400 }).outcome.plan).toMatchObject({ copies: 2 })
    expect(terminal.sale({ amount: 770_401 }).mac).toBe('wrong')
    const strangeStan = begin().terminal.sale({ amount: 770_402, stan: 999_999 })
    expect([strangeStan.fields[11], strangeStan.mac]).toEqual(['000000', 'right'])
    const strangeAmount = begin().terminal.sale({ amount: 770_403 })
    expect([strangeAmount.fields[4], strangeAmount.mac]).toEqual(['000000770404', 'right'])
  })

  it('7704.04 makes the ARPC wrong, 7704.05 adds a script', () => {
    const { host, terminal } = begin()
    const issuer = host.store.listIssuers().find(({ id }) => id === 'home')
    const issuerMasterKey = host.clearKey(issuer?.cryptogramKey)
    const pay = (amount: number, atc: number): Uint8Array => {
      const field55 = chipData({ issuerMasterKey, scheme: 'pboc-01', pan: PAN, atc, amount })
      const reply = terminal.sale({ entry: 'keyed', amount, fields: { 22: '051', 23: '001', 55: field55 } })
      return reply.fields[55] as Uint8Array
    }
    expect(findTlv(pay(770_405, 1), '72')).toBeDefined()
    expect(findTlv(pay(770_404, 2), '91')?.length).toBe(10)
  })

  it('7705.PP approves a part when the terminal takes it, otherwise all', () => {
    const { host, terminal } = begin()
    const part = terminal.sale({ amount: 770_540 })
    expect([code(part), part.fields[4]]).toEqual(['10', '000000308216'])
    expect(host.account().state.balanceMinor).toBe(BALANCE - 308_216)
    expect(code(terminal.voidOf(part))).toBe('00')
    const all = terminal.sale({ amount: 770_540, fields: { 60: `${terminal.field60('22', '000')}50` } })
    expect([code(all), all.fields[4]]).toEqual(['00', '000000770540'])
    expectRightBooks(host)
  })

  it('a partial approval is reversed by the amount that was asked for', () => {
    const { host, terminal } = begin()
    const part = terminal.sale({ amount: 770_540 })
    expect(code(terminal.reverse(part, { 4: '000000770540' }))).toBe('00')
    expect(host.account().state.balanceMinor).toBe(BALANCE)
    expectRightBooks(host)
  })

  it('leaves voids, completions by advice and offline sales alone, and can be turned off', () => {
    const { terminal } = begin()
    expect(code(terminal.financial('0220', '000000', '00', '30', { amount: 770_051 }))).toBe('00')
    const host = new TestHost(new MemoryStore(), { testBehaviour: false })
    expect(code(TestTerminal.signedIn(host).sale({ amount: 770_051 }))).toBe('00')
  })
})

describe('host test behaviour: by card', () => {
  it('does to each transaction of the card what the account says', () => {
    const { host, terminal } = begin()
    host.changeAccount({ testBehaviour: { kind: 'respond', responseCode: '05' } })
    expect([terminal.sale(), terminal.preAuthorisation(), terminal.balance()].map(code)).toEqual([
      '05',
      '05',
      '05',
    ])
    host.changeAccount({ testBehaviour: { kind: 'loseReplyAndReversal' } })
    const sale = terminal.sale()
    expect(sale.outcome.plan.kind).toBe('silent')
    expect(terminal.reverseStan(terminal.stan).outcome.plan.kind).toBe('silent')
    expect(code(terminal.reverseStan(terminal.stan))).toBe('00')
    expectRightBooks(host)
  })

  it.each<TestBehaviour>([
    { kind: 'respond', responseCode: 'A0' },
    { kind: 'delay', delayMs: 2500 },
    { kind: 'approvePartially', percent: 30 },
    { kind: 'ignore' },
    { kind: 'disconnectAfter' },
    { kind: 'loseReplyAndReversal' },
  ])('$kind is written and read back', (behaviour) => {
    expect(parseBehaviour(formatBehaviour(behaviour))).toEqual(behaviour)
  })

  it.each(['', 'respond', 'respond:5', 'delay:x', 'approvePartially:0', 'ignore:1', 'nonsense'])(
    '%j is no behaviour',
    (text) => {
      expect(parseBehaviour(text)).toBeUndefined()
    },
  )
})

describe('host test behaviour: test cards', () => {
  /** A host that knows the card under a number of its own, so that it stands beside the others. */
  function pays(card: TestCard): (amount: number) => Reply {
    const { host, terminal } = begin()
    if (findAccount(host.store, host.security.lookupOf(card.pan)) === undefined) {
      openAccount(host.store, {
        ...host.account(),
        ...card,
        pan: host.security.protectPan(card.pan),
        openingBalanceMinor: card.balanceMinor,
      })
    }
    return (amount) => {
      const reply = terminal.sale({ amount, pan: card.pan, entry: 'keyed', fields: { 14: card.expiry } })
      expectRightBooks(host)
      return reply
    }
  }

  const forced = TEST_CARDS.flatMap((card) => {
    const expected = /(?:: |always )(\d\d)$/.exec(card.en)?.[1]
    return expected === undefined ? [] : [[card.en, card, expected] as const]
  })
  const others = (start: string) => TEST_CARDS.filter(({ en }) => en.startsWith(start))

  it.each(forced)('%s', (_name, card, expected) => {
    expect(code(pays(card)(90_000))).toBe(expected)
  })

  it('most of the table is such cards', () => {
    expect(forced.length).toBeGreaterThanOrEqual(8)
  })

  it('the others do what they say', () => {
    expect(others('approves').map((card) => code(pays(card)(90_000)))).toEqual(['00', '00', '10'])
    const limited = others('limits').map(pays)[0]
    expect([100_001, 100_000, 90_000, 10_001].map((amount) => code((limited ?? fail)(amount)))).toEqual([
      '61',
      '00',
      '00',
      '61',
    ])
    expect(others('answers after').map((card) => pays(card)(1).outcome.plan)).toMatchObject([
      { delayMs: 10_000 },
    ])
    expect(others('done').map((card) => pays(card)(1).outcome.plan)).toEqual([{ kind: 'silent' }])
  })

  function fail(): Reply {
    throw new Error('the table has no card with limits')
  }
})

describe('host test behaviour: documentation', () => {
  // A table may be padded for the eye.
  const text = readFileSync(new URL('../../../docs/host-test-behaviour.md', import.meta.url), 'utf8').replace(
    / +/g,
    ' ',
  )

  it('lists exactly the rows of the table, in order', () => {
    const rows = text.split('\n').filter((line) => /^\| `77/.test(line))
    expect(rows).toEqual(TEST_AMOUNTS.map(({ amounts, en, zh }) => `| \`${amounts}\` | ${en} | ${zh} |`))
  })

  it('lists exactly the test cards, whose check digits are right', () => {
    const rows = text.split('\n').filter((line) => /^\| `62/.test(line))
    expect(rows).toEqual(TEST_CARDS.map(({ pan, en, zh }) => `| \`${pan}\` | ${en} | ${zh} |`))
    expect(TEST_CARDS.filter(({ pan }) => !isLuhnValid(pan))).toEqual([])
  })

  it('the ranges do not overlap and rise', () => {
    const bounds = TEST_AMOUNTS.flatMap(({ from, to }) => [from, to])
    expect([...bounds].sort((left, right) => left - right)).toEqual(bounds)
    expect(
      TEST_AMOUNTS.every(({ from, to }, index) => to >= from && from > (TEST_AMOUNTS[index - 1]?.to ?? 0)),
    ).toBe(true)
  })
})
