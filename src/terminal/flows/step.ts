import type { Flow } from './effect.ts'
import { showMessage } from './show.ts'
import type { CommandOutcome, RefusalReason } from './terminal-command.ts'

/** Either a value to go on with, or the outcome that ends the command. Nothing is owed in the latter. */
export type Step<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly outcome: CommandOutcome }

export function ended(outcome: CommandOutcome): { readonly ok: false; readonly outcome: CommandOutcome } {
  return { ok: false, outcome }
}

/** Shows why, and ends the command. */
export function* refuse(reason: RefusalReason, detail?: string): Flow<CommandOutcome> {
  yield* showMessage(`refused.${reason}`)
  return detail === undefined ? { kind: 'refused', reason } : { kind: 'refused', reason, detail }
}
