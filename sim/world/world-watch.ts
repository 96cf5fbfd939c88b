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
  tell(who: string, text: string): void
  bug(who: string, error: unknown): void
  hostFault(host: string, reason: string): void
  /** The quiet time came to no end: something stays owed. */
  stuck(): void
  /** Nothing is scheduled, and somebody waits. */
  deadlock(): void
  leftTimers(count: number): void
}
