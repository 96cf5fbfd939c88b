import type { Flow } from '../flows/effect.ts'
import { performCommand, startUp } from '../flows/main-flow.ts'
import type { DeviceReportAnswer } from '../flows/peripheral-effect.ts'
import type { Screen } from '../flows/screen.ts'
import type { CommandOutcome, TerminalCommand } from '../flows/terminal-command.ts'
import { activeProfile, type TerminalContext } from '../flows/terminal-context.ts'
import type { TerminalProfile } from '../flows/terminal-profile.ts'
import type { TerminalState } from '../flows/terminal-state.ts'
import type { StreamDialer } from '../runtime/dialed-host-link.ts'
import type { FlowEnd, Interpreter, StopCause } from '../runtime/interpreter.ts'
import type { RecordStore } from '../runtime/state-keeper.ts'

/** The terminal does nothing more; opening it again recovers from its journal. */
export class TerminalStopped extends Error {
  override readonly name = 'TerminalStopped'
  readonly stopCause: StopCause

  constructor(stopCause: StopCause) {
    super(stopCause.message, stopCause.kind === 'bug' ? { cause: stopCause.error } : {})
    this.stopCause = stopCause
  }
}

/** Watches a terminal at work, and may end it at a chosen moment: for whoever tests what a power cut leaves. */
export interface TerminalProbe {
  /** What the flows append to; `store` is the journal. */
  journal?(store: RecordStore): RecordStore
  /** What the terminal runs instead of `flow`. */
  flow?<T>(flow: Flow<T>): Flow<T>
  /** What it dials the host with. */
  dialer?(dialer: StreamDialer): StreamDialer
  /** What came of a command, before whoever gave it hears of it. */
  outcome?(command: TerminalCommand, outcome: CommandOutcome): void
}

export interface TerminalParts {
  readonly interpreter: Interpreter
  readonly context: TerminalContext
  readonly probe: TerminalProbe | undefined
  /** After each command, when nothing runs: the journal may be shortened. */
  readonly tidy: () => void
  /** Ends lines, devices and journal; called once. */
  readonly release: () => void
}

interface Job {
  readonly flow: () => Flow<CommandOutcome | undefined>
  readonly done: (outcome: CommandOutcome | undefined) => void
  readonly failed: (error: TerminalStopped) => void
}

/** A terminal that runs: takes commands one after the other, until it is closed or stops. */
export class Terminal {
  readonly #parts: TerminalParts
  readonly #jobs: Job[] = []
  readonly #screenListeners: ((screen: Screen) => void)[] = []
  readonly #deviceListeners: ((report: DeviceReportAnswer) => void)[] = []
  #running = false
  #idle: (() => void) | undefined
  #closed: Promise<void> | undefined

  constructor(parts: TerminalParts) {
    this.#parts = parts
  }

  get state(): TerminalState {
    return this.#parts.context.state
  }

  /** The profile in force. */
  get profile(): TerminalProfile {
    return activeProfile(this.#parts.context)
  }

  /** Set once the terminal has stopped by itself. */
  get stopCause(): StopCause | undefined {
    return this.#parts.interpreter.stopCause
  }

  /** Does what a power cut left open. Before the first command. Rejects with `TerminalStopped`. */
  async start(): Promise<void> {
    const { context } = this.#parts
    await this.#enqueue(function* () {
      yield* startUp(context)
      return undefined
    })
  }

  /**
   * Does `command` after those before it. `cancelled` when the terminal is being closed.
   * Rejects with `TerminalStopped` when the terminal had to stop.
   */
  async run(command: TerminalCommand): Promise<CommandOutcome> {
    if (this.#closed !== undefined) return { kind: 'cancelled' }
    const { context, probe } = this.#parts
    const outcome = (await this.#enqueue(() => performCommand(context, command))) ?? { kind: 'cancelled' }
    probe?.outcome?.(command, outcome)
    return outcome
  }

  /** The operator's cancel key. Returns whether something was waiting for a person. */
  cancel(): boolean {
    return this.#parts.interpreter.cancel()
  }

  /** Each screen that is shown, and each that asks. */
  onScreen(listener: (screen: Screen) => void): void {
    this.#screenListeners.push(listener)
  }

  onDevices(listener: (report: DeviceReportAnswer) => void): void {
    this.#deviceListeners.push(listener)
  }

  screenShown(screen: Screen): void {
    for (const listener of this.#screenListeners) listener(screen)
  }

  devicesChanged(report: DeviceReportAnswer): void {
    for (const listener of this.#deviceListeners) listener(report)
  }

  /**
   * Ends the terminal: what waits for a person is cancelled, what waits for the host may take `graceMs`; then
   * it stops as by a power cut, and the next start puts it right. Nothing is left open.
   */
  close(graceMs = 5_000): Promise<void> {
    this.#closed ??= this.#close(graceMs)
    return this.#closed
  }

  async #close(graceMs: number): Promise<void> {
    for (const job of this.#jobs.splice(0)) job.done(undefined)
    if (this.#running) {
      const idle = new Promise<void>((resolve) => {
        this.#idle = resolve
      })
      const timer = setTimeout(() => this.#parts.interpreter.abandon(), graceMs)
      this.#parts.interpreter.beginClosing()
      await idle
      clearTimeout(timer)
    }
    this.#parts.release()
  }

  /** Ends as by a power cut: nothing more is done, answered or waited for. What is owed is in the journal. */
  cutPower(): void {
    if (this.#closed !== undefined) return
    this.#closed = Promise.resolve()
    const { interpreter, release } = this.#parts
    interpreter.abandon()
    release()
  }

  #enqueue(flow: Job['flow']): Promise<CommandOutcome | undefined> {
    return new Promise((done, failed) => {
      this.#jobs.push({ flow, done, failed })
      this.#next()
    })
  }

  #next(): void {
    if (this.#running) return
    const job = this.#jobs.shift()
    if (job === undefined) return
    this.#running = true
    const flow = job.flow()
    const { interpreter, probe } = this.#parts
    interpreter.run(probe?.flow?.(flow) ?? flow, (end) => this.#ended(job, end))
  }

  #ended(job: Job, end: FlowEnd<CommandOutcome | undefined>): void {
    this.#running = false
    if (end.kind === 'finished') {
      this.#parts.tidy()
      job.done(end.value)
    } else job.failed(new TerminalStopped(end.cause))
    this.#idle?.()
    if (this.#idle === undefined) this.#next()
  }
}
