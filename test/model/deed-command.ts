import type fc from 'fast-check'
import { expect } from 'vitest'
import type { TerminalCommand } from '../../src/terminal/flows/terminal-command.ts'
import { viewOfModel, viewOfReal } from './book-views.ts'
import { type DayBooks, keyOf, six, type TerminalEntry } from './day-books.ts'
import { predict, subjectsOf } from './day-model.ts'
import type { Deed } from './deeds.ts'
import { CALM_COUNTER, type Counter, type RealDay } from './real-day.ts'
import { outcomeText, paperTexts } from './real-reading.ts'

const LOCK_MS = 60_000
/** Around the end of a lock a second decides: wait until it is over for sure. */
const NEAR_MS = 20_000

/** The model's books and what of time they depend on. */
export interface DayState {
  readonly books: DayBooks
  readonly wrongAtMs: Map<string, number>
  /** Kinds of deeds that were done. */
  readonly done: Set<Deed['do']>
}

/** One deed, done by the model and by the real terminal; all that both know must agree afterwards. */
export class DeedCommand implements fc.Command<DayState, RealDay> {
  readonly #deed: Deed

  constructor(deed: Deed) {
    this.#deed = deed
  }

  /** Deeds that refer to something need that there is something. */
  check({ books }: Readonly<DayState>): boolean {
    const deed = this.#deed
    if (deed.do === 'hostUp') return !books.isHostUp
    if (deed.do === 'hostDown') return books.isHostUp
    if (deed.do === 'printerReady') return books.printer !== 'ready'
    if (deed.do === 'unplugPrinter' || deed.do === 'paperOut') return books.printer === 'ready'
    return subjectsOf(books, deed) !== undefined
  }

  run(state: DayState, real: RealDay): void {
    const { books, wrongAtMs } = state
    const deed = this.#deed
    const isLocked = settleLock(deed, state, real)
    const subjects = subjectsOf(books, deed)
    const card = cardOf(deed, subjects?.original)
    const command = orderOf(deed, subjects)
    const papersBefore = real.paper.length
    const predicted = predict(books, deed, isLocked)
    const outcome = perform(real, deed, command, card)
    expect(real.faults, this.toString()).toEqual([])
    expect({ outcome, paper: paperTexts(real.paper.slice(papersBefore)) }, this.toString()).toEqual(predicted)
    expect(viewOfReal(real), this.toString()).toEqual(viewOfModel(books))
    learn(books, real)
    state.done.add(deed.do)
    if (outcome === 'refused wrongPassword') {
      wrongAtMs.set(deed.do === 'logOn' ? deed.operator : '00', real.clock.nowMs())
    }
  }

