import { type Flow, storageSpace } from './effect.ts'
import { deliverNotices, deliverReversal, deliverScriptResults } from './pending-duties.ts'
import { signIn } from './sign-in.ts'
import { deliverSignatures } from './signature.ts'
import { refuse } from './step.ts'
import type { CommandOutcome } from './terminal-command.ts'
import { activeProfile, type TerminalContext } from './terminal-context.ts'
import type { TerminalProfile } from './terminal-profile.ts'
import { takesTipsAfterwards } from './tip-rules.ts'
import type { TransactionType } from './transaction-type.ts'

/**
 * What must hold before a money transaction starts: rights, room, an open batch, valid keys, and nothing
 * owed. Undefined when all of it does.
 *
 * - S4: a reversal that is owed is sent before the next online transaction; while the host can't be reached,
 *   no new one starts.
 */
export function* prepareTransaction(
  context: TerminalContext,
  type: TransactionType,
): Flow<CommandOutcome | undefined> {
  const barred = yield* checkReadiness(context)
  if (barred !== undefined) return barred
  const profile = activeProfile(context)
  if (!isSwitchedOn(profile, type)) return yield* refuse('notEnabled', type)
  if (context.state.settlement !== undefined) return yield* refuse('settlementUnfinished')
  if (context.state.transactions.length >= profile.journalLimit) return yield* refuse('batchFull')
  const { freeBytes } = yield* storageSpace()
  if (freeBytes < profile.storageFreeBytesMin) return yield* refuse('storageLow')
  return yield* settleDuties(context, 'transaction')
}

/** Parameter 26 has no bit for tips: they have parameters of their own. */
function isSwitchedOn(profile: TerminalProfile, type: TransactionType): boolean {
  return type === 'tipAdjustment' ? takesTipsAfterwards(profile) : profile.transactions.includes(type)
}

/** Commissioned, and an operator is logged on where the profile wants one. */
export function* checkReadiness(context: TerminalContext): Flow<CommandOutcome | undefined> {
  if (!context.state.commissioned) return yield* refuse('notCommissioned')
  const needed = activeProfile(context).operatorRequired
  if (needed && context.state.loggedOn === undefined) return yield* refuse('notLoggedOn')
  return undefined
}

/**
 * Signs in when the keys are no longer valid, then sends script results, the reversal and notices. A reversal
 * needs valid keys itself, so sign-in is the one exchange that may come before it. `before`: a transaction leaves what was
 * sold offline where the profile sends it with the settlement.
 */
export function* settleDuties(
  context: TerminalContext,
  before: 'transaction' | 'all' = 'all',
): Flow<CommandOutcome | undefined> {
  // A reversal may be answered "sign in again": then once more, after signing in.
  for (let round = 0; round < 2; round++) {
    if (!context.state.signedIn) {
      const signedIn = yield* signInFirst(context)
      if (signedIn.kind !== 'done') return signedIn
    }
    yield* deliverScriptResults(context)
    yield* deliverReversal(context)
    if (context.state.reversal === undefined || context.state.signedIn) break
  }
  if (context.state.reversal !== undefined) return yield* refuse('reversalUndelivered')
  const offlineStays = before === 'transaction' && activeProfile(context).offlineSending === 'settlement'
  yield* deliverNotices(context, offlineStays)
  yield* deliverSignatures(context)
  return context.state.signedIn ? undefined : yield* signInResult(context)
}

function* signInFirst(context: TerminalContext): Flow<CommandOutcome> {
  if (!activeProfile(context).autoSignIn) return yield* refuse('notSignedIn')
  return yield* signIn(context)
}

/** Signs in; undefined when that was done. */
export function* signInResult(context: TerminalContext): Flow<CommandOutcome | undefined> {
  const outcome = yield* signInFirst(context)
  return outcome.kind === 'done' ? undefined : outcome
}
