import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NO_ROWS } from '../../src/host/core/store-port.ts'
import type { AwaitCardAnswer } from '../../src/terminal/flows/peripheral-effect.ts'
import type { QuestionAnswer } from '../../src/terminal/flows/screen.ts'
import type { CommandOutcome } from '../../src/terminal/flows/terminal-command.ts'
import { activeProfile } from '../../src/terminal/flows/terminal-context.ts'
import type { TerminalProfile } from '../../src/terminal/flows/terminal-profile.ts'
import { balanceOf } from '../host/core/books.ts'
import { MID } from '../host/core/test-host.ts'
import type { Behaviour } from '../terminal/flows/fake-host.ts'
import { PowerCut } from '../terminal/flows/fake-world.ts'
import { text } from '../terminal/flows/text-codec.ts'
import { JointWorld } from './joint-world.ts'

const PAN = '6210948000000011'
const STRIPE: AwaitCardAnswer = {
  kind: 'stripe',
  track1: undefined,
  track2: `${PAN}=30121010000000000`,
  track3: undefined,
}
const chosen = (id: string): QuestionAnswer => ({ kind: 'chosen', id })
const SILENT: Behaviour = { kind: 'silent' }

let version = 1
/** What the host's people save; the terminal loads it. */
function setParameters(world: JointWorld, values: Readonly<Record<string, string>>, loads = true): void {
  version++
  const row = { scope: '', set: 'parameters', version, content: JSON.stringify({ values }) } as const
  world.store.commit({ ...NO_ROWS, catalogue: [{ ...row, atMs: 0, author: 'anna', note: '' }] })
  if (loads) expect(world.terminal.run({ kind: 'download', set: 'parameters' })).toEqual({ kind: 'done' })
}

function begin(
  profile: Partial<TerminalProfile> = {},
  values: Record<string, string> = { 18: '1', 19: '20' },
) {
  const world = new JointWorld({ pinTransactions: [], trackEncryption: false, tipAdjust: true, ...profile })
  setParameters(world, values)
  world.terminal.story = []
  return world
}

function sell(world: JointWorld, answer: QuestionAnswer, amountMinor = 10_000): CommandOutcome {
  world.terminal.cards = [STRIPE]
  world.terminal.answers = { ...world.terminal.answers, chooseTip: answer }
  return world.terminal.run({ kind: 'sale', amountMinor })
}

/** Oldest first. */
const rows = (world: JointWorld) => world.store.listTransactions({}).toReversed()
const balance = (world: JointWorld) => world.host.test.account(PAN).state.balanceMinor
const slips = ({ terminal }: JointWorld) => terminal.printed().map((each) => JSON.stringify(each))
const shown = ({ terminal }: JointWorld, id: string) =>
  terminal.story.filter((each) => each.kind === 'shown' && each.screen.id === id)
const asked = ({ terminal }: JointWorld) =>
  terminal.story.flatMap((each) => (each.kind === 'asked' ? [each.question] : []))

function settleInBalance(world: JointWorld): void {
  expect(world.terminal.run({ kind: 'settle' })).toMatchObject({
    kind: 'settled',
    summary: { domesticFlag: '1', foreignFlag: '1' },
  })
  expect(world.store.checkBooks()).toEqual([])
}

