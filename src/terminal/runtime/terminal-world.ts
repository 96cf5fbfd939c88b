import type { Clock, LocalDateTime, Random } from '../../base/ports.ts'
import type { ReceiveAnswer, SendAnswer } from '../flows/effect.ts'
import type { JournalRecord } from '../flows/journal-record.ts'
import type { PackageAnswers, PackageEffect } from '../flows/package-effect.ts'
import type { PeripheralAnswers, PeripheralEffect } from '../flows/peripheral-effect.ts'
import type { Question, QuestionAnswer, Screen } from '../flows/screen.ts'
import type { TerminalState } from '../flows/terminal-model.ts'

/** A clock that the host may correct. The monotonic side never jumps. */
export interface TerminalClock extends Clock {
  setLocalTime(localTime: LocalDateTime): void
}

/** The durable record of the terminal and the fold of it. */
export interface StateKeeper {
  /** The fold of all durable records. */
  readonly state: TerminalState
  /** `done` comes once all of `records` are durable. `failed` means that this terminal must stop. */
  append(records: readonly JournalRecord[], done: (outcome: AppendOutcome) => void): void
}

export type AppendOutcome =
  | { readonly kind: 'durable' }
  | { readonly kind: 'failed'; readonly reason: string }

/** The line to the acquirer's host. One `send` or `receive` at a time. */
export interface HostLink {
  send(frame: Uint8Array, done: (answer: SendAnswer) => void): void
  receive(timeoutMs: number, done: (answer: ReceiveAnswer) => void): void
  /** Ends the connection, if there is one, and forgets what came in. */
  disconnect(): void
}

/** The operator's screen and keys. */
export interface Panel {
  show(screen: Screen): void
  /** Answers once, unless the question is withdrawn first. One question at a time. */
  ask(question: Question, done: (answer: QuestionAnswer) => void): void
  /** Takes the open question away. It is not answered any more. */
  withdraw(): void
}

/** The part of the peripheral drivers that the interpreter uses. */
export interface PeripheralPort {
  perform<K extends PeripheralEffect['kind']>(
    effect: Extract<PeripheralEffect, { readonly kind: K }>,
    done: (answer: PeripheralAnswers[K]) => void,
  ): void
  /** Ends what waits for a person; its answer is `cancelled`. Harmless while nothing waits. */
  cancel(): void
}

/** Slow password hashing. */
export interface PasswordHasher {
  derive(password: string, salt: Uint8Array, done: (hash: Uint8Array) => void): void
}

export interface StorageSpace {
  freeBytes(done: (freeBytes: number) => void): void
}

/** Where packages are kept, two of them. */
export interface PackageSlots {
  perform<K extends PackageEffect['kind']>(
    effect: Extract<PackageEffect, { readonly kind: K }>,
    done: (answer: PackageAnswers[K]) => void,
  ): void
}

/** All that a flow's effects are performed on. Callbacks only, so that a virtual clock can drive it. */
export interface TerminalWorld {
  readonly clock: TerminalClock
  readonly random: Random
  readonly keeper: StateKeeper
  readonly hostLink: HostLink
  readonly panel: Panel
  readonly peripherals: PeripheralPort
  readonly passwords: PasswordHasher
  readonly storage: StorageSpace
  /** Undefined for a terminal that takes no packages. */
  readonly slots?: PackageSlots
}
