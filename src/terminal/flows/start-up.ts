import type { CardSlot } from './card-in-hand.ts'
import { append, deviceReport, type Flow } from './effect.ts'
import { decidePartialApproval } from './partial-approval.ts'
import { deliverReversal } from './pending-duties.ts'
import { printOwed } from './print-owed.ts'
import { continueSettlement } from './settlement.ts'
import { showMessage } from './show.ts'
import type { TerminalContext } from './terminal-context.ts'
import type { TerminalState } from './terminal-model.ts'

/**
 * What the journal says is owed after a start: the request in flight is abandoned, its reversal is tried,
 * settlement goes on at its phase, and slips come out with the duplicate mark. Ports open after the program:
 * devices are given the time to be found. What can't be done now stays owed; nothing here asks for a card.
 */
export function* recover(context: TerminalContext): Flow<void> {
  const { inFlight } = context.state
  if (inFlight !== undefined) {
    yield* append({ kind: 'abandoned', stan: inFlight.stan, reason: '98' })
    yield* showMessage('interrupted', { stan: inFlight.stan })
  }
  if (isOwing(context.state)) yield* deviceReport()
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

/** A message needs the PIN pad, a slip the printer. */
function isOwing({ reversal, settlement, undecidedPartial, owedReceipts }: TerminalState): boolean {
  const isOpen = reversal !== undefined || settlement !== undefined || undecidedPartial !== undefined
  return isOpen || owedReceipts.length > 0
}

function readyScreen(context: TerminalContext): 'ready' | 'notCommissionedYet' | 'readyLogOn' {
  if (!context.state.commissioned) return 'notCommissionedYet'
  return context.state.loggedOn === undefined ? 'readyLogOn' : 'ready'
}
