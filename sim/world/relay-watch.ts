import type { PaperPiece } from '../../hardware/emulator/paper.ts'
import type { JournalRecord } from '../../src/terminal/flows/journal-record.ts'
import type { Screen } from '../../src/terminal/flows/screen.ts'
import type { CommandOutcome, TerminalCommand } from '../../src/terminal/flows/terminal-command.ts'
import type { Fault } from '../plan/fault-kinds.ts'
import type { Step } from '../plan/plan.ts'
import type { WorldWatch } from './world-watch.ts'

/** Passes on all that it hears: for whoever wants to hear a part of it. */
export class RelayWatch implements WorldWatch {
  readonly #next: WorldWatch

  constructor(next: WorldWatch) {
    this.#next = next
  }

  get isOver(): boolean {
    return this.#next.isOver
  }

  frame(terminal: string, direction: 'request' | 'reply', frame: Uint8Array): void {
    this.#next.frame(terminal, direction, frame)
  }

  durable(terminal: string, records: readonly JournalRecord[]): void {
    this.#next.durable(terminal, records)
  }

  shown(terminal: string, screen: Screen): void {
    this.#next.shown(terminal, screen)
  }

  printed(terminal: string, piece: PaperPiece): void {
    this.#next.printed(terminal, piece)
  }

  struck(terminal: string, fault: Fault): void {
    this.#next.struck(terminal, fault)
  }

  stepBegins(terminal: string, step: Step, command: TerminalCommand | undefined): void {
    this.#next.stepBegins(terminal, step, command)
  }

  stepEnded(terminal: string, step: Step, outcome: CommandOutcome | undefined): void {
    this.#next.stepEnded(terminal, step, outcome)
  }

  logged(host: string, line: string): void {
    this.#next.logged(host, line)
  }

  cardCommand(terminal: string, apdu: Uint8Array | undefined): void {
    this.#next.cardCommand(terminal, apdu)
  }

  damageBelieved(terminal: string, what: string): void {
    this.#next.damageBelieved(terminal, what)
  }

  tell(who: string, text: string): void {
    this.#next.tell(who, text)
  }

  bug(who: string, error: unknown): void {
    this.#next.bug(who, error)
  }

  hostFault(host: string, reason: string): void {
    this.#next.hostFault(host, reason)
  }

  stuck(): void {
    this.#next.stuck()
  }

  endless(): void {
    this.#next.endless()
  }

  deadlock(): void {
    this.#next.deadlock()
  }

  leftTimers(count: number): void {
    this.#next.leftTimers(count)
  }
}