describe('a tip with the sale', () => {
  it('is asked for where parameter 18 says so, goes in field 48 and stands on the slip', () => {
    const world = begin()
    expect(activeProfile(world.terminal.context)).toMatchObject({ tips: true, tipPercentMax: 20 })
    const before = balance(world)
    expect(sell(world, chosen('15'))).toMatchObject({
      kind: 'approved',
      transaction: { amountMinor: 11_500, tipMinor: 1_500 },
    })
    expect(asked(world)[0]).toMatchObject({
      screen: { values: { amount: 'CNY 100.00' } },
      options: [
        { id: '5', screen: { values: { percent: 5, amount: 'CNY 5.00' } } },
        { id: '10' },
        { id: '15' },
        { id: 'other' },
        { id: 'none' },
      ],
    })
    const [sale] = world.terminal.sent('0200')
    expect(sale?.fields[4]).toBe('000000011500')
    expect(text(sale, 48)).toBe('000000001500')
    // A part of it would be another agreement.
    expect(text(sale, 60)).toHaveLength(13)
    expect(rows(world)).toMatchObject([{ approvedMinor: 11_500, tipMinor: 1_500, moneyMinor: -11_500 }])
    expect(balance(world)).toBe(before - 11_500)
    for (const slip of slips(world)) {
      expect(slip).toMatch(
        /AMOUNT","right":"CNY 100\.00.*TIP","right":"CNY 15\.00.*TOTAL","right":"CNY 115\.00"/,
      )
    }
    settleInBalance(world)
    expect(slips(world).at(-1)).toMatch(/SALE","right":"1 {2}115\.00".*OF WHICH TIPS","right":"15\.00"/)
  })

  it('above the limit is told so and asked for again; another amount and none are taken', () => {
    const world = begin()
    world.terminal.answers = { enterTip: { kind: 'entered', text: '20.01' } }
    expect(sell(world, chosen('other'))).toEqual({ kind: 'cancelled' })
    expect(shown(world, 'tipTooLarge')).toHaveLength(3)
    expect(shown(world, 'tipTooLarge')[0]).toMatchObject({
      screen: { values: { percent: 20, most: 'CNY 20.00' } },
    })
    world.terminal.answers = { enterTip: { kind: 'entered', text: '20.00' } }
    expect(sell(world, chosen('other'))).toMatchObject({
      transaction: { amountMinor: 12_000, tipMinor: 2_000 },
    })
    const none = sell(world, chosen('none'))
    expect(none).toMatchObject({ kind: 'approved', transaction: { amountMinor: 10_000 } })
    expect(none).not.toHaveProperty('transaction.tipMinor')
    expect(world.terminal.sent('0200').at(-1)?.fields[48]).toBeUndefined()
    expect(sell(world, { kind: 'cancelled' })).toEqual({ kind: 'cancelled' })
    settleInBalance(world)
  })

  it('comes with the command too, and is refused above the limit or where tips are off', () => {
    const world = begin()
    world.terminal.cards = [STRIPE]
    const sale = { kind: 'sale', amountMinor: 10_000 } as const
    expect(world.terminal.run({ ...sale, tipMinor: 2_001 })).toEqual({
      kind: 'refused',
      reason: 'tipTooLarge',
    })
    expect(world.terminal.run({ ...sale, tipMinor: 2_000 })).toMatchObject({
      transaction: { amountMinor: 12_000 },
    })
    const none = { ...sale, tipMinor: 0 } as const
    world.terminal.cards = [STRIPE, STRIPE]
    expect(world.terminal.run(none)).toMatchObject({ kind: 'approved', transaction: { amountMinor: 10_000 } })
    setParameters(world, { 18: '0' })
    expect(world.terminal.run(none)).toMatchObject({ kind: 'approved' })
    expect(world.terminal.run({ ...sale, tipMinor: 1 })).toMatchObject({
      kind: 'refused',
      reason: 'notEnabled',
    })
    expect(asked(world)).toEqual([])
    expect(world.terminal.run({ kind: 'tipAdjustment', stan: '000002' })).toMatchObject({
      reason: 'notEnabled',
    })
  })

  it('is held against the host’s own limit, whatever the terminal believes', () => {
    const world = begin()
    setParameters(world, { 18: '1', 19: '10' })
    world.terminal.profile = { ...world.terminal.profile, tips: true }
    // The terminal keeps the 10 that it loaded; its maker's 99 comes back without them.
    world.terminal.state = { ...world.terminal.state, downloads: undefined } as never
    expect(sell(world, chosen('15'))).toMatchObject({ kind: 'declined', responseCode: '61' })
    expect(sell(world, chosen('10'))).toMatchObject({ kind: 'approved' })
    expect(balanceOf(world.host.test, 'merchant', MID)).toBe(11_000)

    const off = new JointWorld({ pinTransactions: [], trackEncryption: false, tips: true })
    expect(sell(off, chosen('5'))).toMatchObject({ kind: 'declined', responseCode: '58' })
    expect(sell(off, chosen('none'))).toMatchObject({ kind: 'approved' })
  })

  it('may be left out of the message, for hosts that know no field 48 there', () => {
    const world = begin({ tipField: 'none' })
    expect(sell(world, chosen('10'))).toMatchObject({ transaction: { amountMinor: 11_000, tipMinor: 1_000 } })
    expect(world.terminal.sent('0200')[0]?.fields[48]).toBeUndefined()
    expect(rows(world)[0]).not.toHaveProperty('tipMinor')
    settleInBalance(world)
  })

  it('goes with a sale that was stored offline, and can be changed once that has arrived', () => {
    const world = begin({ offlineSales: true, offlineEntries: ['stripe'] })
    const before = balance(world)
    world.terminal.behaviours = [{ kind: 'notSent' }]
    expect(sell(world, chosen('10'))).toMatchObject({ kind: 'queued' })
    const stan = world.terminal.state.transactions[0]?.request.stan ?? ''
    const tip = { kind: 'tipAdjustment', stan, tipMinor: 500 } as const
    world.terminal.behaviours = [{ kind: 'notSent' }]
    expect(world.terminal.run(tip)).toMatchObject({ reason: 'notAdjustable', detail: 'noticeQueued' })
    expect(world.terminal.run({ kind: 'sendPending' })).toEqual({ kind: 'done' })
    expect(text(world.terminal.sent('0220')[0], 48)).toBe('000000001000')
    expect(rows(world)).toMatchObject([{ kind: 'offlineSale', approvedMinor: 11_000, tipMinor: 1_000 }])
    expect(world.terminal.run(tip)).toMatchObject({ kind: 'approved' })
    expect(balance(world)).toBe(before - 10_500)
    settleInBalance(world)
  })

  it('goes with its sale: void gives back both, a lost answer reverses both', () => {
    const world = begin({ supervisorRequired: false })
    const before = balance(world)
    sell(world, chosen('10'))
    expect(world.terminal.run({ kind: 'void', stan: '000002' })).toMatchObject({ kind: 'approved' })
    expect(balance(world)).toBe(before)
    world.terminal.behaviours = [SILENT]
    expect(sell(world, chosen('10'))).toMatchObject({ kind: 'reversed' })
    expect(world.terminal.sent('0400')[0]?.fields[48]).toBeUndefined()
    expect(balance(world)).toBe(before)
    settleInBalance(world)
  })
})

