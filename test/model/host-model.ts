import { unreachable } from '../../src/base/invariant.ts'
import {
  type CardName,
  type DayBooks,
  type HostEntry,
  isChip,
  isForeignCard,
  type Kind,
  keyOf,
  PIN_TRIES,
  sideOf,
  type Totals,
  totalsOf,
} from './day-books.ts'

/** A money request as it reaches the host. */
export interface Ask {
  readonly batch: number
  readonly stan: number
  readonly kind: Kind
  readonly card: CardName
  readonly amount: number
  readonly original: string | undefined
  /** Undefined: none was entered. */
  readonly pin: 'right' | 'wrong' | undefined
}

/** What comes back. `wrongArpc` and `script` matter to chip cards only. */
export interface Answer {
  readonly code: string
  readonly amount: number
  readonly extra: 'none' | 'wrongArpc' | 'script'
}

/** `macWrong`: an answer that proves to be forged. `none`: nothing usable in time. `twice`: two of the same. */
export type HostWord =
  | { readonly kind: 'answer'; readonly answer: Answer; readonly copies: 1 | 2 }
  | { readonly kind: 'macWrong' }
  | { readonly kind: 'none' }

const FORCEABLE: readonly Kind[] = ['sale', 'refund', 'preAuthorisation', 'completion']
export const SUCCESS = ['00', '10', '11', 'A2', 'A4', 'A5', 'A6']
const REPLY_TIMEOUT_S = 30

/** Source: docs/host-test-behaviour.md. */
function forced(kind: Kind, amount: number): { readonly group: number; readonly rest: number } | undefined {
  const group = Math.floor(amount / 100)
  const inRange = group >= 7700 && group <= 7705
  return FORCEABLE.includes(kind) && inRange ? { group, rest: amount % 100 } : undefined
}

/** Decides and books one request. */
export function hostDecides(books: DayBooks, ask: Ask): HostWord {
  const key = keyOf(ask.batch, ask.stan)
  const before = books.host.entries.get(key)
  const force = forced(ask.kind, ask.amount)
  if (before !== undefined) return say(repeated(before, ask))
  // Nothing is done and nothing is answered.
  if (force?.group === 7703 && (force.rest === 0 || force.rest === 3)) return { kind: 'none' }
  const answer = decide(books, ask, force)
  const isApproved = SUCCESS.includes(answer.code)
  const entry: HostEntry = {
    kind: ask.kind,
    card: ask.card,
    original: isApproved ? ask.original : undefined,
    state: isApproved ? 'approved' : 'declined',
    approved: isApproved ? answer.amount : 0,
    code: answer.code,
    refunded: 0,
    hold: ask.kind === 'preAuthorisation' && isApproved ? 'open' : 'none',
    losesReversal: force?.group === 7703 && force.rest === 2,
  }
  books.host.entries.set(key, entry)
  if (isApproved) book(books, entry, 1)
  return wordOf(answer, force)
}

function say(answer: Answer): HostWord {
  return { kind: 'answer', answer, copies: 1 }
}

function wordOf(answer: Answer, force: ReturnType<typeof forced>): HostWord {
  const { group, rest } = force ?? { group: 0, rest: 0 }
  if (group === 7702 && rest >= REPLY_TIMEOUT_S) return { kind: 'none' }
  if (group === 7703 && [1, 2, 4].includes(rest)) return { kind: 'none' }
  if (group === 7704) {
    if (rest === 0) return { kind: 'answer', answer, copies: 2 }
    if (rest === 1) return { kind: 'macWrong' }
    if (rest === 2) return { kind: 'none' }
    // An answer of another amount is none, approval or refusal.
    if (rest === 3) return { kind: 'none' }
    if (rest === 4) return say({ ...answer, extra: 'wrongArpc' })
    if (rest === 5) return say({ ...answer, extra: 'script' })
  }
  return say(answer)
}

/** ADR 0009: 94, but a notice that was refused hears its refusal again. */
function repeated(before: HostEntry, ask: Ask): Answer {
  const code = before.state === 'declined' ? before.code : '94'
  return { code, amount: before.state === 'declined' ? ask.amount : before.approved, extra: 'none' }
}

function decide(books: DayBooks, ask: Ask, force: ReturnType<typeof forced>): Answer {
  const code = rules(books, ask)
  const answer = (as: string, amount = ask.amount): Answer => ({ code: as, amount, extra: 'none' })
  const group = force?.group
  if (group === 7700 || group === 7701) {
    const rest = force?.rest ?? 0
    const wanted = group === 7701 ? `A${rest}` : String(rest).padStart(2, '0')
    if (wanted === '10') return code === '00' ? inPart(ask, 50) : answer(code)
    if (wanted === '00') return answer(code)
    if (!SUCCESS.includes(wanted)) return answer(wanted)
    return answer(code === '00' ? wanted : code)
  }
  if (group === 7705 && code === '00') return inPart(ask, force?.rest ?? 0)
  return answer(code)
}

/** Parts are for sales: only their requests say that the terminal takes them and have something to void. */
function inPart({ kind, amount }: Ask, percent: number): Answer {
  if (kind !== 'sale') return { code: '00', amount, extra: 'none' }
  return { code: '10', amount: Math.floor((amount * percent) / 100), extra: 'none' }
}

