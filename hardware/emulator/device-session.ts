import { concatBytes, equalBytes } from '../../src/base/bytes.ts'
import { invariant } from '../../src/base/invariant.ts'
import type { CancelTimer, Clock } from '../../src/base/ports.ts'
import {
  COMMAND,
  EVENT_REPEAT_MS,
  EVENT_TRIES_MAX,
  LINK,
  REPLY,
  STATUS,
  WORKING_ACK_MS,
} from '../protocol/link-codes.ts'
import { encodeFrame, FROM_DEVICE, type LinkFrame } from '../protocol/link-frame.ts'

/** Status byte and body of a reply. */
export interface DeviceReply {
  readonly status: number
  readonly body?: Uint8Array
}

/** What a device does with a command: replies now, or later through `finish`, once. */
export type CommandHandler = (
  command: number,
  payload: Uint8Array,
  finish: (reply: DeviceReply) => void,
) => void

export interface DeviceSessionOptions {
  readonly address: number
  readonly clock: Clock
  readonly perform: CommandHandler
  /** IDENTIFY came: a terminal begins anew; what an earlier one asked for is forgotten. */
  readonly restarted: () => void
}

interface LastCommand {
  readonly frame: LinkFrame
  /** Undefined while the command is under way. */
  reply: Uint8Array | undefined
}

interface QueuedEvent {
  readonly bytes: Uint8Array
  readonly sequence: number
  tries: number
}

const EMPTY = new Uint8Array(0)

/**
 * The device's side of the peripheral link: answers a repeated command from its last reply, so that nothing is done
 * twice; acknowledges while it works; repeats its events until they are acknowledged.
 * Source: docs/peripheral-link.md 4.
 */
export class DeviceSession {
  readonly #options: DeviceSessionOptions
  #write: ((bytes: Uint8Array) => void) | undefined
  #last: LastCommand | undefined
  #eventSequence = 0
  #events: QueuedEvent[] = []
  #cancelEventTimer: CancelTimer | undefined
  #cancelWorkTimer: CancelTimer | undefined

  constructor(options: DeviceSessionOptions) {
    this.#options = options
  }

  /** Power and line are there. */
  start(write: (bytes: Uint8Array) => void): void {
    this.#write = write
  }

  /** Power or line is gone, and with it all that was under way. */
  stop(): void {
    this.#write = undefined
    this.#forget()
  }

  /** A frame for this device. */
  receive(frame: LinkFrame): void {
    if (frame.command === LINK.ack) this.#acknowledged(frame.sequence)
    else if (frame.command === LINK.nak) this.#sendAgain(frame.sequence)
    else if (frame.command === COMMAND.identify) this.#identify(frame)
    else if (this.#isRepeat(frame)) this.#sendAgain(frame.sequence)
    else this.#begin(frame)
  }

  /** A damaged frame that was perhaps for this device. */
  damaged(sequence: number): void {
    this.#send(sequence, LINK.nak, EMPTY)
  }

  /** Reports something to the terminal. */
  report(code: number, payload: Uint8Array): void {
    if (this.#write === undefined) return
    this.#eventSequence = (this.#eventSequence + 1) & 0xff
    const sequence = this.#eventSequence
    const bytes = this.#frame(sequence, code, payload)
    this.#events.push({ bytes, sequence, tries: 0 })
    if (this.#events.length === 1) this.#sendEvent()
  }

  #identify(frame: LinkFrame): void {
    this.#forget()
    this.#options.restarted()
    this.#begin(frame)
  }

  #isRepeat({ sequence, command, payload }: LinkFrame): boolean {
    const last = this.#last?.frame
    return last?.sequence === sequence && last.command === command && equalBytes(last.payload, payload)
  }

  #begin(frame: LinkFrame): void {
    const current: LastCommand = { frame, reply: undefined }
    // A new command while one is under way: the terminal has given that one up.
    this.#cancelWorkTimer?.()
    this.#last = current
    this.#options.perform(frame.command, frame.payload, ({ status, body }) => {
      invariant(current.reply === undefined, 'a command was answered twice')
      current.reply = this.#frame(
        frame.sequence,
        frame.command | REPLY,
        concatBytes([Uint8Array.of(status), body ?? EMPTY]),
      )
      if (this.#last !== current) return
      this.#cancelWorkTimer?.()
      this.#write?.(current.reply)
    })
    if (current.reply === undefined) this.#keepWaiting(current)
  }

  #keepWaiting(current: LastCommand): void {
    const { clock } = this.#options
    this.#cancelWorkTimer = clock.schedule(clock.nowMs() + WORKING_ACK_MS, () => {
      if (this.#last !== current || current.reply !== undefined) return
      this.#send(current.frame.sequence, LINK.ack, EMPTY)
      this.#keepWaiting(current)
    })
  }

  #sendAgain(sequence: number): void {
    const last = this.#last
    if (last?.frame.sequence !== sequence) return
    if (last.reply === undefined) this.#send(sequence, LINK.ack, EMPTY)
    else this.#write?.(last.reply)
  }

  #acknowledged(sequence: number): void {
    if (this.#events[0]?.sequence !== sequence) return
    this.#events.shift()
    this.#cancelEventTimer?.()
    this.#sendEvent()
  }

  #sendEvent(): void {
    const { clock } = this.#options
    const event = this.#events[0]
    if (event === undefined) return
    event.tries += 1
    this.#write?.(event.bytes)
    this.#cancelEventTimer = clock.schedule(clock.nowMs() + EVENT_REPEAT_MS, () => {
      if (event.tries >= EVENT_TRIES_MAX) this.#events.shift()
      this.#sendEvent()
    })
  }

  #forget(): void {
    this.#last = undefined
    this.#events = []
    this.#cancelEventTimer?.()
    this.#cancelWorkTimer?.()
  }

  #send(sequence: number, command: number, payload: Uint8Array): void {
    this.#write?.(this.#frame(sequence, command, payload))
  }

  #frame(sequence: number, command: number, payload: Uint8Array): Uint8Array {
    return encodeFrame({ address: this.#options.address | FROM_DEVICE, sequence, command, payload })
  }
}

export const OK: DeviceReply = { status: STATUS.ok }