describe('a tip after the sale', () => {
  it('has lines on the merchant’s slip, changes the sale at both ends, and settles as one', () => {
    const world = begin()
    const before = balance(world)
    sell(world, chosen('none'))
    expect(slips(world)[0]).toMatch(/TIP","right":"_+".*TOTAL","right":"_+"/)
    expect(slips(world)[1]).not.toContain('TIP')
    expect(world.terminal.run({ kind: 'tipAdjustment', stan: '2', tipMinor: 1_234 })).toMatchObject({
      kind: 'approved',
      transaction: { type: 'tipAdjustment', amountMinor: 11_234, tipMinor: 1_234 },
    })
    const [notice] = world.terminal.sent('0220')
    expect(notice?.fields).toMatchObject({ 2: PAN, 3: '000000', 4: '000000011234', 25: '00' })
    expect(text(notice, 48)).toBe('000000001234')
    expect(text(notice, 60)?.slice(0, 2)).toBe('34')
    expect(text(notice, 61)).toMatch(/^\d{6}000002\d{4}0{13}$/)
    expect(text(notice, 38)).toHaveLength(6)
    const [sale, tip] = rows(world)
    expect(sale).toMatchObject({ kind: 'sale', approvedMinor: 11_234, moneyMinor: -11_234, tipMinor: 1_234 })
    expect(tip).toMatchObject({ kind: 'tipAdjustment', moneyMinor: 0, originalId: sale?.id, tipMinor: 1_234 })
    expect(world.store.ledgerEntries(sale?.id ?? 0)).toHaveLength(4)
    expect(balance(world)).toBe(before - 11_234)
    expect(world.host.test.account(PAN).state).toMatchObject({ spentTodayMinor: 11_234, countToday: 1 })
    expect(slips(world).at(-1)).toMatch(/TIP ADJUSTMENT.*CNY 100\.00.*CNY 12\.34.*CNY 112\.34/)
    settleInBalance(world)
  })

  it('may be put right, and taken away again', () => {
    const world = begin()
    const before = balance(world)
    sell(world, chosen('10'))
    for (const tipMinor of [500, 2_000, 0]) {
      expect(world.terminal.run({ kind: 'tipAdjustment', stan: '2', tipMinor })).toMatchObject({
        kind: 'approved',
      })
      expect(balance(world)).toBe(before - 10_000 - tipMinor)
    }
    expect(world.store.checkBooks()).toEqual([])
    settleInBalance(world)
  })

  it('is voided with its sale, and can be refunded with it', () => {
    const world = begin({ supervisorRequired: false })
    const before = balance(world)
    sell(world, chosen('none'))
    sell(world, chosen('none'))
    for (const stan of ['2', '3']) world.terminal.run({ kind: 'tipAdjustment', stan, tipMinor: 1_000 })
    expect(world.terminal.run({ kind: 'void', stan: '2' })).toMatchObject({ kind: 'approved' })
    expect(balance(world)).toBe(before - 11_000)
    const [, kept] = world.terminal.state.transactions
    world.terminal.cards = [STRIPE]
    const refund = {
      kind: 'refund',
      amountMinor: 11_000,
      originalReferenceNumber: kept?.reply?.referenceNumber ?? '',
    } as const
    expect(world.terminal.run(refund)).toMatchObject({ kind: 'approved' })
    expect(balance(world)).toBe(before)
    settleInBalance(world)
  })

  it('is refused above the limit, for what is no sale of the batch, and twice the same', () => {
    const world = begin({ supervisorRequired: false })
    sell(world, chosen('none'))
    const tip = { kind: 'tipAdjustment', stan: '2' } as const
    expect(world.terminal.run({ ...tip, tipMinor: 2_001 })).toMatchObject({ reason: 'tipTooLarge' })
    expect(world.terminal.run({ ...tip, tipMinor: 0 })).toMatchObject({ reason: 'badValue' })
    expect(world.terminal.run({ ...tip, stan: '9', tipMinor: 1 })).toMatchObject({
      reason: 'transactionNotFound',
    })
    world.terminal.answers = { enterTip: { kind: 'entered', text: '10.00' } }
    expect(world.terminal.run(tip)).toMatchObject({ kind: 'approved' })
    world.terminal.run({ kind: 'void', stan: '2' })
    expect(world.terminal.run({ ...tip, tipMinor: 5 })).toMatchObject({
      reason: 'notAdjustable',
      detail: 'voided',
    })
    expect(world.terminal.sent('0220')).toHaveLength(1)
  })

  it('is refused by the host above its own limit, and after its batch; nothing moves', () => {
    const world = begin()
    sell(world, chosen('none'))
    setParameters(world, { 18: '1', 19: '05' })
    world.terminal.profile = { ...world.terminal.profile, tips: true }
    world.terminal.state = { ...world.terminal.state, downloads: undefined } as never
    const before = balance(world)
    expect(world.terminal.run({ kind: 'tipAdjustment', stan: '2', tipMinor: 501 })).toMatchObject({
      kind: 'declined',
      responseCode: '61',
    })
    expect(world.terminal.state.transactions).toMatchObject([{ amountMinor: 10_000 }])
    expect(balance(world)).toBe(before)
    settleInBalance(world)
  })

  it('without an answer is told again, once; void and settlement wait for it', () => {
    const world = begin({ resendCount: 1, supervisorRequired: false })
    sell(world, chosen('none'))
    const before = balance(world)
    world.terminal.behaviours = [SILENT]
    const tip = { kind: 'tipAdjustment', stan: '2', tipMinor: 1_500 } as const
    expect(world.terminal.run(tip)).toMatchObject({ kind: 'queued' })
    expect(balance(world)).toBe(before - 1_500)
    expect(world.terminal.state.transactions[0]?.amountMinor).toBe(10_000)
    world.terminal.behaviours = [{ kind: 'lost' }]
    expect(world.terminal.run({ kind: 'void', stan: '2' })).toMatchObject({ reason: 'noticesUndelivered' })
    world.terminal.behaviours = [{ kind: 'lost' }]
    expect(world.terminal.run({ kind: 'settle' })).toMatchObject({ reason: 'noticesUndelivered' })
    settleInBalance(world)
    expect(balance(world)).toBe(before - 1_500)
  })

  it('says the tip alone in field 4 where the acquirer wants it so', () => {
    const world = begin({ tipAdjustAmount: 'tip' })
    sell(world, chosen('none'))
    world.terminal.behaviours = [SILENT]
    world.terminal.run({ kind: 'tipAdjustment', stan: '2', tipMinor: 700 })
    expect(world.terminal.run({ kind: 'sendPending' })).toEqual({ kind: 'done' })
    expect(world.terminal.sent('0220').at(-1)?.fields[4]).toBe('000000000700')
    expect(world.terminal.state.transactions[0]).toMatchObject({ amountMinor: 10_700, tipMinor: 700 })
    settleInBalance(world)
  })
})

