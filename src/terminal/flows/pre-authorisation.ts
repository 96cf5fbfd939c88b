import { readCard } from './card-entry.ts'
import type { CardInHand, CardSlot } from './card-in-hand.ts'
import type { Flow } from './effect.ts'
import { concludePadTrouble, unprotectCard } from './pad-services.ts'
import { askPin } from './pin-entry.ts'
import { isReference } from './refund.ts'
import { takeAmount } from './sale.ts'
import { askText } from './show.ts'
import { ended, refuse, type Step } from './step.ts'
import type { CommandOutcome, TransactionCommand } from './terminal-command.ts'
import type { TerminalContext } from './terminal-context.ts'
import type { OriginalReference, Transaction } from './terminal-model.ts'
import { runTransaction } from './transaction-flow.ts'
import { originalField61 } from './transaction-message.ts'
import { stanText } from './transaction-state.ts'
import { referenceTo } from './void.ts'

type FollowUp = Extract<
  TransactionCommand,
  { kind: 'preAuthorisationCancel' | 'completion' | 'completionAdvice' }
>

interface Subject {
  readonly reference: OriginalReference
  readonly authorisationCode: string
  /** When the pre-authorisation is still in the batch. */
  readonly transaction?: Transaction
}

/**
 * Cancel, completion request and completion advice of a pre-authorisation. One of the current batch brings
 * its card from the journal; an older one is named by its slip, and the card is read or keyed.
 */
export function* followUpPreAuthorisation(
  context: TerminalContext,
  command: FollowUp,
  slot: CardSlot,
): Flow<CommandOutcome> {
  const type = command.kind
  const subject = yield* takeSubject(context, command)
  if (!subject.ok) return subject.outcome
  const { reference, authorisationCode, transaction } = subject.value
  if (transaction !== undefined && transaction.status !== 'approved') {
    return yield* refuse('notVoidable', transaction.status)
  }
  const known = type === 'preAuthorisationCancel' ? transaction?.amountMinor : undefined
  const amount = yield* takeAmount(context, command.amountMinor ?? known)
  if (!amount.ok) return amount.outcome
  const amountMinor = amount.value
  const inHand = yield* takeCard(context, command, transaction, amountMinor, slot)
  if (!inHand.ok) return inHand.outcome
  const { card } = inHand.value
  const pin =
    card.entry === 'original' ? undefined : yield* askPin(context, type, { amountMinor }, inHand.value)
  if (pin !== undefined && !pin.ok) return pin.outcome
  return yield* runTransaction(context, {
    type,
    amountMinor,
    card,
    ...(pin === undefined ? { verification: 'signature' } : pin.value),
    authorisationCode,
    original: reference,
    field61: originalField61(reference.batch, reference.stan, reference.date),
  })
}

function* takeSubject(context: TerminalContext, command: FollowUp): Flow<Step<Subject>> {
  const typed = command.original ?? (yield* askReference(context))
  if (typed === undefined) return ended({ kind: 'cancelled' })
  const transaction = context.state.transactions.find(
    (each) =>
      each.request.type === 'preAuthorisation' &&
      each.request.stan === typed.stan &&
      (each.request.batch === typed.batch || typed.batch === ''),
  )
  if (transaction !== undefined) {
    const reference = referenceTo(transaction)
    const authorisationCode = command.authorisationCode ?? transaction.reply?.authorisationCode ?? ''
    if (authorisationCode !== '') return { ok: true, value: { reference, authorisationCode, transaction } }
  }
  const reference = typed.batch === '' ? yield* completeReference(context, typed) : typed
  if (reference === undefined) return ended({ kind: 'cancelled' })
  if (!isReference(reference)) return ended(yield* refuse('badValue', 'original transaction'))
  const code =
    command.authorisationCode ?? (yield* askText(context, 'enterAuthorisationCode', 'text', [6, 6]))
  if (code === undefined) return ended({ kind: 'cancelled' })
  if (!/^[0-9A-Za-z]{6}$/.test(code)) return ended(yield* refuse('badValue', 'authorisation code'))
  return { ok: true, value: { reference, authorisationCode: code } }
}

/** Trace number only: enough when the pre-authorisation is in this batch. */
function* askReference(context: TerminalContext): Flow<OriginalReference | undefined> {
  const stan = yield* askText(context, 'enterStan', 'digits', [1, 6])
  return stan === undefined ? undefined : { batch: '', stan: stanText(Number(stan)), date: '0000' }
}

function* completeReference(
  context: TerminalContext,
  typed: OriginalReference,
): Flow<OriginalReference | undefined> {
  const batch = yield* askText(context, 'enterOriginalBatch', 'digits', [6, 6])
  if (batch === undefined) return undefined
  const date = yield* askText(context, 'enterOriginalDate', 'digits', [4, 4])
  return date === undefined ? undefined : { batch, stan: typed.stan, date }
}

function* takeCard(
  context: TerminalContext,
  command: FollowUp,
  transaction: Transaction | undefined,
  amountMinor: number,
  slot: CardSlot,
): Flow<Step<CardInHand>> {
  if (transaction === undefined || command.entry !== undefined) {
    return yield* readCard(context, { type: command.kind, amountMinor, entry: command.entry ?? 'card', slot })
  }
  const stored = yield* unprotectCard(transaction.request)
  if (!stored.ok) return ended(yield* concludePadTrouble(stored.answer))
  return { ok: true, value: { card: { entry: 'original', ...stored.value } } }
}
