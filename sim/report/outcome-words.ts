import { formatAmount } from '../../src/base/money.ts'
import type { CommandOutcome } from '../../src/terminal/flows/terminal-command.ts'

/** What came of a command in a few words, the telling one first: `declined 51`. Without trace numbers; `cut off` when the terminal lost its power. */
export function outcomeWords(outcome: CommandOutcome | undefined): string {
  if (outcome === undefined) return 'cut off'
  switch (outcome.kind) {
    case 'approved':
      return `approved ${formatAmount(outcome.transaction.amountMinor, outcome.transaction.currency)}`
    case 'declined':
      return `declined ${outcome.responseCode}`
    case 'reversed':
      return `reversed ${outcome.reason} ${outcome.reversal}`
    case 'balance':
      return `balance ${formatAmount(outcome.amountMinor, outcome.currency)}`
    case 'refused':
    case 'failed':
      return outcome.detail === undefined
        ? `${outcome.kind} ${outcome.reason}`
        : `${outcome.kind} ${outcome.reason} ${outcome.detail}`
    default:
      return outcome.kind
  }
}
