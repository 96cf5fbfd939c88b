import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ChipSession } from '../../../src/terminal/flows/chip-session.ts'
import { offlineRisk } from '../../../src/terminal/flows/offline-sale.ts'
import type { TerminalProfile } from '../../../src/terminal/flows/terminal-profile.ts'
import { runTransaction } from '../../../src/terminal/flows/transaction-flow.ts'
import type { Behaviour } from './fake-host.ts'
import { type FakeWorld, openWorld, PAN, PowerCut, STRIPE, visibleText } from './fake-world.ts'
import { text } from './text-codec.ts'

const AWAY: Behaviour = { kind: 'notSent' }
const STRIPES: Partial<TerminalProfile> = { offlineSales: true, offlineEntries: ['stripe'] }

function open(profile: Partial<TerminalProfile> = STRIPES): FakeWorld {
  return openWorld({ resendCount: 50, ...profile })
}

/** A sale by stripe. `away`: how often the host can't be reached. */
function sell(world: FakeWorld, amountMinor: number, away: number) {
  world.cards = [STRIPE]
  world.behaviours = Array(away).fill(AWAY)
  return world.run({ kind: 'sale', amountMinor })
}

describe('a sale while the host is away', () => {
  it('is refused where nobody agreed to it', () => {
    const world = open({})
    expect(sell(world, 1000, 9)).toEqual({ kind: 'failed', reason: 'noConnection' })
    expect(world.state.transactions).toEqual([])
  })

  it('is durable before its slip, says what is at risk, and goes to the host before the next sale', () => {
    const world = open()
    expect(sell(world, 1000, 9)).toEqual({ kind: 'queued', stan: '000002' })
    const told = world.story.findLast((each) => each.kind === 'shown' && each.screen.id === 'soldOffline')
    expect(told).toMatchObject({ screen: { values: { count: 1, atRisk: 'CNY 10.00' } } })
    const stored = world.story.findIndex(
      ({ kind, ...each }) => kind === 'durable' && JSON.stringify(each).includes('storedOffline'),
    )
    expect(world.story.findIndex(({ kind }) => kind === 'printed')).toBeGreaterThan(stored)
    expect(JSON.stringify(world.printed()[0])).toContain('OFFLINE, STILL TO BE SENT')
    expect(sell(world, 2000, 0)).toMatchObject({ kind: 'approved' })
    const [notice, sale] = world.sent().filter(({ mti }) => mti.startsWith('02'))
    expect(notice?.mti).toBe('0220')
    expect(notice?.fields).toMatchObject({
      2: PAN,
      3: '000000',
      4: '000000001000',
      11: '000002',
      22: '022',
      25: '00',
      61: '0'.repeat(29),
      63: 'CUP',
    })
    expect(text(notice, 60)?.slice(0, 2)).toBe('30')
    expect(notice?.fields[35] ?? notice?.fields[52]).toBeUndefined()
    expect(text(sale, 11)).toBe('000003')
    expect(world.host.balanceMinor()).toBe(3000)
    expect(offlineRisk(world.state)).toEqual({ count: 0, amountMinor: 0, since: undefined })
    expect(visibleText(world)).not.toContain(PAN)
  })

  it('needs the operator to take the risk', () => {
    const world = open()
    world.answers = { confirmOffline: { kind: 'cancelled' } }
    expect(sell(world, 1000, 9)).toEqual({ kind: 'failed', reason: 'noConnection' })
    expect(world.state).toMatchObject({ transactions: [], notices: [], nextStan: 2 })
  })

  it('never follows a request that may have arrived', () => {
    const world = open()
    world.cards = [STRIPE]
    world.behaviours = [{ kind: 'silent' }]
    expect(world.run({ kind: 'sale', amountMinor: 1000 })).toMatchObject({ kind: 'reversed' })
    expect(world.screens()).not.toContain('soldOffline')
    expect(world.host.balanceMinor()).toBe(0)
  })

  it.each([
    ['one amount', { offlineFloorMinor: 999 }, 0],
    ['the sum', { offlineTotalMinor: 1999 }, 1],
    ['the count', { offlineCountMax: 1 }, 1],
  ])('stays within the limit of %s', (_name, limits, before) => {
    const world = open({ ...STRIPES, ...limits })
    for (let sale = 0; sale < before; sale++) expect(sell(world, 1000, 9)).toMatchObject({ kind: 'queued' })
    expect(sell(world, 1000, 9)).toEqual({ kind: 'failed', reason: 'noConnection' })
    expect(world.screens()).toContain('offlineLimit')
    expect(world.state.transactions).toHaveLength(before)
  })

  it('stays within the hours that the oldest may wait', () => {
    const world = open()
    expect(sell(world, 1000, 9)).toMatchObject({ kind: 'queued' })
    world.localTime = { ...world.localTime, hour: 14 }
    expect(sell(world, 1000, 9)).toMatchObject({ kind: 'failed' })
  })

  it('is a loss with a slip of its own when the host refuses it, and leaves the totals', () => {
    const world = open()
    sell(world, 1000, 9)
    world.behaviours = [{ kind: 'answer', code: '41' }]
    expect(world.run({ kind: 'sendPending' })).toEqual({ kind: 'done' })
    expect(world.screens()).toContain('offlineRefused')
    expect(world.run({ kind: 'printOwed' })).toEqual({ kind: 'done' })
    expect(JSON.stringify(world.printed().at(-1))).toContain('REFUSED BY THE HOST: A LOSS')
    expect(world.run({ kind: 'settle' })).toMatchObject({
      kind: 'settled',
      summary: { totals: { domestic: { debitCount: 0 } } },
    })
  })

  it('is not given up when the host is not well', () => {
    const world = open()
    sell(world, 1000, 9)
    world.behaviours = [{ kind: 'answer', code: '96' }]
    world.run({ kind: 'sendPending' })
    expect(offlineRisk(world.state).count).toBe(1)
    world.run({ kind: 'sendPending' })
    expect(world.host.balanceMinor()).toBe(1000)
  })

  it('holds the settlement until it has arrived, however often that failed', () => {
    const world = open({ ...STRIPES, resendCount: 1 })
    sell(world, 1000, 9)
    world.behaviours = [{ kind: 'lost' }, { kind: 'lost' }]
    world.run({ kind: 'sendPending' })
    expect(world.run({ kind: 'settle' })).toMatchObject({ kind: 'refused', reason: 'noticesUndelivered' })
    expect(world.run({ kind: 'settle' })).toMatchObject({
      kind: 'settled',
      summary: { totals: { domestic: { debitAmountMinor: 1000, debitCount: 1 } } },
    })
    expect(world.host.balanceMinor()).toBe(1000)
  })
})

