import fc from 'fast-check'
import type { Inbound, Outcome } from '../../../src/host/core/inbound.ts'
import { compileSpec } from '../../../src/iso8583/compile.ts'
import { UNIONPAY_POS } from '../../../src/iso8583/specs/unionpay-pos.ts'
import { BALANCE, FOREIGN_PAN, NO_ACCOUNT_PAN, OTHER_PAN, PAN, PIN, TestHost } from './test-host.ts'
import { type Reply, TestTerminal } from './test-terminal.ts'

const CODEC = compileSpec(UNIONPAY_POS)

/** One thing that a terminal, or somebody on its line, does. `target` picks an earlier request. */
export type Step =
  | {
      readonly kind: 'pay'
      readonly what: 'sale' | 'preAuthorisation' | 'balance'
      readonly amount: number
      readonly pan: string
      readonly pin: string | undefined
    }
  | {
      readonly kind: 'relate'
      readonly what: 'voidOf' | 'refundOf' | 'cancelOf' | 'completionOf' | 'adviceOf' | 'completionVoidOf'
      readonly target: number
      readonly amount: number | undefined
    }
  | { readonly kind: 'reverse'; readonly target: number }
  | { readonly kind: 'reverseAhead'; readonly ahead: number }
  | { readonly kind: 'replay'; readonly target: number }
  | { readonly kind: 'settle'; readonly isEnded: boolean }
  | { readonly kind: 'signIn' }

export const amount = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 60_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(BALANCE, 770_301, 770_302, 770_051, 770_550, 770_300) },
)
const target = fc.nat({ max: 40 })
export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('pay' as const),
      what: fc.constantFrom('sale' as const, 'preAuthorisation' as const, 'balance' as const),
      amount,
      pan: fc.constantFrom(PAN, PAN, OTHER_PAN, FOREIGN_PAN, NO_ACCOUNT_PAN),
      pin: fc.constantFrom(undefined, undefined, PIN, '000000'),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('relate' as const),
      what: fc.constantFrom(
        'voidOf' as const,
        'refundOf' as const,
        'cancelOf' as const,
        'completionOf' as const,
        'adviceOf' as const,
        'completionVoidOf' as const,
      ),
      target,
      amount: fc.option(amount, { nil: undefined, freq: 2 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('reverse' as const), target }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('reverseAhead' as const),
      ahead: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('replay' as const), target }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('settle' as const), isEnded: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('signIn' as const) }) },
)

const ORIGINALS = {
  voidOf: ['sale'],
  refundOf: ['sale', 'completion', 'completionAdvice'],
  cancelOf: ['preAuthorisation'],
  completionOf: ['preAuthorisation'],
  adviceOf: ['preAuthorisation'],
  completionVoidOf: ['completion', 'completionAdvice'],
} as const

/** Plays steps and remembers what went out, so that later steps can refer to it. */
export class Player {
  readonly host = new TestHost()
  readonly terminal: TestTerminal
  readonly sent: { readonly reply: Reply; readonly inbound: Inbound }[] = []

  /** `heard` gets each message and what became of it. */
  constructor(heard: (inbound: Inbound, outcome: Outcome | undefined) => void = () => {}) {
    const process = this.host.process.bind(this.host)
    this.host.process = (...batch) => {
      const outcomes = process(...batch)
      for (const [index, inbound] of batch.entries()) heard(inbound, outcomes[index])
      return outcomes
    }
    this.terminal = TestTerminal.signedIn(this.host)
  }

  play(next: Step): void {
    const { terminal, host } = this
    const earlier =
      next.kind === 'relate'
        ? this.fitting(next.what, next.target)
        : 'target' in next
          ? this.earlier(next.target)
          : undefined
    if (next.kind === 'pay') {
      const { amount: amountMinor, pan, pin } = next
      this.remember(() =>
        terminal[next.what]({ amount: amountMinor, pan, ...(pin === undefined ? {} : { pin }) }),
      )
    } else if (next.kind === 'reverseAhead') terminal.reverseStan(terminal.stan + next.ahead)
    else if (next.kind === 'settle') this.settle(next.isEnded)
    else if (next.kind === 'signIn') terminal.signIn()
    else if (earlier === undefined) return
    else if (next.kind === 'reverse')
      terminal.reverse(next.target % 2 === 0 ? earlier.reply : this.newest().reply)
    else if (next.kind === 'replay') host.process(earlier.inbound)
    else {
      const wish = next.amount === undefined ? {} : { amount: next.amount }
      this.remember(() => terminal[next.what](earlier.reply, wish))
    }
  }

  settle(isEnded: boolean): void {
    const { terminal } = this
    terminal.send('0500', { 48: '0'.repeat(62), 60: terminal.field60('00', '201') }, { mac: false })
    if (!isEnded) return
    terminal.send('0320', { 48: '0000', 60: terminal.field60('00', '202') }, { mac: false })
    terminal.batch = this.host.terminal().batchNumber
  }

  /** Of a request whose reply is lost the terminal still knows what it asked. */
  remember(act: () => Reply): void {
    const sent: Inbound[] = []
    const { host } = this
    const process = host.process.bind(host)
    host.process = (...batch) => {
      sent.push(...batch)
      return process(...batch)
    }
    const reply = act()
    host.process = process
    const [inbound] = sent
    if (inbound === undefined) return
    const asked = CODEC.decode(inbound.bytes, inbound.start, inbound.end)
    if (!asked.ok) throw new Error('a request that does not decode')
    const fields =
      reply.mti === '' ? { ...asked.value.fields, 2: asked.value.fields[2] ?? PAN } : reply.fields
    this.sent.push({ reply: { ...reply, fields }, inbound })
  }

  /** Mostly something that the step can refer to in earnest. */
  fitting(what: keyof typeof ORIGINALS, index: number) {
    const fit = this.sent.filter(({ reply }) =>
      (ORIGINALS[what] as readonly string[]).includes(reply.outcome.summary.operation),
    )
    return index % 5 === 0 || fit.length === 0 ? this.earlier(index) : fit[index % fit.length]
  }

  newest() {
    const last = this.sent.at(-1)
    if (last === undefined) throw new Error('nothing was sent')
    return last
  }

  earlier(index: number) {
    return this.sent.length === 0 ? undefined : this.sent[index % this.sent.length]
  }
}
