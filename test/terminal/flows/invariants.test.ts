import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Message } from '../../../src/iso8583/message.ts'
import { batchTotals } from '../../../src/terminal/flows/batch-totals.ts'
import type { PrintOutcome } from '../../../src/terminal/flows/print-document.ts'
import type { TerminalCommand } from '../../../src/terminal/flows/terminal-command.ts'
import type { BatchTotals, ReceiptContent } from '../../../src/terminal/flows/terminal-model.ts'
import {
  applyRecord,
  foldRecords,
  initialState,
  type TerminalState,
} from '../../../src/terminal/flows/terminal-state.ts'
import type { Behaviour } from './fake-host.ts'
import { type FakeWorld, openWorld, PAN, PowerCut, STRIPE, visibleText } from './fake-world.ts'
import { text } from './text-codec.ts'

type Deed =
  | 'sale'
  | 'void'
  | 'refund'
  | 'balance'
  | 'preAuthorisation'
  | 'completion'
  | 'cancel'
  | 'advice'
  | 'settle'
  | 'signIn'

interface Script {
  readonly deeds: readonly Deed[]
  readonly behaviours: readonly Behaviour[]
  readonly prints: readonly PrintOutcome[]
  /** Which deed loses its power, at which effect, and on which side of it. */
  readonly cut:
    | {
        readonly deed: number
        readonly at: number
        readonly after: boolean
        /** It goes once more while the terminal starts. */
        readonly again: number | undefined
      }
    | undefined
  readonly flag: '1' | '2'
}

const deed = fc.constantFrom<Deed>(
  'sale',
  'sale',
  'void',
  'refund',
  'balance',
  'preAuthorisation',
  'completion',
  'cancel',
  'advice',
  'settle',
  'signIn',
)
const behaviour: fc.Arbitrary<Behaviour> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Behaviour>({ kind: 'answer' }) },
  {
    weight: 5,
    arbitrary: fc.constantFrom<Behaviour>(
      { kind: 'silent' },
      { kind: 'dropped' },
      { kind: 'lost' },
      { kind: 'notSent' },
      { kind: 'wrongMac' },
      { kind: 'strangersFirst' },
      { kind: 'answer', code: '51' },
      { kind: 'answer', code: 'A0' },
      { kind: 'answer', code: '77' },
      { kind: 'answer', code: '96' },
    ),
  },
)
const printOutcome = fc.constantFrom<PrintOutcome>(
  { kind: 'printed', paperNearEnd: false },
  { kind: 'printed', paperNearEnd: true },
  { kind: 'notPrinted', cause: 'paperEnd', linesPrinted: 5 },
  { kind: 'notPrinted', cause: 'missing', linesPrinted: 0 },
)
const script: fc.Arbitrary<Script> = fc.record(
  {
    deeds: fc.array(deed, { minLength: 1, maxLength: 5 }),
    behaviours: fc.array(behaviour, { maxLength: 8 }),
    prints: fc.array(printOutcome, { maxLength: 4 }),
    cut: fc.option(
      fc.record({
        deed: fc.nat({ max: 4 }),
        at: fc.nat({ max: 45 }),
        after: fc.boolean(),
        again: fc.option(fc.nat({ max: 12 }), { nil: undefined }),
      }),
      { nil: undefined },
    ),
    flag: fc.constantFrom('1' as const, '2' as const),
  },
  { noNullPrototype: true },
)

const REFERENCE = { batch: '000011', stan: '000900', date: '1122' }

function commandOf(world: FakeWorld, wanted: Deed): TerminalCommand {
  const last = (type: string): string =>
    world.state.transactions.findLast((each) => each.request.type === type)?.request.stan ?? '999'
  const subject = { batch: world.state.batch, stan: last('preAuthorisation'), date: '1123' }
  const keyed = { entry: 'keyed', authorisationCode: '123456' } as const
  switch (wanted) {
    case 'sale':
      return { kind: 'sale', amountMinor: 1000 + world.records.length }
    case 'void':
      return { kind: 'void', stan: last('sale') }
    case 'refund':
      return {
        kind: 'refund',
        amountMinor: 700,
        originalReferenceNumber: '112300000002',
        original: REFERENCE,
      }
    case 'preAuthorisation':
      return { kind: 'preAuthorisation', amountMinor: 5000 }
    case 'cancel':
      return { kind: 'preAuthorisationCancel', original: subject, ...keyed }
    case 'completion':
      return { kind: 'completion', original: { ...REFERENCE }, amountMinor: 4000, ...keyed }
    case 'advice':
      return { kind: 'completionAdvice', original: { ...REFERENCE }, amountMinor: 3000, ...keyed }
    default:
      return { kind: wanted }
  }
}

