import { currencyCode } from '../../base/money.ts'
import { isCounted } from './batch-totals.ts'
import type { Flow } from './effect.ts'
import { refuse } from './step.ts'
import type { CommandOutcome } from './terminal-command.ts'
import { activeProfile, type TerminalContext } from './terminal-context.ts'
import type { Transaction } from './terminal-model.ts'
import { TRANSACTION_KINDS } from './transaction-kind.ts'
import type { TransactionType } from './transaction-type.ts'

/**
 * What the totals of a batch are in: `own`, unless what it holds is in another currency. Field 48 has room for sums, not
 * for currencies, so that a batch holds one.
 */
export function batchCurrency(transactions: readonly Transaction[], own: string): string {
  return transactions.find(isCounted)?.request.currency ?? own
}

/** Undefined when money in `currency`, the terminal's own by default, may come into the batch. */
export function* refuseOtherCurrency(
  context: TerminalContext,
  type: TransactionType,
  currency?: string,
): Flow<CommandOutcome | undefined> {
  if (TRANSACTION_KINDS[type].side === 'none') return undefined
  const own = activeProfile(context).currency
  const held = batchCurrency(context.state.transactions, currency ?? own)
  return held === (currency ?? own) ? undefined : yield* refuse('otherCurrency', currencyCode(held))
}
