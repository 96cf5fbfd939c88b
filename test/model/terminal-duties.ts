import { invariant } from '../../src/base/invariant.ts'
import { type DayBooks, isForeignCard, type Kind, keyOf, six, type TerminalEntry } from './day-books.ts'
import type { Hands } from './day-hands.ts'
import { type Ask, type HostWord, hostDecides, hostReverses, SUCCESS } from './host-model.ts'

/** The power went with a request on its way. */
export class PowerCut extends Error {}

/** 3 attempts, then a reversal or notice counts as exhausted. Source: dialect, 12. */
export const ATTEMPTS = 3

/** What the terminal owes its host, and how it delivers it. */
export class TerminalDuties {
  readonly books: DayBooks
  /** What came out of the printer during this command, in order. */
  readonly paper: string[] = []
  hands: Hands
  inFlight: TerminalEntry | undefined
  /** The header of an answer asked for a sign-in: done after the transaction. Source: dialect, 1. */
  isSignInWanted = false
  #flights = 0

  constructor(books: DayBooks, hands: Hands) {
    this.books = books
    this.hands = hands
  }

  /** A trace number that goes out once. */
  useStan(): number {
    const { terminal } = this.books
    return terminal.nextStan++
  }

  /** Signs in: uses a trace number, takes keys and batch from the host. Undefined: done. */
  signIn(): string | undefined {
    const { terminal, host, isHostUp } = this.books
    this.useStan()
    if (!isHostUp) return 'failed noConnection'
    host.signedIn = true
    terminal.signedIn = true
    // A settlement ends under the number that it began with.
    if (terminal.settling === undefined) terminal.batch = host.batch
    return undefined
  }

  /** Before anything new: keys, script results, the reversal, the notices. Undefined: nothing is in the way. */
  settleDuties(): string | undefined {
    const { terminal } = this.books
    if (!terminal.signedIn) {
      const failure = this.signIn()
      if (failure !== undefined) return failure
    }
    this.#sendScriptResults()
    this.deliverReversal('all')
    if (terminal.reversal !== undefined) return 'refused reversalUndelivered'
    this.#deliverNotices()
    // An answer to a notice may have made the keys void.
    return terminal.signedIn ? undefined : this.signIn()
  }

