import type { ByteStream, CancelTimer, Clock } from '../../src/base/ports.ts'
import { GAP_TIMEOUT_MS } from '../protocol/link-codes.ts'
import { LinkDecoder, type LinkItem } from '../protocol/link-frame.ts'
import type { DeviceSession } from './device-session.ts'

/** One line and the devices on it, on the devices' side. */
export class DeviceLine {
  readonly #clock: Clock
  readonly #sessions = new Map<number, DeviceSession>()
  readonly #decoder = new LinkDecoder()
  #stream: ByteStream | undefined
  #cancelGap: CancelTimer | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Plugs a device in; it may be done while the line is open. */
  add(address: number, session: DeviceSession): void {
    this.#sessions.set(address, session)
    session.start((bytes) => this.#stream?.write(bytes))
  }

  remove(address: number): void {
    this.#sessions.get(address)?.stop()
    this.#sessions.delete(address)
  }

  attach(stream: ByteStream): void {
    this.#stream = stream
    stream.listen({
      received: (bytes) => {
        if (this.#stream === stream) this.#receive(bytes)
      },
      ended: () => {
        if (this.#stream === stream) this.detach()
      },
    })
  }

  detach(): void {
    const stream = this.#stream
    this.#stream = undefined
    this.#decoder.reset()
    this.#cancelGap?.()
    stream?.close()
  }

  #receive(bytes: Uint8Array): void {
    this.#dispatch(this.#decoder.push(bytes))
    this.#watchGap()
  }

  #watchGap(): void {
    this.#cancelGap?.()
    this.#cancelGap = undefined
    if (!this.#decoder.isInFrame) return
    this.#cancelGap = this.#clock.schedule(this.#clock.nowMs() + GAP_TIMEOUT_MS, () => {
      this.#dispatch(this.#decoder.giveUp())
      this.#watchGap()
    })
  }

  #dispatch(items: readonly LinkItem[]): void {
    for (const item of items) {
      if (item.kind === 'frame') this.#sessions.get(item.frame.address)?.receive(item.frame)
      // Its address may be the damaged byte: only a device that finds its own there answers.
      else if (item.kind === 'badCheck') this.#sessions.get(item.address)?.damaged(item.sequence)
    }
  }
}
