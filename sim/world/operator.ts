import { unreachable } from '../../src/base/invariant.ts'
import type { Question, QuestionAnswer } from '../../src/terminal/flows/screen.ts'
import type { TerminalCommand } from '../../src/terminal/flows/terminal-command.ts'
import type { TerminalState, Transaction } from '../../src/terminal/flows/terminal-model.ts'
import type { Step } from '../plan/plan.ts'
import type { SimCard } from './sim-estate.ts'

export const SUPERVISOR = { number: '00', password: '123456' } as const
export const CASHIER = { number: '01', password: '0000' } as const

/** What a step comes to: a command and the customer for it. Undefined: there is nothing that it could refer to. */
export interface Order {
  readonly command: TerminalCommand
  readonly card: SimCard | undefined
}

/** Turns a step into a command, by what the terminal has in its batch just then. */
export function orderOf(step: Step, state: TerminalState, cards: readonly SimCard[]): Order | undefined {
  const card = cards[step.pick % cards.length]
  const amountMinor = Math.max(1, step.amountMinor)
  switch (step.deed) {
    case 'sale':
    case 'preAuthorisation':
      return { command: { kind: step.deed, amountMinor }, card }
    case 'keyedSale':
      return { command: { kind: 'sale', amountMinor, entry: 'keyed' }, card }
    case 'balance':
      return { command: { kind: 'balance' }, card }
    case 'void':
    case 'voidAgain':
    case 'voidUnknown':
    case 'completionVoid':
      return voidOrder(step, state, cards)
    case 'refund':
    case 'refundTooMuch':
      return refundOrder(step, state, cards)
    case 'completion':
    case 'completionAdvice':
    case 'preAuthorisationCancel':
      return followUpOrder(step.deed, step, state, cards)
    case 'settle':
    case 'signIn':
    case 'signOff':
    case 'echo':
    case 'report':
    case 'logOff':
    case 'sendPending':
    case 'printOwed':
      return { command: { kind: step.deed }, card: undefined }
    case 'reprint':
      return {
        command: step.pick % 3 === 0 ? { kind: 'reprint', settlement: true } : { kind: 'reprint' },
        card: undefined,
      }
    case 'logOnWrong':
      return {
        command: { kind: 'logOn', operator: step.pick % 2 === 0 ? '77' : CASHIER.number },
        card: undefined,
      }
    case 'devices':
      return { command: { kind: 'deviceReport' }, card: undefined }
    case 'powerCycle':
    case 'wait':
      return undefined
    default:
      return unreachable(step.deed)
  }
}

function voidOrder(step: Step, state: TerminalState, cards: readonly SimCard[]): Order | undefined {
  if (step.deed === 'voidUnknown')
    return { command: { kind: 'void', stan: String(900_000 + (step.pick % 99_999)) }, card: cards[0] }
  const wanted = state.transactions.filter(({ request, status }) =>
    step.deed === 'voidAgain'
      ? status === 'voided'
      : status === 'approved' && request.type === (step.deed === 'completionVoid' ? 'completion' : 'sale'),
  )
  const original = wanted[step.pick % Math.max(1, wanted.length)]
  if (original === undefined) return undefined
  return { command: { kind: 'void', stan: original.request.stan }, card: cardOf(original, cards) }
}

function refundOrder(step: Step, state: TerminalState, cards: readonly SimCard[]): Order | undefined {
  const sales = state.transactions.filter(
    ({ request, status, reply }) =>
      request.type === 'sale' && status === 'approved' && reply?.referenceNumber !== undefined,
  )
  const original = sales[step.pick % Math.max(1, sales.length)]
  const referenceNumber = original?.reply?.referenceNumber
  if (original === undefined || referenceNumber === undefined) return undefined
  const { batch, stan } = original.request
  const part =
    step.deed === 'refundTooMuch'
      ? original.amountMinor + step.amountMinor + 1
      : Math.max(1, Math.floor((original.amountMinor * ((step.pick % 10) + 1)) / 10))
  return {
    command: {
      kind: 'refund',
      amountMinor: part,
      originalReferenceNumber: referenceNumber,
      original: { batch, stan, date: original.reply?.date ?? '0000' },
    },
    card: cardOf(original, cards),
  }
}

function followUpOrder(
  kind: 'completion' | 'completionAdvice' | 'preAuthorisationCancel',
  step: Step,
  state: TerminalState,
  cards: readonly SimCard[],
): Order | undefined {
  const holds = state.transactions.filter(
    ({ request, status }) => request.type === 'preAuthorisation' && status === 'approved',
  )
  const original = holds[step.pick % Math.max(1, holds.length)]
  if (original === undefined) return undefined
  const { batch, stan } = original.request
  const authorisationCode = original.reply?.authorisationCode
  const amountMinor = Math.max(1, Math.floor((original.amountMinor * ((step.pick % 12) + 1)) / 10))
  return {
    command: {
      kind,
      ...(kind === 'preAuthorisationCancel' ? {} : { amountMinor }),
      ...(authorisationCode === undefined ? {} : { authorisationCode }),
      original: { batch, stan, date: original.reply?.date ?? '0000' },
    },
    card: cardOf(original, cards),
  }
}

/** The card of an earlier transaction, by what of its number may be seen. */
function cardOf({ request }: Transaction, cards: readonly SimCard[]): SimCard | undefined {
  return cards.find(
    ({ pan }) =>
      pan.slice(0, 6) === request.panTruncated.slice(0, 6) &&
      pan.slice(-4) === request.panTruncated.slice(-4),
  )
}

/** What the operator answers who knows what to do. `card`: whose number is keyed. `whim`: 0 to 999. */
export function answerOf(question: Question, card: SimCard | undefined, whim: number): QuestionAnswer {
  const { id, values } = question.screen
  if (question.kind === 'confirm') {
    return { kind: id === 'acceptPartial' && whim < 400 ? 'cancelled' : 'confirmed' }
  }
  if (question.kind === 'choose') {
    const wanted = whim < 250 ? 'skip' : 'retry'
    return { kind: 'chosen', id: question.options.find((option) => option.id === wanted)?.id ?? '' }
  }
  switch (id) {
    case 'enterPassword':
      return entered(
        String(values?.['operator']) === SUPERVISOR.number ? SUPERVISOR.password : CASHIER.password,
      )
    case 'enterSupervisor':
      return entered(SUPERVISOR.number)
    case 'enterOperator':
      return entered(CASHIER.number)
    case 'enterPan':
      return entered(card?.pan ?? '')
    case 'enterExpiry':
      // Keyed as it stands on the card: month first.
      return entered(card === undefined ? '' : card.expiry.slice(2) + card.expiry.slice(0, 2))
    default:
      return { kind: 'cancelled' }
  }
}

function entered(text: string): QuestionAnswer {
  return { kind: 'entered', text }
}