  #sendScriptResults(): void {
    const { terminal, isHostUp } = this.books
    while (terminal.scriptResults > 0) {
      this.useStan()
      if (!isHostUp) return
      terminal.scriptResults--
    }
  }

  /** Sends the reversal that is owed. What became of it: undefined when it still waits. */
  deliverReversal(attempts: 'once' | 'all'): 'accepted' | 'nothingToReverse' | undefined {
    const { terminal, isHostUp } = this.books
    while (terminal.reversal !== undefined && isHostUp) {
      const { reversal } = terminal
      invariant(reversal.attempts < ATTEMPTS, 'no reversal of this world is lost so often')
      const { code, answered } = hostReverses(this.books, reversal.key)
      if (answered) {
        terminal.reversal = undefined
        const entry = this.entry(reversal.key)
        if (entry !== undefined) entry.status = 'reversed'
        return code === '00' ? 'accepted' : 'nothingToReverse'
      }
      reversal.attempts++
      if (attempts === 'once') return undefined
    }
    return undefined
  }

  /** Refunds and advices are sent again with their own trace numbers, until one stays unanswered. */
  #deliverNotices(): void {
    const { terminal, isHostUp } = this.books
    for (const notice of [...terminal.notices]) {
      const entry = this.entry(notice.key)
      invariant(entry !== undefined, 'a notice without its transaction')
      if (!isHostUp) return
      const word = hostDecides(this.books, askOf(entry))
      if (word.kind !== 'answer') {
        notice.attempts++
        if (word.kind === 'macWrong') terminal.signedIn = false
        return
      }
      const { code } = word.answer
      if (SIGN_IN_CODES.includes(code)) {
        notice.attempts++
        terminal.signedIn = false
        return
      }
      terminal.notices = terminal.notices.filter((each) => each !== notice)
      entry.isForeign = isForeignCard(entry.card)
      if (code === '94' || SUCCESS.includes(code)) this.#accept(entry, entry.asked)
      else entry.status = 'declined'
    }
  }

  #accept(entry: TerminalEntry, amount: number): void {
    const { terminal } = this.books
    entry.status = 'approved'
    entry.amount = amount
    const text = `slip ${six(entry.batch)}/${six(entry.stan)} ${amount}`
    terminal.owed.push({ text, copies: 2 })
    terminal.lastSlip = text
  }

  /** Sends a money request, whatever happens on its way. Undefined: it could not leave. */
  #send(ask: Ask): HostWord | undefined {
    if (!this.books.isHostUp) return undefined
    this.#flights++
    const { mishap } = this.hands
    if (mishap === undefined || mishap.at !== this.#flights) return hostDecides(this.books, ask)
    if (mishap.kind === 'loseRequest') return { kind: 'none' }
    const word = hostDecides(this.books, ask)
    if (mishap.kind === 'cutPower') throw new PowerCut()
    return word.kind === 'answer' && word.copies === 2 ? word : { kind: 'none' }
  }

  /** The request, its answer, and what the terminal makes of it. */
  transact(entry: TerminalEntry, pin: Ask['pin']): string {
    const { terminal } = this.books
    const { stan } = entry
    this.inFlight = entry
    const word = this.#send({ ...askOf(entry), pin })
    if (word === undefined) {
      this.inFlight = undefined
      return 'failed noConnection'
    }
    terminal.nextStan++
    if (word.kind === 'none') return this.abandon('98')
    if (word.kind === 'macWrong') {
      terminal.signedIn = false
      return this.abandon('A0')
    }
    const { code, amount, extra } = word.answer
    if (SIGN_IN_CODES.includes(code)) {
      terminal.signedIn = false
      this.isSignInWanted = true
    }
    if (code === '94') terminal.nextStan += 50
    const isScripted = extra === 'script' && entry.hasCertificate
    if (extra === 'wrongArpc' && entry.hasCertificate && SUCCESS.includes(code)) {
      terminal.failedChips++
      return this.abandon('96')
    }
    // What proves nothing is undone. Source: ADR 0011.
    if ((code === 'A0' || code === '94') && entry.kind !== 'balance')
      return this.abandon(code === '94' ? '06' : 'A0')
    this.inFlight = undefined
    if (isScripted) terminal.scriptResults++
    if (!SUCCESS.includes(code)) return `declined ${code} ${six(stan)}`
    if (entry.kind === 'balance') {
      const account = this.books.host.accounts[entry.card]
      return `balance ${account.balance - account.held}`
    }
    entry.isForeign = isForeignCard(entry.card)
    this.#keep(entry)
    this.#accept(entry, code === '10' ? amount : entry.asked)
    this.#markVoided(entry)
    if (code === '10') terminal.undecided = stan
    return `approved ${entry.kind} ${six(stan)} ${entry.amount}`
  }

  /** No usable answer: undone, or asked for again. */
  abandon(reason: '98' | '96' | 'A0' | '06'): string {
    const { terminal } = this.books
    const entry = this.inFlight
    invariant(entry !== undefined, 'nothing to abandon')
    this.inFlight = undefined
    const key = keyOf(entry.batch, entry.stan)
    switch (entry.kind) {
      case 'balance':
        return `failed ${reason === 'A0' ? 'replyMacWrong' : 'noReply'}`
      case 'refund':
      case 'completionAdvice':
        entry.status = 'noticeQueued'
        this.#keep(entry)
        terminal.notices.push({ key, attempts: 1 })
        return `queued ${six(entry.stan)}`
      default: {
        entry.status = 'reversalDue'
        this.#keep(entry)
        terminal.reversal = { key, attempts: 0 }
        const result = terminal.signedIn ? this.deliverReversal('once') : undefined
        return `reversed ${six(entry.stan)} ${reason} ${result ?? 'due'}`
      }
    }
  }

  #keep(entry: TerminalEntry): void {
    this.books.terminal.entries.push(entry)
    this.books.history.set(keyOf(entry.batch, entry.stan), entry)
  }

  #markVoided({ kind, original }: TerminalEntry): void {
    if (original === undefined) return
    if (kind !== 'saleVoid' && kind !== 'completionVoid' && kind !== 'preAuthorisationCancel') return
    const voided = this.entry(original)
    if (voided !== undefined && this.books.terminal.entries.includes(voided)) voided.status = 'voided'
  }

  entry(key: string): TerminalEntry | undefined {
    return this.books.history.get(key)
  }

  newEntry(kind: Kind, card: TerminalEntry['card'], asked: number, original?: string): TerminalEntry {
    const { batch, nextStan } = this.books.terminal
    return {
      batch,
      stan: nextStan,
      kind,
      card,
      asked,
      original,
      hasCertificate: false,
      amount: asked,
      status: 'approved',
      isForeign: false,
      tokens: undefined,
    }
  }
}

/** After these answers the terminal must sign in. Source: dialect, 13. */
const SIGN_IN_CODES = ['77', '99', 'A0']

function askOf({ batch, stan, kind, card, asked, original }: TerminalEntry): Ask {
  return { batch, stan, kind, card, amount: asked, original, pin: undefined }
}