  toString(): string {
    return JSON.stringify(this.#deed)
  }
}

/** Whether the operator of `deed` is locked now; time is let pass where that is not sure. */
function settleLock(deed: Deed, { books, wrongAtMs }: DayState, real: RealDay): boolean {
  const operator = deed.do === 'logOn' ? deed.operator : '00'
  const isLockable = operator !== '77' && books.terminal.wrongTries[operator] >= 5
  const since = real.clock.nowMs() - (wrongAtMs.get(operator) ?? -1e9)
  if (!isLockable || since > LOCK_MS + NEAR_MS) return false
  // What comes before the question may take its time: only a log-on asks at once.
  if (deed.do === 'logOn' && since < LOCK_MS - NEAR_MS) return true
  real.wait(LOCK_MS + NEAR_MS)
  return false
}

function perform(
  real: RealDay,
  deed: Deed,
  command: TerminalCommand | undefined,
  card: Counter['card'],
): string {
  const counter: Counter = {
    ...CALM_COUNTER,
    ...('hands' in deed ? { hands: deed.hands } : {}),
    card,
    ...(deed.do === 'logOn' ? { password: deed.password } : {}),
    ...(deed.do === 'badSale' ? { typed: BAD_VALUES[deed.fault] } : {}),
  }
  if (command !== undefined) return outcomeText(real.run(command, counter))
  switch (deed.do) {
    case 'hostDown':
    case 'hostUp':
      real.setHostUp(deed.do === 'hostUp')
      return 'seen'
    case 'unplugPrinter':
      real.setPrinter('unplugged')
      return 'seen'
    case 'paperOut':
      real.setPrinter('noPaper')
      return 'seen'
    case 'printerReady':
      real.setPrinter('ready')
      return 'seen'
    case 'powerCycle':
      real.powerCycle(deed.devicesToo, counter)
      return 'power cut'
    default:
      throw new Error(`nobody does ${deed.do}`)
  }
}

const BAD_VALUES = {
  amount: {},
  number: { number: '6210948000000012' },
  expiry: { expiry: '1399' },
} as const

function cardOf(deed: Deed, original: TerminalEntry | undefined): Counter['card'] {
  if ('card' in deed) return deed.card
  return deed.do === 'badSale' ? 'stripe' : original?.card
}

/** The command of a deed; undefined for what is not the operator's to say. */
function orderOf(deed: Deed, subjects: ReturnType<typeof subjectsOf>): TerminalCommand | undefined {
  const original = subjects?.original
  const amountMinor = subjects?.amount ?? 0
  switch (deed.do) {
    case 'signIn':
    case 'signOff':
    case 'logOff':
    case 'echo':
    case 'sendPending':
    case 'printOwed':
    case 'settle':
    case 'balance':
    case 'report':
      return { kind: deed.do }
    case 'devices':
      return { kind: 'deviceReport' }
    case 'logOn':
      return { kind: 'logOn', operator: deed.operator }
    case 'sale':
    case 'preAuthorisation':
      return { kind: deed.do, amountMinor: deed.amount, entry: deed.keyed ? 'keyed' : 'card' }
    case 'badSale':
      return { kind: 'sale', amountMinor: deed.fault === 'amount' ? 0 : 100, entry: 'keyed' }
    case 'reprintLast':
      return { kind: 'reprint' }
    case 'reprintSettlement':
      return { kind: 'reprint', settlement: true }
    case 'reprint':
      return { kind: 'reprint', stan: six(original?.stan ?? 0) }
    case 'voidUnknown':
      return { kind: 'void', stan: '987654' }
    case 'void':
      return { kind: 'void', stan: six(original?.stan ?? 0) }
    case 'refund':
      return {
        kind: 'refund',
        amountMinor,
        originalReferenceNumber: original?.tokens?.referenceNumber ?? '',
        ...reference(original),
      }
    case 'completion':
    case 'completionAdvice':
      return { kind: deed.do, amountMinor, ...authorisation(original), ...reference(original) }
    case 'cancelHold':
      return {
        kind: 'preAuthorisationCancel',
        amountMinor,
        ...authorisation(original),
        ...reference(original),
      }
    default:
      return undefined
  }
}

function reference(original: TerminalEntry | undefined) {
  if (original === undefined) return {}
  const { batch, stan, tokens } = original
  return { original: { batch: six(batch), stan: six(stan), date: tokens?.date ?? '0000' } }
}

function authorisation(original: TerminalEntry | undefined) {
  return { authorisationCode: original?.tokens?.authorisationCode ?? '' }
}

/** What only the host gives is learnt from the terminal's books, once it is there. */
function learn({ terminal }: DayBooks, real: RealDay): void {
  const fresh = terminal.entries.filter(({ tokens, status }) => tokens === undefined && status === 'approved')
  if (fresh.length === 0) return
  const replies = new Map(
    real.terminal.state.transactions.map(({ request, reply }) => [
      keyOf(Number(request.batch), Number(request.stan)),
      reply,
    ]),
  )
  for (const entry of fresh) {
    const reply = replies.get(keyOf(entry.batch, entry.stan))
    const { referenceNumber, authorisationCode, date } = reply ?? {}
    if (referenceNumber === undefined || authorisationCode === undefined) continue
    entry.tokens = { referenceNumber, authorisationCode, date: date ?? '0000' }
  }
}
