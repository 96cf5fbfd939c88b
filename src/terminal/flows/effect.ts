import type { LocalDateTime } from '../../base/ports.ts'
import type { JournalRecord } from './journal-record.ts'
import type { PackageAnswers, PackageEffect } from './package-effect.ts'
import type { PackageSlot } from './package-model.ts'
import type {
  AwaitCardAnswer,
  CardRemovalAnswer,
  CardWays,
  DeviceReportAnswer,
  DeviceTrouble,
  PeripheralEffect,
  PinPadAnswer,
  PinPadCommand,
  ReleaseTap,
  TransmitAnswer,
} from './peripheral-effect.ts'
import type { PrintDocument, PrintOutcome } from './print-document.ts'
import type { Question, QuestionAnswer, Screen } from './screen.ts'

/**
 * What a flow may ask of its world. A flow never touches a device, a socket, a disk or a clock:
 * it yields an effect and gets the answer back, from the runtime or from the simulator.
 */
export type Effect =
  | PeripheralEffect
  | PackageEffect
  /** All of `records` become durable together, or the terminal stops. */
  | { readonly kind: 'append'; readonly records: readonly JournalRecord[] }
  | { readonly kind: 'storageSpace' }
  /** TPDU, header and message; the link adds the length. Connects first when it must. */
  | { readonly kind: 'send'; readonly frame: Uint8Array }
  | { readonly kind: 'receive'; readonly timeoutMs: number }
  | { readonly kind: 'disconnect' }
  | { readonly kind: 'now' }
  /** From fields 12 and 13 of the sign-in reply. */
  | { readonly kind: 'setClock'; readonly localTime: LocalDateTime }
  | { readonly kind: 'random'; readonly size: number }
  /** `isCancellable`: the operator's cancel key ends it, also one that was pressed earlier in this command, to no use. */
  | { readonly kind: 'wait'; readonly durationMs: number; readonly isCancellable?: boolean }
  | { readonly kind: 'display'; readonly screen: Screen }
  | { readonly kind: 'ask'; readonly question: Question; readonly timeoutMs: number }
  /** scrypt of `password` with `salt`: slow on purpose, so the world does it. */
  | { readonly kind: 'derivePassword'; readonly password: string; readonly salt: Uint8Array }

export type SendAnswer =
  /** Some or all of it may have left: from here on the host may have acted on it. */
  | { readonly kind: 'sent' }
  /** Provably nothing left: no reversal is due. */
  | { readonly kind: 'notSent'; readonly reason: string }

export type ReceiveAnswer =
  | { readonly kind: 'frame'; readonly frame: Uint8Array }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'disconnected' }

export type WaitAnswer = { readonly kind: 'over' | 'cancelled' }

export interface NowAnswer {
  readonly localTime: LocalDateTime
  readonly monotonicMs: number
}

/** A dialogue that reads top to bottom. What must survive a power cut is in the journal, never in here. */
export type Flow<T> = Generator<Effect, T, unknown>

/** Answers only once the records are durable. */
export function* append(...records: readonly JournalRecord[]): Flow<void> {
  yield { kind: 'append', records }
}

export function* storageSpace(): Flow<{ readonly freeBytes: number }> {
  return (yield { kind: 'storageSpace' }) as { readonly freeBytes: number }
}

export function* send(frame: Uint8Array): Flow<SendAnswer> {
  return (yield { kind: 'send', frame }) as SendAnswer
}

export function* receive(timeoutMs: number): Flow<ReceiveAnswer> {
  return (yield { kind: 'receive', timeoutMs }) as ReceiveAnswer
}

export function* disconnect(): Flow<void> {
  yield { kind: 'disconnect' }
}

export function* now(): Flow<NowAnswer> {
  return (yield { kind: 'now' }) as NowAnswer
}

export function* setClock(localTime: LocalDateTime): Flow<void> {
  yield { kind: 'setClock', localTime }
}

export function* random(size: number): Flow<Uint8Array> {
  return (yield { kind: 'random', size }) as Uint8Array
}

export function* wait(durationMs: number): Flow<void> {
  yield { kind: 'wait', durationMs }
}

/** Waits until the time is over or the operator presses cancel. */
export function* waitOrCancel(durationMs: number): Flow<WaitAnswer> {
  return (yield { kind: 'wait', durationMs, isCancellable: true }) as WaitAnswer
}

export function* display(screen: Screen): Flow<void> {
  yield { kind: 'display', screen }
}

export function* ask(question: Question, timeoutMs: number): Flow<QuestionAnswer> {
  return (yield { kind: 'ask', question, timeoutMs }) as QuestionAnswer
}

export function* derivePassword(password: string, salt: Uint8Array): Flow<Uint8Array> {
  return (yield { kind: 'derivePassword', password, salt }) as Uint8Array
}

export function* awaitCard(accept: CardWays, timeoutMs: number): Flow<AwaitCardAnswer> {
  return (yield { kind: 'awaitCard', accept, timeoutMs }) as AwaitCardAnswer
}

export function* transmit(apdu: Uint8Array): Flow<TransmitAnswer> {
  return (yield { kind: 'transmit', apdu }) as TransmitAnswer
}

export function* releaseCard(): Flow<{ readonly kind: 'done' } | DeviceTrouble> {
  return (yield { kind: 'releaseCard' }) as { readonly kind: 'done' } | DeviceTrouble
}

export function* releaseTap(signal: ReleaseTap['signal']): Flow<{ readonly kind: 'done' } | DeviceTrouble> {
  return (yield { kind: 'releaseTap', signal }) as { readonly kind: 'done' } | DeviceTrouble
}

export function* awaitCardRemoval(timeoutMs: number): Flow<CardRemovalAnswer> {
  return (yield { kind: 'awaitCardRemoval', timeoutMs }) as CardRemovalAnswer
}

export function* pinPad(command: PinPadCommand): Flow<PinPadAnswer> {
  return (yield { kind: 'pinPad', command }) as PinPadAnswer
}

export function* print(document: PrintDocument): Flow<PrintOutcome> {
  return (yield { kind: 'print', document }) as PrintOutcome
}

export function* deviceReport(): Flow<DeviceReportAnswer> {
  return (yield { kind: 'deviceReport' }) as DeviceReportAnswer
}

/** Answers only once the bytes are durable. */
export function* storeChunk(
  slot: PackageSlot,
  offset: number,
  bytes: Uint8Array,
): Flow<PackageAnswers['storeChunk']> {
  return (yield { kind: 'storeChunk', slot, offset, bytes }) as PackageAnswers['storeChunk']
}

export function* readSlot(slot: PackageSlot, offset: number, size: number): Flow<PackageAnswers['readSlot']> {
  return (yield { kind: 'readSlot', slot, offset, size }) as PackageAnswers['readSlot']
}

export function* loadSlot(
  installed: { readonly slot: PackageSlot; readonly id: string } | undefined,
): Flow<PackageAnswers['loadSlot']> {
  return (yield { kind: 'loadSlot', installed }) as PackageAnswers['loadSlot']
}
