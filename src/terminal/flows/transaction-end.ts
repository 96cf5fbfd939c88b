import type { CardSlot } from './card-in-hand.ts'
import { append, awaitCardRemoval, type Flow, releaseCard } from './effect.ts'
import { printOwed } from './print-owed.ts'
import { showMessage } from './show.ts'
import { signIn } from './sign-in.ts'
import { activeProfile, type TerminalContext } from './terminal-context.ts'

const REMOVAL_PROMPTS_MAX = 3

/**
 * What follows a transaction, whatever came of it: slips, the card back to its holder, and what the host
 * asked for in the header. Nothing here can change the outcome. `owedBefore`: slips that were owed already.
 */
export function* endTransaction(
  context: TerminalContext,
  slot: CardSlot,
  owedBefore: readonly string[],
): Flow<void> {
  if (slot.powered) yield* giveCardBack(context)
  yield* printOwed(context, { skip: owedBefore })
  yield* actOnProcessingRequests(context)
}

function* giveCardBack(context: TerminalContext): Flow<void> {
  yield* releaseCard()
  for (let prompt = 0; prompt < REMOVAL_PROMPTS_MAX; prompt++) {
    yield* showMessage('removeCard')
    const answer = yield* awaitCardRemoval(activeProfile(context).cardTimeoutMs)
    if (answer.kind !== 'timeout') return
  }
}

/** Header digit 6. Source: docs of the UnionPay dialect, 1. */
function* actOnProcessingRequests(context: TerminalContext): Flow<void> {
  const { pendingTasks } = context.state
  if (pendingTasks.includes('3')) {
    yield* append({ kind: 'processingDone', request: '3' }, { kind: 'signInRequired', code: 'header' })
    if (activeProfile(context).autoSignIn) yield* signIn(context)
  }
  const others = pendingTasks.filter((task) => task !== '3')
  if (others.length > 0) yield* showMessage('hostRequests', { tasks: others.join(' ') })
}