describe('what was sold offline', () => {
  const settling: Partial<TerminalProfile> = { ...STRIPES, offlineSending: 'settlement' }

  it('waits for the settlement where the profile says so, and holds no transaction up', () => {
    const world = open(settling)
    sell(world, 1000, 9)
    expect(sell(world, 2000, 0)).toMatchObject({ kind: 'approved' })
    expect(world.sent('0220')).toEqual([])
    expect(offlineRisk(world.state).count).toBe(1)
    expect(world.run({ kind: 'settle' })).toMatchObject({
      kind: 'settled',
      summary: { totals: { domestic: { debitAmountMinor: 3000, debitCount: 2 } } },
    })
    const order = world.sent().flatMap(({ mti }) => (/^0(220|500)$/.test(mti) ? [mti] : []))
    expect(order).toEqual(['0220', '0500'])
    expect(world.host.balanceMinor()).toBe(3000)
  })

  it('goes when somebody asks for it, and before the keys are given up', () => {
    for (const kind of ['sendPending', 'signOff'] as const) {
      const world = open(settling)
      sell(world, 1000, 1)
      expect(world.run({ kind })).toEqual({ kind: 'done' })
      expect(world.host.balanceMinor()).toBe(1000)
    }
  })

  it('waits alone: a refund without an answer goes before the next transaction as ever', () => {
    const world = open({ ...settling, supervisorRequired: false })
    sell(world, 1000, 9)
    world.cards = [STRIPE]
    world.behaviours = [{ kind: 'lost' }]
    const refund = { kind: 'refund', amountMinor: 500, originalReferenceNumber: '123456789012' } as const
    expect(
      world.run({ ...refund, original: { batch: '000001', stan: '000001', date: '1101' } }),
    ).toMatchObject({
      kind: 'queued',
    })
    expect(sell(world, 2000, 0)).toMatchObject({ kind: 'approved' })
    expect(world.state.notices.map(({ request }) => request.type)).toEqual(['offlineSale'])
  })
})