function play({ deeds, behaviours, prints, cut, flag }: Script): FakeWorld {
  const world = openWorld()
  world.host.flag = flag
  world.answers = {
    enterPan: { kind: 'entered', text: PAN },
    enterExpiry: { kind: 'entered', text: '1030' },
  }
  world.behaviours = [...behaviours]
  world.prints = [...prints]
  deeds.forEach((wanted, index) => {
    world.cards = [STRIPE]
    world.cut = cut?.deed === index ? cut : undefined
    const survived = survives(() => world.run(commandOf(world, wanted)))
    const again = cut?.again === undefined ? undefined : { at: cut.again, after: cut.after }
    if (!survived && !survives(() => world.restart(again))) world.restart()
  })
  return world
}

function survives(work: () => unknown): boolean {
  try {
    work()
    return true
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error
    return false
  }
}

/** All is well from here on: what is owed is delivered, and the day ends. */
function calmDown(world: FakeWorld): void {
  world.behaviours = []
  world.prints = []
  world.cut = undefined
  world.restart()
  world.run({ kind: 'sendPending' })
}

const holds = (check: (world: FakeWorld) => void, numRuns = 150): void => {
  fc.assert(
    fc.property(script, (each) => check(play(each))),
    { numRuns },
  )
}

/** The state before each happening. */
function replay(world: FakeWorld, visit: (state: TerminalState, index: number) => void): void {
  const opened = world.records.length - world.story.filter((each) => each.kind === 'durable').length
  let state = foldRecords(world.records.slice(0, opened))
  world.story.forEach((each, index) => {
    visit(state, index)
    if (each.kind === 'durable') state = applyRecord(state, each.record)
  })
}

const stanOf = (message: Message): string => text(message, 11) ?? ''

function isRecorded(state: TerminalState, message: Message): boolean {
  const stan = stanOf(message)
  if (stan === '' || message.mti === '0400') return true
  const uploaded = message.mti === '0320' && state.transactions.some((each) => each.request.stan === stan)
  if (uploaded) return true
  if (!FINANCIAL.includes(message.mti)) return state.nextStan === Number(stan) + 1
  return state.inFlight?.stan === stan || state.notices.some((each) => each.request.stan === stan)
}

function isReversible({ mti, fields }: Message): boolean {
  return mti === '0400' || mti === '0100' || (mti === '0200' && fields[3] !== '310000')
}

const FINANCIAL = ['0100', '0200', '0220']

