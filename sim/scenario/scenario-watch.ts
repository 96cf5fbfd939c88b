import type { PaperPiece } from '../../hardware/emulator/paper.ts'
import type { JournalRecord } from '../../src/terminal/flows/journal-record.ts'
import type { Screen } from '../../src/terminal/flows/screen.ts'
import type { CommandOutcome, TerminalCommand } from '../../src/terminal/flows/terminal-command.ts'
import { textLines } from '../check/slip.ts'
import type { Fault } from '../plan/fault-kinds.ts'
import type { Step } from '../plan/plan.ts'
import { outcomeWords } from '../report/outcome-words.ts'
import { RelayWatch } from '../world/relay-watch.ts'
import type { WorldWatch } from '../world/world-watch.ts'
import { newStepRecord, type StepRecord, sentMessage } from './step-record.ts'

/** Writes down what happens in each step of a scenario, and passes everything on to the checks. */
export class ScenarioWatch extends RelayWatch {
  readonly steps: StepRecord[] = []
  readonly #isIdle: (id: number) => boolean
  #step: StepRecord | undefined

  /** `isIdle`: a step that asks nothing of the terminal. */
  constructor(inner: WorldWatch, isIdle: (id: number) => boolean) {
    super(inner)
    this.#isIdle = isIdle
  }

  recordOf(id: number): StepRecord | undefined {
    return this.steps.find((each) => each.id === id)
  }

  override frame(terminal: string, direction: 'request' | 'reply', frame: Uint8Array): void {
    const message = sentMessage(frame)
    if (message !== undefined) this.#step?.messages.push(message)
    super.frame(terminal, direction, frame)
  }

  override durable(terminal: string, records: readonly JournalRecord[]): void {
    const step = this.#step
    if (step !== undefined) {
      step.journal.push(...records)
      for (const record of records) if (record.kind === 'requested') step.stan ??= record.request.stan
    }
    super.durable(terminal, records)
  }

  override shown(terminal: string, screen: Screen): void {
    this.#step?.screens.push(screen)
    super.shown(terminal, screen)
  }

  override printed(terminal: string, piece: PaperPiece): void {
    this.#step?.paper.push(...textLines(piece))
    super.printed(terminal, piece)
  }

  override struck(terminal: string, fault: Fault): void {
    this.#step?.struck.push(fault.kind)
    super.struck(terminal, fault)
  }

  override stepBegins(terminal: string, step: Step, command: TerminalCommand | undefined): void {
    this.#step = newStepRecord(step.id)
    this.steps.push(this.#step)
    super.stepBegins(terminal, step, command)
  }

  override stepEnded(terminal: string, step: Step, outcome: CommandOutcome | undefined): void {
    if (this.#step !== undefined) this.#step.outcome = this.#wordsOf(step.id, outcome)
    this.#step = undefined
    super.stepEnded(terminal, step, outcome)
  }

  /** Nothing comes of waiting; of anything else, only when the terminal lost its power over it. */
  #wordsOf(id: number, outcome: CommandOutcome | undefined): string {
    return this.#isIdle(id) ? 'done' : outcomeWords(outcome)
  }
}
