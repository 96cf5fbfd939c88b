import { readCard } from './card-entry.ts'
import type { CardInHand, CardSlot } from './card-in-hand.ts'
import type { Flow } from './effect.ts'
import { concludePadTrouble, unprotectCard } from './pad-services.ts'
import { amountText, askText, confirm } from './show.ts'
import { ended, refuse, type Step } from './step.ts'
import type { CommandOutcome } from './terminal-command.ts'
import { activeProfile, type TerminalContext } from './terminal-context.ts'
import type { OriginalReference, Transaction } from './terminal-model.ts'
import { isTipUnderWay } from './tip-rules.ts'
import { runTransaction } from './transaction-flow.ts'
import { originalField61, requestDate } from './transaction-message.ts'
import { stanText } from './transaction-state.ts'
import type { TransactionType } from './transaction-type.ts'

/**
 * Takes a sale or a completion of the current batch back, once.
 *
 * - S6: only an approved transaction of the current batch can be voided, and only once.
 */
export function* voidTransaction(
  context: TerminalContext,
  voiding: 'saleVoid' | 'completionVoid',
  given: string | undefined,
  slot: CardSlot,
): Flow<CommandOutcome> {
  const stan = given ?? (yield* askText(context, 'enterStan', 'digits', [1, 6]))
  if (stan === undefined) return { kind: 'cancelled' }
  const original = findTransaction(context, stan)
  if (original === undefined) return yield* refuse('transactionNotFound', stan)
  if (!isVoidable(context, original, voiding)) return yield* refuse('notVoidable', original.status)
  if (isTipUnderWay(context.state, original)) return yield* refuse('noticesUndelivered')
  const confirmed = yield* confirm(context, 'confirmVoid', {
    stan: original.request.stan,
    pan: original.request.panTruncated,
    amount: amountText(original.amountMinor, original.request.currency),
  })
  if (!confirmed) return { kind: 'cancelled' }
  return yield* sendVoid(context, voiding, original, slot)
}

/** The void itself, without questions; also for a partial approval that the cashier did not accept. */
export function* sendVoid(
  context: TerminalContext,
  type: 'saleVoid' | 'completionVoid',
  original: Transaction,
  slot: CardSlot,
): Flow<CommandOutcome> {
  const inHand = yield* cardOf(context, type, original, slot)
  if (!inHand.ok) return inHand.outcome
  const reference = referenceTo(original)
  const { reply } = original
  return yield* runTransaction(context, {
    type,
    amountMinor: original.amountMinor,
    currency: original.request.currency,
    ...(original.request.conversion === undefined ? {} : { conversion: original.request.conversion }),
    card: inHand.value.card,
    verification: 'none',
    original: reference,
    ...(reply?.referenceNumber === undefined ? {} : { referenceNumber: reply.referenceNumber }),
    ...(reply?.authorisationCode === undefined ? {} : { authorisationCode: reply.authorisationCode }),
    ...(reply?.voucher === undefined ? {} : { voucher: reply.voucher }),
    field61: originalField61(
      reference.batch,
      reference.stan,
      type === 'saleVoid' ? undefined : reference.date,
    ),
  })
}

/** A transaction of the batch by its trace number, with or without leading zeros. */
export function findTransaction(context: TerminalContext, stan: string): Transaction | undefined {
  if (!/^\d{1,6}$/.test(stan)) return undefined
  const wanted = stanText(Number(stan))
  return context.state.transactions.findLast((each) => each.request.stan === wanted)
}

/** How later messages name it: batch, trace number, and the host's date when it gave one. */
export function referenceTo(original: Transaction): OriginalReference {
  const { request, reply } = original
  return { batch: request.batch, stan: request.stan, date: reply?.date ?? requestDate(request) }
}

/** The card of an earlier transaction from the journal, or in hand where the profile wants it again. */
function* cardOf(
  context: TerminalContext,
  type: TransactionType,
  original: Transaction,
  slot: CardSlot,
): Flow<Step<CardInHand>> {
  const stored = yield* unprotectCard(original.request)
  if (!stored.ok) return ended(yield* concludePadTrouble(stored.answer))
  if (original.request.entry === 'code') {
    return { ok: true, value: { card: { entry: 'code', ...stored.value } } }
  }
  if (!activeProfile(context).voidNeedsCard) {
    return { ok: true, value: { card: { entry: 'original', ...stored.value } } }
  }
  const { amountMinor } = original
  const { currency } = original.request
  const inHand = yield* readCard(context, { type, amountMinor, currency, entry: 'card', slot })
  if (inHand.ok && inHand.value.card.pan !== stored.value.pan) return ended(yield* refuse('cardDiffers'))
  return inHand
}

const VOIDED_BY: { readonly [type in TransactionType]?: 'saleVoid' | 'completionVoid' } = {
  sale: 'saleVoid',
  completion: 'completionVoid',
}

function isVoidable(context: TerminalContext, original: Transaction, voiding: TransactionType): boolean {
  const { request, status } = original
  return status === 'approved' && request.batch === context.state.batch && VOIDED_BY[request.type] === voiding
}