describe('terminal flows: invariants under any answers and a power cut anywhere', () => {
  it('S1: a request leaves only after its record, and its duty to be reversed, is durable', () => {
    holds((world) => {
      replay(world, (state, index) => {
        const happening = world.story[index]
        if (happening?.kind !== 'sent') return
        const { message } = happening
        expect(isRecorded(state, message)).toBe(true)
        if (isReversible(message)) expect(state.reversal?.request.stan).toBe(stanOf(message))
      })
    })
  })

  it('S2: an outcome is shown, printed or answered only after its record is durable', () => {
    holds((world) => {
      replay(world, (state, index) => {
        const happening = world.story[index]
        if (happening?.kind === 'shown' && happening.screen.id === 'approved') {
          const stan = happening.screen.values?.['stan']
          expect(state.transactions.map((each) => each.request.stan)).toContain(stan)
        }
        if (happening?.kind === 'printed') {
          const lines = JSON.stringify(happening.document.lines)
          expect(state.owedReceipts.some(({ content }) => lines.includes(numberOf(content)))).toBe(true)
        }
      })
    })
  })

  it('S2: "reversed" is answered only when the journal holds the reversal as owed or closed', () => {
    holds((world) => {
      replay(world, (state, index) => {
        const happening = world.story[index]
        if (happening?.kind !== 'answered' || happening.outcome.kind !== 'reversed') return
        expect(state.inFlight).toBeUndefined()
        expect(state.reversal !== undefined).toBe(happening.outcome.reversal === 'due')
      })
    })
  })

  it('S3: each request has exactly one outcome, and one without an answer owes its reversal', () => {
    holds((world) => {
      world.restart()
      const requested = world.records.filter((each) => each.kind === 'requested')
      for (const { request } of requested) expect(outcomesOf(world, request.stan)).toBe(1)
      expect(world.state.inFlight).toBeUndefined()
      const due = world.state.transactions.filter((each) => each.status === 'reversalDue')
      const owed = world.state.reversal === undefined ? [] : [world.state.reversal.request.stan]
      expect(due.map((each) => each.request.stan)).toEqual(owed)
    })
  })

  it('S4: a reversal that is owed is closed before the next financial request leaves', () => {
    holds((world) => {
      replay(world, (state, index) => {
        const happening = world.story[index]
        if (happening?.kind !== 'sent' || !FINANCIAL.includes(happening.message.mti)) return
        const owed = state.reversal?.request.stan
        if (owed !== undefined) expect(owed).toBe(stanOf(happening.message))
      })
    })
  })

  it('S5: a slip stays owed until it was printed or dropped, through power cuts', () => {
    holds((world) => {
      const owed = world.records.flatMap((each) =>
        each.kind === 'answered' ? each.copies.map((copy) => `${each.stan} ${copy}`) : [],
      )
      const printed = world.records.flatMap((each) =>
        each.kind === 'receiptPrinted' && !/settlement|reversal/.test(each.id)
          ? [`${each.id.slice(7, 13)} ${each.copy}`]
          : [],
      )
      const open = world.state.owedReceipts.flatMap((each) =>
        each.content.kind === 'transaction'
          ? each.copies.map((copy) => `${each.id.slice(7, 13)} ${copy}`)
          : [],
      )
      expect([...printed, ...open].sort()).toEqual(owed.sort())
    })
  })

  it('S6: nothing is voided twice', () => {
    holds((world) => {
      const approved = new Set(
        world.records.flatMap((each) => (each.kind === 'answered' && each.approved ? [each.stan] : [])),
      )
      const voided = world.records.flatMap((each) =>
        each.kind === 'requested' && each.request.type === 'saleVoid' && approved.has(each.request.stan)
          ? [each.request.original?.stan]
          : [],
      )
      expect(new Set(voided).size).toBe(voided.length)
    })
  })

  it('S7: the totals are the sums of the transactions, and the host has the same books', () => {
    holds((world) => {
      calmDown(world)
      if (isContested(world)) return
      const settled = world.records.flatMap((each) =>
        each.kind === 'batchClosed' ? [each.summary.totals] : [],
      )
      const open = batchTotals(world.state.transactions)
      const net = [...settled, open].reduce((sum, each) => sum + netOf(each), 0)
      expect(net).toBe(world.host.balanceMinor())
    }, 300)
  })

  it('S8: settlement resumes at its phase and does no phase twice', () => {
    holds((world) => {
      calmDown(world)
      const closedBefore = world.records.filter((each) => each.kind === 'batchClosed').length
      expect(world.run({ kind: 'settle' })).toMatchObject({ kind: 'settled' })
      const started = world.records.filter((each) => each.kind === 'settlementStarted').length
      for (const kind of ['settlementAnswered', 'uploadFinished', 'batchEnded', 'batchClosed'] as const) {
        expect(world.records.filter((each) => each.kind === kind)).toHaveLength(started)
      }
      expect(started).toBe(closedBefore + 1)
      replay(world, (state, index) => {
        const happening = world.story[index]
        if (happening?.kind !== 'sent' || happening.message.mti !== '0500') return
        expect(state.settlement?.phase).toBe('totals')
      })
    })
  })

  it('S9: no trace number is used twice in a batch, but to say the same thing again', () => {
    holds((world) => {
      const seen = new Map<string, string>()
      for (const message of world.sent()) {
        const stan = stanOf(message)
        const repeats =
          message.mti === '0400' ||
          (message.mti === '0320' && !/201$|202$|207$/.test(text(message, 60) ?? ''))
        if (stan === '' || repeats) continue
        const key = `${text(message, 60)?.slice(2, 8)}-${stan}`
        const earlier = seen.get(key)
        if (earlier !== undefined) expect([earlier, message.mti]).toEqual(['0220', '0220'])
        seen.set(key, message.mti)
      }
    })
  })

  it('S10: no clear card number, track or PIN block in any record, screen, question or slip', () => {
    holds((world) => {
      const visible = visibleText(world)
      expect(visible).not.toContain(PAN)
      expect(visible).not.toContain('30101010000000000')
      expect(visible).not.toContain('912C48B98668BEB4')
    })
  })

  it('the state is the fold of the journal, whatever was stored', () => {
    holds((world) => {
      expect(world.records.reduce(applyRecord, initialState)).toEqual(world.state)
      expect(JSON.parse(JSON.stringify(world.state))).toEqual(world.state)
    })
  })
})

function netOf({ domestic, foreign }: BatchTotals): number {
  const net = (each: BatchTotals['domestic']): number => each.debitAmountMinor - each.creditAmountMinor
  return net(domestic) + net(foreign)
}

function numberOf(content: ReceiptContent): string {
  if (content.kind === 'settlement') return content.summary.batch
  return content.kind === 'transaction' ? content.transaction.request.stan : content.request.stan
}

/** Ends of the request with this number that ran last: a queued notice has one end more, its answer. */
function outcomesOf(world: FakeWorld, stan: string): number {
  const start = world.records.findLastIndex((each) => each.kind === 'requested' && each.request.stan === stan)
  const ends = world.records
    .slice(start)
    .filter((each) => 'stan' in each && each.stan === stan && ENDS.includes(each.kind))
  const queued =
    ends.some((each) => each.kind === 'abandoned') && ends.some((each) => each.kind === 'answered')
  return queued ? ends.length - 1 : ends.length
}

const ENDS = ['notSent', 'answered', 'abandoned']

/** The host contradicted itself: it refused a reversal, or what it had taken before. No books can agree then. */
function isContested(world: FakeWorld): boolean {
  return world.records.some((record) => {
    if (record.kind === 'reversalClosed') return record.result === 'refused' || record.result === 'exhausted'
    if (record.kind !== 'answered' || record.approved) return false
    return world.records.some((each) => each.kind === 'abandoned' && each.stan === record.stan)
  })
}