describe('days with tips', () => {
  const behaviour = fc.constantFrom<Behaviour>(
    { kind: 'answer' },
    SILENT,
    { kind: 'lost' },
    { kind: 'notSent' },
  )
  const deed = fc.record({
    kind: fc.constantFrom('sale', 'tip', 'void'),
    index: fc.nat(4),
    tipMinor: fc.integer({ min: 0, max: 2_200 }),
    behaviours: fc.array(behaviour, { maxLength: 3 }),
    cut: fc.option(fc.record({ at: fc.integer({ min: 0, max: 40 }), after: fc.boolean() }), {
      nil: undefined,
    }),
  })

  it('end with the same books at both ends, under outages and power cuts', () => {
    fc.assert(
      fc.property(fc.array(deed, { minLength: 1, maxLength: 9 }), (deeds) => {
        const world = begin({ supervisorRequired: false, resendCount: 9, unprovedAnswers: 'unclear' })
        const { terminal } = world
        for (const { kind, index, tipMinor, behaviours, cut } of deeds) {
          const stan = terminal.state.transactions[index]?.request.stan ?? '000002'
          terminal.cards = [STRIPE]
          terminal.behaviours = [...behaviours]
          terminal.answers = { chooseTip: chosen('none') }
          terminal.cut = cut
          try {
            if (kind === 'sale')
              terminal.run({ kind, amountMinor: 10_000, ...(tipMinor <= 2_000 ? { tipMinor } : {}) })
            else if (kind === 'void') terminal.run({ kind, stan })
            else terminal.run({ kind: 'tipAdjustment', stan, tipMinor })
          } catch (error) {
            if (!(error instanceof PowerCut)) throw error
            terminal.restart()
          }
          terminal.cut = undefined
        }
        terminal.behaviours = []
        terminal.restart()
        settleInBalance(world)
        const totals = rows(world).filter(({ state, kind }) => state === 'approved' && kind === 'sale')
        const paid = totals.reduce((sum, { approvedMinor }) => sum + approvedMinor, 0)
        expect(balanceOf(world.host.test, 'merchant', MID)).toBe(paid)
      }),
      { numRuns: 150 },
    )
  })
})
