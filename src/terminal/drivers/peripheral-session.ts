import { LINK, REPLY } from '../../../hardware/protocol/link-codes.ts'
import { encodeFrame, FROM_DEVICE, type LinkFrame } from '../../../hardware/protocol/link-frame.ts'
import { invariant } from '../../base/invariant.ts'

export type PeripheralEvent =
  /** `payload` begins with the status byte. */
  | { readonly kind: 'reply'; readonly payload: Uint8Array }
  | { readonly kind: 'failed'; readonly attempts: number }
  /** The device reports something by itself; acknowledged already, and never reported twice. */
  | { readonly kind: 'event'; readonly code: number; readonly payload: Uint8Array }

export interface PeripheralSessionConfig {
  /** Of the device, 1 to 127. */
  readonly address: number
  /** Wait for a reply or an acknowledgement. */
  readonly replyTimeoutMs: number
  /** Wait for the reply, or one more acknowledgement, after a device acknowledged that it is at work. */
  readonly workTimeoutMs: number
  /** Transmissions of one command in all, 1 or more. */
  readonly attemptsMax: number
}

interface Exchange {
  readonly bytes: Uint8Array
  readonly sequence: number
  readonly command: number
  readonly attempts: number
  readonly deadlineMs: number
  /** Once for each transmission: on a bad line, questions about questions would fill it. */
  readonly askedAgain: boolean
}

/**
 * Stop-and-wait exchange with one peripheral on a line that others may share: one command outstanding, repeated
 * until its reply; events of the device acknowledged.
 *
 * Does no I/O and reads no clock. After every call, send what `takeOutput` gives, handle what `takeEvents` gives,
 * and call `expire` at `deadlineMs` (a call too many does nothing). Times are monotonic milliseconds.
 * Source: docs/peripheral-link.md 4.
 */
export class PeripheralSession {
  readonly #config: PeripheralSessionConfig
  #exchange: Exchange | undefined
  #sequence = 0
  #lastEventSequence: number | undefined
  #output: Uint8Array[] = []
  #events: PeripheralEvent[] = []

  constructor(config: PeripheralSessionConfig) {
    invariant(config.attemptsMax >= 1, 'attemptsMax below 1')
    this.#config = config
  }

  /** When `expire` is due, or undefined while nothing is outstanding. */
  get deadlineMs(): number | undefined {
    return this.#exchange?.deadlineMs
  }

  get isBusy(): boolean {
    return this.#exchange !== undefined
  }

  /** `restart`: the device begins anew with this command, so what it sent before does not count. */
  request(command: number, payload: Uint8Array, nowMs: number, restart = false): void {
    invariant(this.#exchange === undefined, 'a command is outstanding')
    if (restart) this.#lastEventSequence = undefined
    this.#sequence = (this.#sequence + 1) & 0xff
    const { address } = this.#config
    const sequence = this.#sequence
    const bytes = encodeFrame({ address, sequence, command, payload })
    this.#transmit({ bytes, sequence, command, attempts: 0, deadlineMs: nowMs, askedAgain: false }, nowMs)
  }

  /** A frame from this device. */
  receive({ sequence, command, payload }: LinkFrame, nowMs: number): void {
    const exchange = this.#exchange
    if (command < REPLY && command !== LINK.ack && command !== LINK.nak) {
      this.#takeEvent(sequence, command, payload)
      return
    }
    // A late answer to an older command tells nothing.
    if (exchange === undefined || sequence !== exchange.sequence) return
    if (command === LINK.ack) {
      this.#exchange = { ...exchange, deadlineMs: nowMs + this.#config.workTimeoutMs }
    } else if (command === LINK.nak) {
      this.#repeat(exchange, nowMs)
    } else if (command === (exchange.command | REPLY) && payload.length > 0) {
      this.#exchange = undefined
      this.#events.push({ kind: 'reply', payload })
    }
  }

  /** A frame on the line had a wrong CRC. If it was the reply, the device sends it again. */
  damaged(): void {
    if (this.#exchange === undefined || this.#exchange.askedAgain) return
    this.#exchange = { ...this.#exchange, askedAgain: true }
    this.#send(this.#exchange.sequence, LINK.nak)
  }

  expire(nowMs: number): void {
    const exchange = this.#exchange
    if (exchange === undefined || nowMs < exchange.deadlineMs) return
    this.#repeat(exchange, nowMs)
  }

  /** The line is gone: an open command fails. */
  disconnect(): void {
    this.#lastEventSequence = undefined
    this.#output = []
    if (this.#exchange !== undefined) this.#fail(this.#exchange)
  }

  takeOutput(): readonly Uint8Array[] {
    return this.#output.splice(0)
  }

  takeEvents(): readonly PeripheralEvent[] {
    return this.#events.splice(0)
  }

  #takeEvent(sequence: number, code: number, payload: Uint8Array): void {
    this.#send(sequence, LINK.ack)
    if (sequence === this.#lastEventSequence) return
    this.#lastEventSequence = sequence
    this.#events.push({ kind: 'event', code, payload })
  }

  #send(sequence: number, command: number): void {
    const { address } = this.#config
    this.#output.push(encodeFrame({ address, sequence, command, payload: new Uint8Array(0) }))
  }

  #repeat(exchange: Exchange, nowMs: number): void {
    if (exchange.attempts < this.#config.attemptsMax) this.#transmit(exchange, nowMs)
    else this.#fail(exchange)
  }

  #transmit(exchange: Exchange, nowMs: number): void {
    const deadlineMs = nowMs + this.#config.replyTimeoutMs
    this.#exchange = { ...exchange, attempts: exchange.attempts + 1, deadlineMs, askedAgain: false }
    this.#output.push(exchange.bytes)
  }

  #fail(exchange: Exchange): void {
    this.#exchange = undefined
    this.#events.push({ kind: 'failed', attempts: exchange.attempts })
  }
}

/** Whether a frame came from a device, and from which. */
export function deviceOf(frame: LinkFrame): number | undefined {
  return (frame.address & FROM_DEVICE) === 0 ? undefined : frame.address & ~FROM_DEVICE
}
