import { GAP_TIMEOUT_MS } from '../../../hardware/protocol/link-codes.ts'
import { LinkDecoder, type LinkItem } from '../../../hardware/protocol/link-frame.ts'
import { invariant } from '../../base/invariant.ts'
import type { ByteStream, CancelTimer, Clock } from '../../base/ports.ts'
import {
  deviceOf,
  type PeripheralEvent,
  PeripheralSession,
  type PeripheralSessionConfig,
} from './peripheral-session.ts'

/** What a device's driver hears from its line. */
export interface LineUser {
  /** The line is open: whatever was known of the device is void. */
  attached(): void
  /** The line is gone, or could not be opened. `reason` is for the operator. */
  detached(reason: string): void
  handle(event: PeripheralEvent): void
}

interface Participant {
  readonly session: PeripheralSession
  readonly user: LineUser
}

/**
 * One serial line and the sessions of the devices on it: the pump that joins them to stream and clock. A line may
 * be attached and detached at any time.
 */
export class LinkLine {
  readonly #clock: Clock
  readonly #participants = new Map<number, Participant>()
  readonly #decoder = new LinkDecoder()
  #stream: ByteStream | undefined
  #gapAtMs: number | undefined
  #timer: { readonly atMs: number; readonly cancel: CancelTimer } | undefined
  #pumping = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get isAttached(): boolean {
    return this.#stream !== undefined
  }

  /** Adds the one user of an address, before the line is attached. */
  join(config: PeripheralSessionConfig, user: LineUser): void {
    invariant(!this.#participants.has(config.address), `address ${config.address} is taken`)
    this.#participants.set(config.address, { session: new PeripheralSession(config), user })
  }

  /** The line is open. An earlier stream is closed first. */
  attach(stream: ByteStream): void {
    if (this.#stream !== undefined) this.detach('replaced')
    this.#stream = stream
    stream.listen({
      received: (bytes) => {
        if (this.#stream === stream) this.#receive(bytes)
      },
      ended: () => {
        if (this.#stream === stream) this.detach('the device was unplugged')
      },
    })
    for (const { user } of this.#participants.values()) user.attached()
  }

  /** The line is gone or was never there. */
  detach(reason: string): void {
    const stream = this.#stream
    this.#stream = undefined
    this.#decoder.reset()
    this.#gapAtMs = undefined
    stream?.close()
    for (const { session } of this.#participants.values()) session.disconnect()
    this.#pump()
    for (const { user } of this.#participants.values()) user.detached(reason)
  }

  /** `restart`: IDENTIFY, with which a device begins anew. */
  request(address: number, command: number, payload: Uint8Array, restart = false): void {
    const participant = this.#participants.get(address)
    invariant(participant !== undefined && this.#stream !== undefined, 'a request without a line')
    participant.session.request(command, payload, this.#clock.nowMs(), restart)
    this.#pump()
  }

  close(): void {
    this.detach('closed')
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #receive(bytes: Uint8Array): void {
    this.#dispatch(this.#decoder.push(bytes))
    this.#gapAtMs = this.#decoder.isInFrame ? this.#clock.nowMs() + GAP_TIMEOUT_MS : undefined
    this.#pump()
  }

  #dispatch(items: readonly LinkItem[]): void {
    const nowMs = this.#clock.nowMs()
    for (const item of items) {
      if (item.kind === 'badCheck') {
        // Any member may be the damaged one, so whoever waits asks again.
        for (const { session } of this.#participants.values()) session.damaged()
      } else if (item.kind === 'frame') {
        const address = deviceOf(item.frame)
        if (address !== undefined) this.#participants.get(address)?.session.receive(item.frame, nowMs)
      }
    }
  }

  /** Writes what is to be written, tells what is to be told, and sets the timer; until nothing is left. */
  #pump(): void {
    if (this.#pumping) return
    this.#pumping = true
    try {
      for (let more = true; more; ) {
        more = false
        for (const { session, user } of this.#participants.values()) {
          for (const bytes of session.takeOutput()) this.#stream?.write(bytes)
          for (const event of session.takeEvents()) {
            more = true
            user.handle(event)
          }
        }
      }
    } finally {
      this.#pumping = false
    }
    this.#setTimer()
  }

  #setTimer(): void {
    let atMs = this.#gapAtMs
    for (const { session } of this.#participants.values()) {
      const { deadlineMs } = session
      if (deadlineMs !== undefined && (atMs === undefined || deadlineMs < atMs)) atMs = deadlineMs
    }
    if (this.#timer?.atMs === atMs) return
    this.#timer?.cancel()
    this.#timer = undefined
    if (atMs !== undefined) this.#timer = { atMs, cancel: this.#clock.schedule(atMs, () => this.#expire()) }
  }

  #expire(): void {
    this.#timer = undefined
    const nowMs = this.#clock.nowMs()
    if (this.#gapAtMs !== undefined && nowMs >= this.#gapAtMs) {
      this.#gapAtMs = undefined
      this.#dispatch(this.#decoder.giveUp())
      if (this.#decoder.isInFrame) this.#gapAtMs = nowMs + GAP_TIMEOUT_MS
    }
    for (const { session } of this.#participants.values()) session.expire(nowMs)
    this.#pump()
  }
}
