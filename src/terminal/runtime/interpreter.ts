import { InvariantError, invariant, unreachable } from '../../base/invariant.ts'
import type { CancelTimer } from '../../base/ports.ts'
import type { Effect, Flow } from '../flows/effect.ts'
import type { PeripheralEffect } from '../flows/peripheral-effect.ts'
import type { Question } from '../flows/screen.ts'
import type { TerminalWorld } from './terminal-world.ts'

/** Why a terminal stopped. It does nothing more; the next start recovers from the journal. */
export type StopCause =
  /** The program is wrong. `message` holds no card data. */
  | { readonly kind: 'bug'; readonly message: string; readonly error: unknown }
  /** Records could not be made durable. */
  | { readonly kind: 'journal'; readonly message: string }
  /** Told to stop at once, as by a power cut. */
  | { readonly kind: 'abandoned'; readonly message: string }

export type FlowEnd<T> =
  | { readonly kind: 'finished'; readonly value: T }
  | { readonly kind: 'stopped'; readonly cause: StopCause }

type WaitEffect = Extract<Effect, { kind: 'wait' }>

interface Task {
  readonly next: (answer: unknown) => IteratorResult<Effect, unknown>
  readonly done: (end: FlowEnd<unknown>) => void
}

/** An effect whose answer is awaited. Its identity tells a late or second answer from the right one. */
interface Pending {
  readonly kind: Effect['kind']
  /** Ends the waiting as the operator's cancel key does; undefined when it can't be cancelled. */
  cancel: (() => void) | undefined
  /** Takes back timers and questions without an answer. */
  release: (() => void) | undefined
}

/**
 * Runs one flow at a time against a world, effect by effect.
 *
 * A bug (an exception in a flow or in the world, a second answer to one effect) or an append that is not
 * durable stops the terminal for good. Effects that are answered at once cost no stack.
 */
export class Interpreter {
  readonly #world: TerminalWorld
  #task: Task | undefined
  #pending: Pending | undefined
  /** An answer that waits for the loop, so that synchronous answers don't nest. */
  #answer: { readonly value: unknown } | undefined
  #looping = false
  #stopCause: StopCause | undefined
  #closing = false
  /** Cancel was pressed while nothing waited for a person: a host is asked again and again, and between is a moment. */
  #idleCancel = false

  constructor(world: TerminalWorld) {
    this.#world = world
  }

  get stopCause(): StopCause | undefined {
    return this.#stopCause
  }

  get busy(): boolean {
    return this.#task !== undefined
  }

  /** `done` comes exactly once. One flow at a time. */
  run<T>(flow: Flow<T>, done: (end: FlowEnd<T>) => void): void {
    invariant(this.#task === undefined, 'a flow is running')
    if (this.#stopCause !== undefined) {
      done({ kind: 'stopped', cause: this.#stopCause })
      return
    }
    this.#task = {
      next: (answer) => flow.next(answer),
      // The task is built from `flow`, so a finished value is its `T`.
      done: (end) => done(end as FlowEnd<T>),
    }
    this.#idleCancel = false
    this.#answer = { value: undefined }
    this.#loop()
  }

  /** The operator's cancel key. Returns whether something was waiting for a person. */
  cancel(): boolean {
    const cancel = this.#pending?.cancel
    if (cancel === undefined) {
      this.#idleCancel = this.busy
      return false
    }
    cancel()
    return true
  }

  /** From now on nothing waits for a person: whatever would is cancelled at once. */
  beginClosing(): void {
    this.#closing = true
    this.cancel()
  }

  /** Stops at once, as a power cut would; what is owed is in the journal. */
  abandon(): void {
    this.#stop({ kind: 'abandoned', message: 'stopped before the end of the transaction' })
  }

  #loop(): void {
    if (this.#looping) return
    this.#looping = true
    try {
      while (this.#answer !== undefined && this.#task !== undefined) {
        const { value } = this.#answer
        this.#answer = undefined
        this.#step(this.#task, value)
      }
    } finally {
      this.#looping = false
    }
  }

  #step(task: Task, answer: unknown): void {
    let end: FlowEnd<unknown> | undefined
    try {
      const result = task.next(answer)
      if (result.done === true) end = { kind: 'finished', value: result.value }
      else this.#begin(result.value)
    } catch (error) {
      this.#stop({ kind: 'bug', message: bugMessage(error), error })
    }
    if (end === undefined) return
    this.#task = undefined
    task.done(end)
  }

  #begin(effect: Effect): void {
    const pending: Pending = { kind: effect.kind, cancel: undefined, release: undefined }
    this.#pending = pending
    this.#perform(effect, pending, (value) => this.#accept(pending, value))
    if (this.#closing && this.#pending === pending) pending.cancel?.()
  }

  #accept(pending: Pending, value: unknown): void {
    if (this.#stopCause !== undefined) return
    if (this.#pending !== pending) {
      const error = new InvariantError(`${pending.kind} was answered twice`)
      this.#stop({ kind: 'bug', message: error.message, error })
      return
    }
    this.#pending = undefined
    this.#answer = { value }
    this.#loop()
  }

  #perform(effect: Effect, pending: Pending, accept: (value: unknown) => void): void {
    const { clock, random, keeper, hostLink, panel, passwords, storage, slots } = this.#world
    switch (effect.kind) {
      case 'append':
        keeper.append(effect.records, (outcome) => {
          if (outcome.kind === 'durable') accept(undefined)
          else this.#stop({ kind: 'journal', message: outcome.reason })
        })
        return
      case 'storageSpace':
        storage.freeBytes((freeBytes) => accept({ freeBytes }))
        return
      case 'send':
        hostLink.send(effect.frame, accept)
        return
      case 'receive':
        hostLink.receive(effect.timeoutMs, accept)
        return
      case 'disconnect':
        hostLink.disconnect()
        accept(undefined)
        return
      case 'now':
        accept({ localTime: clock.localTime(), monotonicMs: clock.nowMs() })
        return
      case 'setClock':
        clock.setLocalTime(effect.localTime)
        accept(undefined)
        return
      case 'random':
        accept(random.bytes(effect.size))
        return
      case 'wait':
        this.#wait(effect, pending, accept)
        return
      case 'display':
        panel.show(effect.screen)
        accept(undefined)
        return
      case 'ask':
        this.#ask(effect.question, effect.timeoutMs, pending, accept)
        return
      case 'derivePassword':
        passwords.derive(effect.password, effect.salt, accept)
        return
      case 'storeChunk':
      case 'readSlot':
      case 'loadSlot':
        invariant(slots !== undefined, 'a terminal without slots was asked for them')
        slots.perform(effect, accept)
        return
      default:
        this.#performPeripheral(effect, pending, accept)
    }
  }

