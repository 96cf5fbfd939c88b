import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Inbound } from '../../../src/host/core/inbound.ts'
import type { Dialect } from '../../../src/host/core/records.ts'
import { balanceOf, expectRightBooks } from './books.ts'
import { amount, Player, step } from './player.ts'
import { FOREIGN_PAN, MID, OTHER_PAN, OTHER_TID, PAN, PIN, TestHost, TID } from './test-host.ts'
import { inboundOf, TestTerminal } from './test-terminal.ts'

describe('host: properties', () => {
  it('H3: any sequence of requests, duplicates and reversals keeps the books right', () => {
    const seen = new Set<string>()
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => {
        const player = new Player()
        for (const next of steps) player.play(next)
        expectRightBooks(player.host)
        for (const row of player.host.store.listTransactions({})) seen.add(`${row.kind} ${row.state}`)
      }),
      { numRuns: 300, seed: 8583 },
    )
    // The sequences reached what they are for.
    for (const wanted of [
      'sale reversed',
      'sale voided',
      'refund approved',
      'completion approved',
      'preAuthorisation voided',
      'reversalAlone reversed',
      'saleVoid reversed',
      'completion voided',
    ]) {
      expect(seen).toContain(wanted)
    }
  })

  it('H2: replaying every request in any order moves nothing', () => {
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 3, maxLength: 20 }),
        fc.array(fc.nat({ max: 100 })),
        (steps, order) => {
          const player = new Player()
          for (const next of steps) if (next.kind !== 'signIn') player.play(next)
          const before = balances(player.host)
          for (const index of order) {
            const earlier = player.earlier(index)
            if (earlier !== undefined) player.host.process(earlier.inbound)
          }
          expect(balances(player.host)).toEqual(before)
          expectRightBooks(player.host)
        },
      ),
      { numRuns: 60, seed: 94 },
    )
  })

  it('one batch of many messages decides as one after the other', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ amount, stan: fc.integer({ min: 1, max: 6 }), isOther: fc.boolean() }), {
          minLength: 2,
          maxLength: 12,
        }),
        (wishes) => {
          const run = (isBatched: boolean) => {
            const host = new TestHost()
            const [terminal, other] = [TestTerminal.signedIn(host), TestTerminal.signedIn(host, OTHER_TID)]
            const frames = wishes.map(({ amount: amountMinor, stan, isOther }) => {
              const sender = isOther ? other : terminal
              return sender.inbound(
                '0200',
                sender.financialFields('000000', '00', '22', { amount: amountMinor, stan }),
              )
            })
            const outcomes = isBatched
              ? host.process(...frames)
              : frames.flatMap((frame) => host.process(frame))
            expectRightBooks(host)
            return [outcomes.map(({ summary }) => summary.responseCode), balances(host)]
          }
          expect(run(true)).toEqual(run(false))
        },
      ),
      { numRuns: 40, seed: 4 },
    )
  })

  it('H4: no bytes make a decision throw, in any dialect', () => {
    const host = new TestHost()
    const dialect = fc.constantFrom<Dialect>('unionpay-pos', 'iso1987-ascii', 'iso1987-binary')
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), dialect, (bytes, name) => {
        expect(host.process(inboundOf(bytes, name))).toHaveLength(1)
      }),
      { numRuns: 2_000 },
    )
    expectRightBooks(host)
  })

  it('H4: a damaged real message, MAC made right again or not, never throws and never breaks the books', () => {
    const host = new TestHost()
    const terminal = TestTerminal.signedIn(host)
    const first = terminal.sale()
    const frames = [
      terminal.inbound('0200', terminal.financialFields('000000', '00', '22', { pin: PIN })),
      terminal.inbound('0400', {
        3: '000000',
        4: first.fields[4],
        11: first.fields[11],
        60: terminal.field60('22', '000'),
      }),
      terminal.inbound('0500', { 48: '0'.repeat(62), 60: terminal.field60('00', '201') }, { mac: false }),
      terminal.inbound(
        '0320',
        { 48: '01'.padEnd(42, '1'), 60: terminal.field60('00', '201') },
        { mac: false },
      ),
      terminal.inbound('0620', {
        55: Uint8Array.of(0xdf, 0x31, 1, 0),
        60: terminal.field60('00', '951'),
        61: '0000010000010314',
      }),
    ]
    const damage = fc.array(fc.record({ at: fc.nat({ max: 400 }), to: fc.nat({ max: 255 }) }), {
      minLength: 1,
      maxLength: 3,
    })
    fc.assert(
      fc.property(fc.nat({ max: frames.length - 1 }), damage, fc.nat({ max: 20 }), (index, changes, cut) => {
        const frame = frames[index] as Inbound
        const bytes = frame.bytes.slice()
        const size = frame.end - frame.start
        for (const { at, to } of changes) bytes[frame.start + (at % size)] = to
        const end = cut > 15 ? frame.end - (cut - 15) : frame.end
        expect(host.process({ ...frame, bytes, end })).toHaveLength(1)
      }),
      { numRuns: 2_000 },
    )
    // Whoever holds the keys may send any fields at all.
    const digits = (size: number) =>
      fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: size, maxLength: size })
    const fields = fc.record(
      {
        2: fc.oneof(digits(16), fc.constant(PAN)),
        3: fc.oneof(digits(6), fc.constantFrom('000000', '200000', '030000', '310000')),
        4: fc.oneof(digits(12), fc.constant('000000010000')),
        22: digits(3),
        25: fc.constantFrom('00', '06', '60', '77'),
        37: digits(12),
        38: digits(6),
        48: fc.oneof(digits(62), digits(42), digits(4)),
        53: digits(16),
        55: fc.uint8Array({ maxLength: 60 }),
        61: fc.oneof(digits(16), fc.constant('0000010000010314')),
      },
      { requiredKeys: [] },
    )
    const mti = fc.constantFrom(
      '0100',
      '0200',
      '0220',
      '0400',
      '0500',
      '0320',
      '0620',
      '0800',
      '0820',
      '0900',
    )
    const type = fc.constantFrom('22', '23', '25', '01', '10', '11', '20', '24', '21', '30', '99')
    const networkCode = fc.constantFrom('000', '001', '004', '201', '203', '202', '207', '301', '951')
    fc.assert(
      fc.property(mti, type, networkCode, fields, (name, messageType, code, given) => {
        terminal.batch = host.terminal().batchNumber
        terminal.send(name, { ...given, 60: terminal.field60(messageType, code) })
        if (name === '0800') terminal.signIn()
      }),
      { numRuns: 1_500 },
    )
    expectRightBooks(host)
    expect(TID).toBe(terminal.tid)
  })
})

function balances(host: TestHost) {
  return [
    balanceOf(host, 'merchant', MID),
    ...[PAN, OTHER_PAN, FOREIGN_PAN].map((pan) => host.account(pan).state),
  ].map((each) => (typeof each === 'number' ? each : [each.balanceMinor, each.heldMinor]))
}
