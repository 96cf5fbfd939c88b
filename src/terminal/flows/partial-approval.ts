import type { CardSlot } from './card-in-hand.ts'
import { append, type Flow } from './effect.ts'
import { amountText, confirm, showMessage } from './show.ts'
import type { CommandOutcome } from './terminal-command.ts'
import type { TerminalContext } from './terminal-context.ts'
import { sendVoid } from './void.ts'

/**
 * Answer 10: the cashier takes the smaller amount, or the terminal voids it. Survives a power cut: the question
 * comes again. Undefined when there is nothing to decide, or it was accepted.
 */
export function* decidePartialApproval(
  context: TerminalContext,
  slot: CardSlot,
): Flow<CommandOutcome | undefined> {
  const stan = context.state.undecidedPartial
  if (stan === undefined) return undefined
  const transaction = context.state.transactions.find((each) => each.request.stan === stan)
  if (transaction?.status !== 'approved' || transaction.request.type !== 'sale') {
    // Already voided before the power went, or of a kind that has no void of its own: it stands as it is.
    yield* append({ kind: 'partialDecided', stan, accepted: transaction?.status === 'approved' })
    return undefined
  }
  const { request, amountMinor } = transaction
  const accepted = yield* confirm(context, 'acceptPartial', {
    approved: amountText(amountMinor, request.currency),
    asked: amountText(request.amountMinor, request.currency),
  })
  if (accepted) {
    yield* append({ kind: 'partialDecided', stan, accepted })
    return undefined
  }
  yield* showMessage('voidingPartial', { stan })
  const outcome = yield* sendVoid(context, 'saleVoid', transaction, slot)
  // Without an approved void the question stays open, and comes again before the next transaction.
  if (outcome.kind === 'approved') yield* append({ kind: 'partialDecided', stan, accepted: false })
  return outcome
}
