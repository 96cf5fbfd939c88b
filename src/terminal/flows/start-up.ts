import type { CardSlot } from './card-in-hand.ts'
import { append, type Flow } from './effect.ts'
import { decidePartialApproval } from './partial-approval.ts'
import { deliverReversal } from './pending-duties.ts'
import { printOwed } from './print-owed.ts'
import { continueSettlement } from './settlement.ts'
import { showMessage } from './show.ts'
import type { TerminalContext } from './terminal-context.ts'

/**
 * What the journal says is owed after a start: the request in flight is abandoned, its reversal is tried,
 * settlement goes on at its phase, and slips come out with the duplicate mark. What can't be done now stays
 * owed; nothing here asks for a card or waits for a printer.
 */
export function* recover(context: TerminalContext): Flow<void> {
  const { inFlight } = context.state
  if (inFlight !== undefined) {
    yield* append({ kind: 'abandoned', stan: inFlight.stan, reason: '98' })
    yield* showMessage('interrupted', { stan: inFlight.stan })
  }
  if (context.state.reversal !== undefined && context.state.signedIn) yield* deliverReversal(context, true)
  const { settlement, reversal, signedIn } = context.state
  if (settlement !== undefined && reversal === undefined && signedIn) {
    yield* continueSettlement(context, true)
  }
  const slot: CardSlot = { powered: false }
  if (context.state.undecidedPartial !== undefined && context.state.reversal === undefined) {
    yield* decidePartialApproval(context, slot)
  }
  yield* printOwed(context, { again: true, quiet: true })
  yield* showMessage(readyScreen(context))
}

function readyScreen(context: TerminalContext): 'ready' | 'notCommissionedYet' | 'readyLogOn' {
  if (!context.state.commissioned) return 'notCommissionedYet'
  return context.state.loggedOn === undefined ? 'readyLogOn' : 'ready'
}
