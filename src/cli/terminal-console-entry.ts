import type { CommissioningStep } from '../terminal/flows/commissioning/step-evidence.ts'
import type { TerminalCommand } from '../terminal/flows/terminal-command.ts'
import type { CliLanguage } from './language.ts'
import type { Arguments, Text } from './terminal-console-arguments.ts'

export type ConsoleLanguage = CliLanguage | 'both'

/** One line of an operator or of a script. */
export type ConsoleCommand =
  | { readonly kind: 'run'; readonly command: TerminalCommand }
  | { readonly kind: 'language'; readonly language: ConsoleLanguage }
  /** For whoever brings terminals into service; see `ConsoleServices`. */
  | { readonly kind: 'activate'; readonly code: string }
  | { readonly kind: 'commission'; readonly step?: CommissioningStep | 'all'; readonly again: boolean }
  | { readonly kind: 'help' }
  | { readonly kind: 'quit' }
  /** An empty line, or a comment. */
  | { readonly kind: 'nothing' }

export interface CommandEntry {
  readonly name: string
  readonly aliases: readonly string[]
  readonly usage: string
  readonly summary: Text
  build(args: Arguments): ConsoleCommand
}

/** A command of the terminal itself. */
export function run(command: TerminalCommand): ConsoleCommand {
  return { kind: 'run', command }
}

/** `{ [key]: value }`, or nothing when there is no value: commands leave out what is not given. */
export function given<K extends string, T>(key: K, value: T | undefined): { readonly [key in K]?: T } {
  // A computed key has the type `string`; the one member is named by `key`.
  return (value === undefined ? {} : { [key]: value }) as { readonly [key in K]?: T }
}