  #wait(effect: WaitEffect, pending: Pending, accept: (value: unknown) => void): void {
    const { clock } = this.#world
    const stopTimer = clock.schedule(clock.nowMs() + effect.durationMs, () => accept({ kind: 'over' }))
    pending.release = stopTimer
    if (effect.isCancellable !== true) return
    pending.cancel = () => {
      stopTimer()
      accept({ kind: 'cancelled' })
    }
    const wasCancelled = this.#idleCancel
    this.#idleCancel = false
    if (wasCancelled) pending.cancel()
  }

  #ask(question: Question, timeoutMs: number, pending: Pending, accept: (value: unknown) => void): void {
    const { clock, panel } = this.#world
    let open = true
    let stopTimer: CancelTimer | undefined
    const finish = (value: unknown): void => {
      // A key pressed in the moment in which the question was withdrawn is no second answer.
      if (!open) return
      open = false
      stopTimer?.()
      accept(value)
    }
    const end = (kind: 'timeout' | 'cancelled'): void => {
      panel.withdraw()
      finish({ kind })
    }
    pending.cancel = () => end('cancelled')
    pending.release = () => {
      open = false
      stopTimer?.()
      panel.withdraw()
    }
    panel.ask(question, finish)
    if (open) stopTimer = clock.schedule(clock.nowMs() + timeoutMs, () => end('timeout'))
  }

  #performPeripheral(effect: PeripheralEffect, pending: Pending, accept: (value: unknown) => void): void {
    const { peripherals } = this.#world
    switch (effect.kind) {
      case 'awaitCard':
      case 'awaitCardRemoval':
        pending.cancel = () => peripherals.cancel()
        break
      case 'pinPad':
        if (effect.command.op === 'enterPin') pending.cancel = () => peripherals.cancel()
        break
      case 'transmit':
      case 'releaseCard':
      case 'releaseTap':
      case 'print':
      case 'deviceReport':
        break
      default:
        unreachable(effect)
    }
    pending.release = pending.cancel
    peripherals.perform(effect, accept)
  }

  #stop(cause: StopCause): void {
    if (this.#stopCause !== undefined) return
    this.#stopCause = cause
    const pending = this.#pending
    const task = this.#task
    this.#pending = undefined
    this.#answer = undefined
    this.#task = undefined
    try {
      pending?.release?.()
    } catch {
      // The terminal is stopping already; the first cause is the one to tell.
    }
    task?.done({ kind: 'stopped', cause })
  }
}

/** The text of an exception of ours; of a foreign one only its name, since its text may hold anything. */
function bugMessage(error: unknown): string {
  if (error instanceof InvariantError) return error.message
  return error instanceof Error ? error.name : 'unknown error'
}
