import { unreachable } from '../../src/base/invariant.ts'
import {
  type CardName,
  type ClosedBatch,
  type DayBooks,
  isChip,
  type Kind,
  keyOf,
  type OwedSlip,
  sideOf,
  six,
  type TerminalEntry,
  totalsOf,
  totalsText,
} from './day-books.ts'
import { CALM_HANDS } from './day-hands.ts'
import type { Deed } from './deeds.ts'
import { hostTotals, pinIsAsked } from './host-model.ts'
import { ATTEMPTS, PowerCut, TerminalDuties } from './terminal-duties.ts'

/** Transactions of a batch after which it must be settled. */
export const BATCH_LIMIT = 9
const PASSWORD_TRIES = 5
const STRIPES_A_MESSAGE = 8

/** What a deed refers to; undefined when there is nothing of the kind. */
export interface Subjects {
  readonly original: TerminalEntry | undefined
  readonly amount: number
}

/** The earlier transaction that a deed means, and its amount. */
export function subjectsOf(books: DayBooks, deed: Deed): Subjects | undefined {
  switch (deed.do) {
    case 'void':
      return pickFrom(books.terminal.entries, deed.pick)
    case 'reprint':
      return pickFrom(books.terminal.entries, deed.pick)
    case 'refund': {
      const paid = known(books, ['sale', 'completion', 'completionAdvice'])
      return withPart(pickFrom(paid, deed.pick), deed.part)
    }
    case 'completion':
    case 'completionAdvice':
      return withPart(pickFrom(known(books, ['preAuthorisation']), deed.pick), deed.part)
    case 'cancelHold':
      return pickFrom(known(books, ['preAuthorisation']), deed.pick)
    default:
      return { original: undefined, amount: 0 }
  }
}

function known({ history }: DayBooks, kinds: readonly Kind[]): readonly TerminalEntry[] {
  return [...history.values()].filter(({ kind, tokens }) => kinds.includes(kind) && tokens !== undefined)
}

/** Counted from the last: it is the one that people mean most. */
function pickFrom(entries: readonly TerminalEntry[], pick: number): Subjects | undefined {
  const original = entries[entries.length - 1 - (pick % Math.max(1, entries.length))]
  return original === undefined ? undefined : { original, amount: original.amount }
}

function withPart(
  subjects: Subjects | undefined,
  part: { readonly percent: number } | { readonly amount: number },
): Subjects | undefined {
  if (subjects === undefined) return undefined
  const amount = 'amount' in part ? part.amount : Math.floor((subjects.amount * part.percent) / 100)
  return { ...subjects, amount: Math.max(1, amount) }
}

/** What must come of a deed: the answer to the operator and the paper. The books change with it. */
export interface Prediction {
  readonly outcome: string
  readonly paper: readonly string[]
}

/** Says what must come of `deed`, and changes `books` accordingly. `isLocked`: of passwords that were wrong too often. */
export function predict(books: DayBooks, deed: Deed, isLocked: boolean): Prediction {
  const day = new DayModel(books, deed, isLocked)
  return { outcome: day.perform(deed), paper: day.paper }
}

class DayModel extends TerminalDuties {
  readonly #isLocked: boolean
  readonly #subjects: Subjects | undefined

  constructor(books: DayBooks, deed: Deed, isLocked: boolean) {
    super(books, 'hands' in deed ? deed.hands : CALM_HANDS)
    this.#isLocked = isLocked
    this.#subjects = subjectsOf(books, deed)
  }

  perform(deed: Deed): string {
    try {
      return this.#perform(deed)
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error
      this.books.terminal.nextStan++
      this.#start()
      return 'power cut'
    }
  }

