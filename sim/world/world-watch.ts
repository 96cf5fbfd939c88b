import type { PaperPiece } from '../../hardware/emulator/paper.ts'
import type { JournalRecord } from '../../src/terminal/flows/journal-record.ts'
import type { Screen } from '../../src/terminal/flows/screen.ts'
import type { CommandOutcome, TerminalCommand } from '../../src/terminal/flows/terminal-command.ts'
import type { Fault } from '../plan/fault-kinds.ts'
import type { Step } from '../plan/plan.ts'

/** Everything of a run that checkers, statistics and stories hear, as it happens. `who`: a terminal or a host. */
export interface WorldWatch {
  /** Enough is known: the run may stop. */
  readonly isOver: boolean
  /** A frame leaves a side, before any fault; without length. Valid during the call. */
  frame(terminal: string, direction: 'request' | 'reply', frame: Uint8Array): void
  durable(terminal: string, records: readonly JournalRecord[]): void
  shown(terminal: string, screen: Screen): void
  printed(terminal: string, piece: PaperPiece): void
  struck(terminal: string, fault: Fault): void
  stepBegins(terminal: string, step: Step, command: TerminalCommand | undefined): void
  stepEnded(terminal: string, step: Step, outcome: CommandOutcome | undefined): void
  /** A line of a host's log. */
  logged(host: string, line: string): void
  /** A command reaches the chip; undefined: the chip gets power and begins anew. Valid during the call. */
  cardCommand(terminal: string, apdu: Uint8Array | undefined): void
  /** A device answers what only a damaged frame can have told it. */
  damageBelieved(terminal: string, what: string): void
  tell(who: string, text: string): void
  bug(who: string, error: unknown): void
  hostFault(host: string, reason: string): void
  /** The quiet time came to no end: something stays owed. */
  stuck(): void
  /** It goes on and on, and comes to no end. */
  endless(): void
  /** Nothing is scheduled, and somebody waits. */
  deadlock(): void
  leftTimers(count: number): void
}
