import { formatField61 } from '../../iso8583/subfields/field-61.ts'
import type { Flow } from './effect.ts'
import { concludePadTrouble, unprotectCard } from './pad-services.ts'
import { amountText, askText, confirm } from './show.ts'
import { refuse } from './step.ts'
import type { CommandOutcome, TransactionCommand } from './terminal-command.ts'
import type { TerminalContext } from './terminal-context.ts'
import type { Transaction } from './terminal-model.ts'
import { askTipAmount, checkTip } from './tip.ts'
import { isTippable, isTipUnderWay, tipIn } from './tip-rules.ts'
import { runTransaction } from './transaction-flow.ts'
import { findTransaction, referenceTo } from './void.ts'

/**
 * Adds the tip that the cardholder wrote on the slip to a sale of the current batch, or puts another in its place. It is told
 * to the host and not asked for: without an answer it is sent again. Source: docs of the UnionPay dialect, 4, tip adjust.
 */
export function* adjustTip(
  context: TerminalContext,
  command: Extract<TransactionCommand, { kind: 'tipAdjustment' }>,
): Flow<CommandOutcome> {
  const stan = command.stan ?? (yield* askText(context, 'enterStan', 'digits', [1, 6]))
  if (stan === undefined) return { kind: 'cancelled' }
  const original = findTransaction(context, stan)
  if (original === undefined) return yield* refuse('transactionNotFound', stan)
  if (!isAdjustable(context, original)) return yield* refuse('notAdjustable', original.status)
  if (isTipUnderWay(context.state, original)) return yield* refuse('noticesUndelivered')
  const { currency } = original.request
  const before = tipIn(original) ?? 0
  const base = { amountMinor: original.amountMinor - before, currency }
  const typed = command.tipMinor ?? (yield* askTipAmount(context, base))
  if (typed === undefined) return { kind: 'cancelled' }
  const tip = yield* checkTip(context, base, typed)
  if (!tip.ok) return tip.outcome
  if (tip.value === before) return yield* refuse('badValue', 'the same tip')
  const confirmed = yield* confirm(context, 'confirmTip', {
    stan: original.request.stan,
    amount: amountText(base.amountMinor, currency),
    tip: amountText(tip.value, currency),
    total: amountText(base.amountMinor + tip.value, currency),
  })
  return confirmed
    ? yield* sendAdjustment(context, original, base.amountMinor, tip.value)
    : { kind: 'cancelled' }
}

function isAdjustable({ state }: TerminalContext, original: Transaction): boolean {
  return isTippable(original) && original.status === 'approved' && original.request.batch === state.batch
}

/** Field 61 with mode and institution of the authorisation, which are zeros here: nobody authorised by voice. */
function* sendAdjustment(
  context: TerminalContext,
  original: Transaction,
  baseMinor: number,
  tipMinor: number,
): Flow<CommandOutcome> {
  const card = yield* unprotectCard(original.request)
  if (!card.ok) return yield* concludePadTrouble(card.answer)
  const reference = referenceTo(original)
  const { reply } = original
  return yield* runTransaction(context, {
    type: 'tipAdjustment',
    amountMinor: baseMinor + tipMinor,
    tipMinor,
    currency: original.request.currency,
    card: { entry: 'original', ...card.value },
    verification: 'none',
    original: reference,
    ...(reply?.referenceNumber === undefined ? {} : { referenceNumber: reply.referenceNumber }),
    ...(reply?.authorisationCode === undefined ? {} : { authorisationCode: reply.authorisationCode }),
    field61: formatField61({
      batchNumber: reference.batch,
      stan: reference.stan,
      date: reference.date,
      authorisationMode: '00',
      authorisationInstitution: '00000000000',
    }),
  })
}