describe('a chip sale while the host is away', () => {
  function sellChip(
    accepted: boolean,
    pinBlock?: Uint8Array,
    profile: Partial<TerminalProfile> = { offlineSales: true },
  ) {
    const world = open(profile)
    world.behaviours = [AWAY]
    let completions = 0
    const details = {
      aid: 'A000000333010101',
      label: 'UnionPay Debit',
      terminalVerificationResults: '0000000800',
      transactionStatusInformation: 'E800',
      applicationTransactionCounter: '0007',
      cryptogram: '8877665544332211',
      cryptogramKind: 'TC',
    } as const
    const chip: ChipSession = {
      field55: '9F270180',
      reversalField55: '9500',
      details,
      verification: 'signature',
      ...(pinBlock === undefined ? {} : { pinBlock }),
      *complete(answer) {
        completions++
        expect(answer).toBeUndefined()
        yield { kind: 'display', screen: { id: 'completingChip' } }
        return { accepted, details, uploadField55: '9F270140', reversalField55: '9500' }
      },
    }
    const card = { entry: 'chip', pan: PAN, expiry: '3010', panSequence: '001' } as const
    const plan = { type: 'sale', amountMinor: 1000, card, chip, verification: 'signature' } as const
    return {
      world,
      outcome: world.perform(runTransaction(world.context, plan)),
      completions: () => completions,
    }
  }

  it('goes up with the certificate of the chip and 8A, and in the batch upload once more', () => {
    const { world, outcome } = sellChip(true)
    expect(outcome).toMatchObject({ kind: 'queued' })
    world.run({ kind: 'sendPending' })
    const [sale] = world.sent('0200')
    expect(text(sale, 60)?.slice(0, 2)).toBe('36')
    expect(Buffer.from((sale?.fields[55] ?? new Uint8Array()) as Uint8Array).toString('hex')).toBe(
      '9f2701408a025933',
    )
    expect(sale?.fields[23]).toBe('001')
    expect(world.run({ kind: 'settle' })).toMatchObject({ kind: 'settled', summary: { uploadedRecords: 1 } })
    expect(world.host.balanceMinor()).toBe(1000)
  })

  it('is not made when the chip refuses, or when only the host could check the PIN', () => {
    for (const { world, outcome, completions } of [
      sellChip(false),
      sellChip(true, new Uint8Array(8)),
      sellChip(true, undefined, STRIPES),
    ]) {
      expect(outcome).toEqual({ kind: 'failed', reason: 'noConnection' })
      expect(world.state).toMatchObject({ transactions: [], notices: [] })
      // The card is finished exactly once, whatever was decided.
      expect(completions()).toBe(1)
    }
  })
})

describe('outages and power cuts', () => {
  const behaviour = fc.oneof(
    { weight: 4, arbitrary: fc.constant<Behaviour>(AWAY) },
    { weight: 2, arbitrary: fc.constant<Behaviour>({ kind: 'answer' }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<Behaviour>({ kind: 'silent' }, { kind: 'lost' }, { kind: 'dropped' }),
    },
  )
  const step = fc.record({
    behaviours: fc.array(behaviour, { maxLength: 6 }),
    amountMinor: fc.integer({ min: 1, max: 5000 }),
    cut: fc.option(fc.record({ at: fc.integer({ min: 0, max: 70 }), after: fc.boolean() }), {
      nil: undefined,
    }),
  })

  it('each offline sale that was durable is in the host’s books exactly once, and nothing else is', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), (steps) => {
        const world = open({ ...STRIPES, offlineTotalMinor: 15_000, offlineCountMax: 4 })
        for (const { behaviours, amountMinor, cut } of steps) {
          world.cards = [STRIPE]
          world.behaviours = [...behaviours]
          world.cut = cut
          try {
            world.run({ kind: 'sale', amountMinor })
          } catch (error) {
            if (!(error instanceof PowerCut)) throw error
            world.restart()
          }
          world.cut = undefined
          const { count, amountMinor: atRisk } = offlineRisk(world.state)
          expect(count).toBeLessThanOrEqual(4)
          expect(atRisk).toBeLessThanOrEqual(15_000)
        }
        world.behaviours = []
        world.restart()
        world.run({ kind: 'sendPending' })
        const stored = world.records.flatMap((record) =>
          record.kind === 'storedOffline' ? [record.request] : [],
        )
        for (const { batch, stan, amountMinor } of stored)
          expect(world.host.postings.get(`${batch}-${stan}`)).toMatchObject({ amountMinor, state: 'posted' })
        const approved = world.state.transactions.filter(({ status }) => status === 'approved')
        expect(world.host.balanceMinor()).toBe(approved.reduce((sum, each) => sum + each.amountMinor, 0))
        expect(world.run({ kind: 'settle' })).toMatchObject({ kind: 'settled' })
      }),
      { numRuns: 300 },
    )
  })
})