  #perform(deed: Deed): string {
    const { books } = this
    const { terminal } = books
    switch (deed.do) {
      case 'hostDown':
        books.isHostUp = false
        return 'seen'
      case 'hostUp':
        books.isHostUp = true
        return 'seen'
      case 'unplugPrinter':
        books.printer = 'unplugged'
        return 'seen'
      case 'paperOut':
        books.printer = 'noPaper'
        return 'seen'
      case 'printerReady':
        books.printer = 'ready'
        return 'seen'
      case 'powerCycle':
        this.#start()
        return 'power cut'
      case 'logOn':
        return this.#logOn(deed.operator, deed.password)
      case 'logOff':
        terminal.loggedOn = undefined
        return 'done'
      case 'echo':
        return books.isHostUp ? 'echoed' : 'failed noConnection'
      case 'report':
      case 'devices':
      case 'printOwed':
      case 'reprintLast':
      case 'reprint':
      case 'reprintSettlement':
        return this.#paperDeed(deed.do)
      case 'sendPending':
        return this.settleDuties() ?? 'done'
      case 'signIn':
      case 'signOff':
      case 'settle':
        return terminal.loggedOn === undefined ? 'refused notLoggedOn' : this.#sessionDeed(deed.do)
      default:
        return this.#money(deed)
    }
  }

  #logOn(operator: '00' | '01' | '77', password: 'right' | 'wrong'): string {
    const outcome = operator === '77' ? 'refused wrongPassword' : this.#password(operator, password)
    if (outcome === undefined && operator !== '77') this.books.terminal.loggedOn = operator
    return outcome ?? 'done'
  }

  /** Undefined: it was right. */
  #password(operator: '00' | '01', password: 'right' | 'wrong'): string | undefined {
    const { wrongTries } = this.books.terminal
    if (this.#isLocked && wrongTries[operator] >= PASSWORD_TRIES) return 'refused passwordLocked'
    wrongTries[operator] = password === 'right' ? 0 : wrongTries[operator] + 1
    return password === 'right' ? undefined : 'refused wrongPassword'
  }

  #sessionDeed(deed: 'signIn' | 'signOff' | 'settle'): string {
    const { terminal, host, isHostUp } = this.books
    if (deed === 'settle') return this.#settle()
    if (deed === 'signIn') {
      if (terminal.signedIn) this.deliverReversal('once')
      const failure = this.signIn()
      if (failure === undefined) this.deliverReversal('once')
      return failure ?? 'done'
    }
    if (terminal.settling !== undefined) return 'refused settlementUnfinished'
    const owes = terminal.reversal !== undefined || terminal.notices.length > 0
    const owing = owes ? this.settleDuties() : undefined
    if (owing !== undefined) return owing
    this.useStan()
    if (!isHostUp) return 'failed noConnection'
    terminal.signedIn = false
    host.signedIn = false
    return 'done'
  }

  // Paper

  #print(text: string): boolean {
    if (this.books.printer !== 'ready') return false
    this.paper.push(text)
    return true
  }

  /** Prints what is owed until the printer does not. `isAgain`: with the duplicate mark. */
  #printOwed(slips: readonly OwedSlip[], isAgain: boolean): boolean {
    const { terminal } = this.books
    for (const slip of slips) {
      while (slip.copies > 0) {
        if (!this.#print(isAgain ? `${slip.text} duplicate` : slip.text)) return false
        slip.copies--
      }
      terminal.owed = terminal.owed.filter((each) => each !== slip)
    }
    return true
  }

  #paperDeed(
    deed: 'report' | 'devices' | 'printOwed' | 'reprintLast' | 'reprint' | 'reprintSettlement',
  ): string {
    const { terminal, printer } = this.books
    switch (deed) {
      case 'printOwed':
        return this.#printOwed([...terminal.owed], true) ? 'done' : 'failed notPrinted'
      case 'report': {
        const { domestic, foreign } = this.#terminalTotals()
        if (!this.#print(`report ${six(terminal.batch)}`)) return 'failed notPrinted'
        const sums = `${totalsText(domestic)} / ${totalsText(foreign)}`
        return `report ${six(terminal.batch)} ${terminal.entries.length} ${sums}`
      }
      case 'devices':
        this.#print('devices')
        return `devices ${printer === 'ready' ? 'ready' : printer === 'unplugged' ? 'missing' : 'degraded'}`
      case 'reprintLast':
        return this.#reprint(terminal.lastSlip)
      case 'reprintSettlement': {
        const last = terminal.lastSettlement
        return this.#reprint(last === undefined ? undefined : `settlement ${six(last.batch)}`)
      }
      case 'reprint': {
        const entry = this.#subjects?.original
        const isThere = entry?.status === 'approved' || entry?.status === 'voided'
        return this.#reprint(
          entry !== undefined && isThere
            ? `slip ${six(entry.batch)}/${six(entry.stan)} ${entry.amount}`
            : undefined,
        )
      }
    }
  }

  #reprint(text: string | undefined): string {
    if (text === undefined) return 'refused nothingToPrint'
    return this.#print(`${text} duplicate`) ? 'done' : 'failed notPrinted'
  }

  // Money

  /** A money transaction: what must hold before it, the transaction, and the slips after it. */
  #money(deed: MoneyDeed): string {
    const { terminal } = this.books
    const owedBefore = [...terminal.owed]
    const barred = this.#barred()
    if (barred !== undefined) return barred
    if (terminal.undecided !== undefined) {
      const decided = this.#decidePartial()
      if (decided !== undefined && !decided.startsWith('approved')) return decided
    }
    if (NEEDS_SUPERVISOR.includes(deed.do)) {
      const refusal = this.#password('00', this.hands.supervisorPassword)
      if (refusal !== undefined) return refusal
    }
    const outcome = this.#transaction(deed)
    const voided = outcome.startsWith('approved') ? this.#decidePartial() : undefined
    this.#printOwed(
      terminal.owed.filter((each) => !owedBefore.includes(each)),
      false,
    )
    if (this.isSignInWanted) this.signIn()
    return voided ?? outcome
  }

  #barred(): string | undefined {
    const { terminal } = this.books
    if (terminal.loggedOn === undefined) return 'refused notLoggedOn'
    if (terminal.settling !== undefined) return 'refused settlementUnfinished'
    if (terminal.entries.length >= BATCH_LIMIT) return 'refused batchFull'
    return this.settleDuties()
  }

  #transaction(deed: MoneyDeed): string {
    switch (deed.do) {
      case 'badSale':
        return 'refused badValue'
      case 'balance':
        return this.#withCard('balance', deed.card, 0, false)
      case 'sale':
      case 'preAuthorisation':
        return this.#withCard(deed.do, deed.card, deed.amount, deed.keyed)
      case 'voidUnknown':
        return 'refused transactionNotFound'
      case 'void':
        return this.#void()
      case 'refund':
        return this.#withReference('refund')
      case 'completion':
      case 'completionAdvice':
        return this.#withReference(deed.do)
      case 'cancelHold':
        return this.#withReference('preAuthorisationCancel')
      default:
        return unreachable(deed)
    }
  }

  #withCard(kind: Kind, card: CardName, amount: number, isKeyed: boolean): string {
    const pin = pinIsAsked(kind, card, isKeyed) ? this.hands.pin : undefined
    if (pin === 'cancelled') return 'cancelled'
    const entry = { ...this.newEntry(kind, card, amount), hasCertificate: isChip(card) && !isKeyed }
    return this.transact(entry, pin)
  }

  #void(): string {
    const original = this.#subjects?.original
    if (original === undefined) return 'refused transactionNotFound'
    const isVoidable =
      original.status === 'approved' && (original.kind === 'sale' || original.kind === 'completion')
    if (!isVoidable) return 'refused notVoidable'
    return this.#sendVoid(original)
  }

  #sendVoid(original: TerminalEntry): string {
    const kind = original.kind === 'sale' ? 'saleVoid' : 'completionVoid'
    const key = keyOf(original.batch, original.stan)
    return this.transact(this.newEntry(kind, original.card, original.amount, key), undefined)
  }

  /** Refunds and what follows a pre-authorisation: the original may be of an earlier batch. */
  #withReference(kind: 'refund' | 'completion' | 'completionAdvice' | 'preAuthorisationCancel'): string {
    const { original, amount } = this.#subjects ?? { original: undefined, amount: 0 }
    if (original === undefined) return 'refused badValue'
    const isInBatch = this.books.terminal.entries.includes(original)
    const bringsCard = isInBatch && kind !== 'refund'
    if (bringsCard && original.status !== 'approved') return 'refused notVoidable'
    // Of an earlier batch: its card is read, by the stripe rules of this world; a chip is only read for its number.
    const asksPin = !bringsCard && !isChip(original.card) && pinIsAsked(kind, original.card, false)
    if (asksPin && this.hands.pin === 'cancelled') return 'cancelled'
    const entry = this.newEntry(kind, original.card, amount, keyOf(original.batch, original.stan))
    return this.transact(entry, asksPin && this.hands.pin !== 'cancelled' ? this.hands.pin : undefined)
  }

  /** Answer 10: the cashier takes the part, or the sale is voided. Undefined: nothing stands in the way. */
  #decidePartial(): string | undefined {
    const { terminal } = this.books
    const sale = terminal.entries.find(({ stan }) => stan === terminal.undecided)
    if (sale === undefined || terminal.undecided === undefined) return undefined
    if (this.hands.partial === 'accept') {
      terminal.undecided = undefined
      return undefined
    }
    const outcome = this.#sendVoid(sale)
    if (outcome.startsWith('approved')) terminal.undecided = undefined
    return outcome
  }

  // Settlement

  #terminalTotals(): {
    readonly domestic: ReturnType<typeof totalsOf>
    readonly foreign: ReturnType<typeof totalsOf>
  } {
    const counted = this.#counted()
    return {
      domestic: totalsOf(counted.filter(({ isForeign }) => !isForeign)),
      foreign: totalsOf(counted.filter(({ isForeign }) => isForeign)),
    }
  }

  /** What the host has in its books, as far as the terminal knows. */
  #counted(): readonly TerminalEntry[] {
    return this.books.terminal.entries.filter(
      ({ status, kind }) =>
        sideOf(kind) !== 'none' &&
        (status === 'approved' || status === 'voided' || status === 'noticeQueued'),
    )
  }

  #settle(): string {
    const { terminal } = this.books
    if (terminal.settling === undefined) {
      const owing = this.settleDuties()
      if (owing !== undefined) return owing
      if (terminal.undecided !== undefined) {
        const decided = this.#decidePartial()
        if (decided !== undefined && !decided.startsWith('approved')) return decided
        const again = this.settleDuties()
        if (again !== undefined) return again
      }
      if (terminal.notices.some(({ attempts }) => attempts < ATTEMPTS)) return 'refused noticesUndelivered'
      terminal.settling = this.#terminalTotals()
    } else if (!terminal.signedIn) {
      const failure = this.signIn()
      if (failure !== undefined) return failure
    }
    return this.#finishSettlement()
  }

  #finishSettlement(): string {
    const { terminal, host, isHostUp } = this.books
    const totals = terminal.settling ?? this.#terminalTotals()
    this.useStan()
    if (!isHostUp) return 'failed noConnection'
    const own = hostTotals(this.books)
    const isEqual = (which: 'domestic' | 'foreign') => totalsText(own[which]) === totalsText(totals[which])
    const flags = `${isEqual('domestic') ? 1 : 2}${isEqual('foreign') ? 1 : 2}`
    const stripes = this.#counted().filter(
      ({ kind, hasCertificate, isForeign }) =>
        kind !== 'refund' &&
        kind !== 'completionAdvice' &&
        !hasCertificate &&
        flags[isForeign ? 1 : 0] === '2',
    )
    terminal.nextStan += Math.ceil(stripes.length / STRIPES_A_MESSAGE)
    this.useStan()
    const summary: ClosedBatch = { batch: terminal.batch, ...totals, flags }
    host.closed.push({ batch: host.batch, ...own, flags })
    const count = terminal.entries.length
    host.batch++
    terminal.batch++
    terminal.entries = []
    terminal.notices = []
    terminal.failedChips = 0
    terminal.settling = undefined
    terminal.lastSettlement = summary
    const slip = { text: `settlement ${six(summary.batch)}`, copies: 1 }
    terminal.owed.push(slip)
    this.#printOwed([slip], false)
    return `settled ${six(summary.batch)} ${count} ${flags} ${totalsText(totals.domestic)} / ${totalsText(totals.foreign)}`
  }

  /** The power comes back: what was open is ended. */
  #start(): void {
    const { terminal } = this.books
    if (this.inFlight !== undefined) {
      const { signedIn } = terminal
      // The reversal is for the next step.
      terminal.signedIn = false
      this.abandon('98')
      terminal.signedIn = signedIn
    }
    if (terminal.signedIn) this.deliverReversal('once')
    if (terminal.settling !== undefined && terminal.signedIn) this.#finishSettlement()
    const canVoid = terminal.signedIn || this.hands.partial === 'accept'
    if (terminal.undecided !== undefined && terminal.reversal === undefined && canVoid) this.#decidePartial()
    this.#printOwed([...terminal.owed], true)
  }
}

type MoneyDeed = Extract<
  Deed,
  {
    do:
      | 'sale'
      | 'preAuthorisation'
      | 'badSale'
      | 'balance'
      | 'void'
      | 'voidUnknown'
      | 'refund'
      | 'completion'
      | 'completionAdvice'
      | 'cancelHold'
  }
>

const NEEDS_SUPERVISOR: readonly Deed['do'][] = ['void', 'voidUnknown', 'refund', 'cancelHold']
