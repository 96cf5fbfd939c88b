import type { PaperPiece } from '../../hardware/emulator/paper.ts'
import type { JournalRecord } from '../../src/terminal/flows/journal-record.ts'
import type { Screen } from '../../src/terminal/flows/screen.ts'
import type { CommandOutcome, TerminalCommand } from '../../src/terminal/flows/terminal-command.ts'
import { textLines } from '../check/slip.ts'
import type { Fault } from '../plan/fault-kinds.ts'
import type { Step } from '../plan/plan.ts'
import { outcomeWords } from '../report/outcome-words.ts'
import type { WorldWatch } from '../world/world-watch.ts'
import { newStepRecord, type StepRecord, sentMessage } from './step-record.ts'

/** Writes down what happens in each step of a scenario, and passes everything on to the checks. */
export class ScenarioWatch implements WorldWatch {
  readonly steps: StepRecord[] = []
  readonly #inner: WorldWatch
  readonly #isIdle: (id: number) => boolean
  #step: StepRecord | undefined

  /** `isIdle`: a step that asks nothing of the terminal. */
  constructor(inner: WorldWatch, isIdle: (id: number) => boolean) {
    this.#inner = inner
    this.#isIdle = isIdle
  }

  get isOver(): boolean {
    return this.#inner.isOver
  }

  recordOf(id: number): StepRecord | undefined {
    return this.steps.find((each) => each.id === id)
  }

  frame(terminal: string, direction: 'request' | 'reply', frame: Uint8Array): void {
    const message = sentMessage(frame)
    if (message !== undefined) this.#step?.messages.push(message)
    this.#inner.frame(terminal, direction, frame)
  }

  durable(terminal: string, records: readonly JournalRecord[]): void {
    const step = this.#step
    if (step !== undefined) {
      step.journal.push(...records)
      for (const record of records) if (record.kind === 'requested') step.stan ??= record.request.stan
    }
    this.#inner.durable(terminal, records)
  }

  shown(terminal: string, screen: Screen): void {
    this.#step?.screens.push(screen)
    this.#inner.shown(terminal, screen)
  }

  printed(terminal: string, piece: PaperPiece): void {
    this.#step?.paper.push(...textLines(piece))
    this.#inner.printed(terminal, piece)
  }

  struck(terminal: string, fault: Fault): void {
    this.#step?.struck.push(fault.kind)
    this.#inner.struck(terminal, fault)
  }

  stepBegins(terminal: string, step: Step, command: TerminalCommand | undefined): void {
    this.#step = newStepRecord(step.id)
    this.steps.push(this.#step)
    this.#inner.stepBegins(terminal, step, command)
  }

  stepEnded(terminal: string, step: Step, outcome: CommandOutcome | undefined): void {
    if (this.#step !== undefined) this.#step.outcome = this.#wordsOf(step.id, outcome)
    this.#step = undefined
    this.#inner.stepEnded(terminal, step, outcome)
  }

  /** Nothing comes of waiting; of anything else, only when the terminal lost its power over it. */
  #wordsOf(id: number, outcome: CommandOutcome | undefined): string {
    return this.#isIdle(id) ? 'done' : outcomeWords(outcome)
  }

  tell(who: string, text: string): void {
    this.#inner.tell(who, text)
  }

  bug(who: string, error: unknown): void {
    this.#inner.bug(who, error)
  }

  hostFault(host: string, reason: string): void {
    this.#inner.hostFault(host, reason)
  }

  logged(host: string, line: string): void {
    this.#inner.logged(host, line)
  }

  cardCommand(terminal: string, apdu: Uint8Array | undefined): void {
    this.#inner.cardCommand(terminal, apdu)
  }

  damageBelieved(terminal: string, what: string): void {
    this.#inner.damageBelieved(terminal, what)
  }

  endless(): void {
    this.#inner.endless()
  }

  stuck(): void {
    this.#inner.stuck()
  }

  deadlock(): void {
    this.#inner.deadlock()
  }

  leftTimers(count: number): void {
    this.#inner.leftTimers(count)
  }
}