/** What the rules answer without any forcing. */
function rules(books: DayBooks, ask: Ask): string {
  const { accounts, entries } = books.host
  const account = accounts[ask.card]
  const original = ask.original === undefined ? undefined : entries.get(ask.original)
  if (ask.kind === 'sale' || ask.kind === 'preAuthorisation' || ask.kind === 'balance') {
    const pin = checkPin(account, ask.pin)
    if (pin !== '00') return pin
    return ask.amount > account.balance - account.held ? '51' : '00'
  }
  if (original === undefined) return '25'
  switch (ask.kind) {
    case 'saleVoid':
    case 'completionVoid':
      return original.state === 'approved' && original.refunded === 0 ? '00' : '12'
    case 'refund':
      if (original.state !== 'approved') return '12'
      return original.refunded + ask.amount > original.approved ? '64' : '00'
    case 'preAuthorisationCancel':
      return original.hold === 'open' ? '00' : '12'
    case 'completion':
    case 'completionAdvice': {
      if (original.hold !== 'open') return '12'
      if (ask.amount * 100 > original.approved * 115) return '64'
      const more = ask.amount - original.approved
      const isShort = ask.kind === 'completion' && more > account.balance - account.held
      return isShort ? '51' : '00'
    }
    default:
      return unreachable(ask.kind)
  }
}

/** 38, 55 and 75; a right PIN gives all tries back. */
function checkPin(account: { pinTries: number }, pin: 'right' | 'wrong' | undefined): string {
  if (pin === undefined) return '00'
  if (account.pinTries === 0) return '38'
  if (pin === 'right') {
    account.pinTries = PIN_TRIES
    return '00'
  }
  account.pinTries--
  return account.pinTries === 0 ? '75' : '55'
}

/** Moves the money of `entry`; `sign` -1 takes it back. */
function book(books: DayBooks, entry: HostEntry, sign: 1 | -1): void {
  if (entry.card === undefined || entry.kind === 'reversalAlone') return
  const { host } = books
  const account = host.accounts[entry.card]
  const original = entry.original === undefined ? undefined : host.entries.get(entry.original)
  const side = sideOf(entry.kind)
  const money = side === 'debit' ? entry.approved : side === 'credit' ? -entry.approved : 0
  account.balance -= sign * money
  host.merchant += sign * money
  const isDone = sign === 1
  switch (entry.kind) {
    case 'preAuthorisation':
      account.held += sign * entry.approved
      entry.hold = isDone ? 'open' : 'reversed'
      return
    case 'saleVoid':
      if (original !== undefined) original.state = isDone ? 'voided' : 'approved'
      return
    case 'refund':
      if (original !== undefined) original.refunded += sign * entry.approved
      return
    case 'preAuthorisationCancel':
    case 'completion':
    case 'completionAdvice':
      if (original === undefined) return
      account.held -= sign * original.approved
      original.hold = isDone ? (entry.kind === 'preAuthorisationCancel' ? 'cancelled' : 'completed') : 'open'
      if (entry.kind === 'preAuthorisationCancel') original.state = isDone ? 'voided' : 'approved'
      return
    case 'completionVoid':
      undoCompletion(books, original, account, sign)
      return
    case 'sale':
    case 'balance':
      return
    default:
      unreachable(entry.kind)
  }
}

/** The pre-authorisation stands again. */
function undoCompletion(
  { host }: DayBooks,
  completion: HostEntry | undefined,
  account: { held: number },
  sign: 1 | -1,
): void {
  if (completion === undefined) return
  completion.state = sign === 1 ? 'voided' : 'approved'
  const hold = completion.original === undefined ? undefined : host.entries.get(completion.original)
  if (hold === undefined) return
  account.held += sign * hold.approved
  hold.hold = sign === 1 ? 'open' : 'completed'
}

/** Undoes a request once. `answered`: false when the reply of this reversal gets lost. */
export function hostReverses(
  books: DayBooks,
  key: string,
): { readonly code: string; readonly answered: boolean } {
  const entry = books.host.entries.get(key)
  if (entry === undefined) {
    books.host.entries.set(key, {
      kind: 'reversalAlone',
      card: undefined,
      original: undefined,
      state: 'reversed',
      approved: 0,
      code: '25',
      refunded: 0,
      hold: 'none',
      losesReversal: false,
    })
    return { code: '25', answered: true }
  }
  if (entry.kind === 'reversalAlone') return { code: '25', answered: true }
  const answered = !entry.losesReversal
  entry.losesReversal = false
  if (entry.state === 'approved') {
    book(books, entry, -1)
    entry.state = 'reversed'
  }
  return { code: '00', answered }
}

/** The host's own totals of its open batch. */
export function hostTotals({ host }: DayBooks): { readonly domestic: Totals; readonly foreign: Totals } {
  const mine = [...host.entries].filter(
    ([key, { state }]) => key.startsWith(`${host.batch}/`) && (state === 'approved' || state === 'voided'),
  )
  const items = mine.flatMap(([, { kind, approved, card }]) =>
    kind === 'reversalAlone' || card === undefined
      ? []
      : [{ kind, amount: approved, foreign: isForeignCard(card) }],
  )
  return {
    domestic: totalsOf(items.filter(({ foreign }) => !foreign)),
    foreign: totalsOf(items.filter(({ foreign }) => foreign)),
  }
}

/** A PIN is asked for by the terminal for stripes and keyed numbers, and by the chip that wants one. */
export function pinIsAsked(kind: Kind, card: CardName, isKeyed: boolean): boolean {
  const wanted: readonly Kind[] = [
    'sale',
    'balance',
    'preAuthorisation',
    'preAuthorisationCancel',
    'completion',
  ]
  if (!wanted.includes(kind)) return false
  return isKeyed || !isChip(card) || card === 'pinChip' || card === 'foreignChip'
}
