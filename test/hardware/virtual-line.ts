import type { ByteStream, Clock, StreamListener } from '../../src/base/ports.ts'

/** What arrives of one write, in order; nothing: it is lost. */
export type LineFault = (bytes: Uint8Array) => readonly Uint8Array[]

/** A serial line in virtual time: what one end writes arrives at the other a millisecond later. */
export class VirtualLine {
  readonly terminal: VirtualEnd
  readonly device: VirtualEnd
  /** Applied to what goes to the device, and to what comes from it. */
  toDevice: LineFault = (bytes) => [bytes]
  fromDevice: LineFault = (bytes) => [bytes]
  /** All bytes that were written, by direction, before any fault. */
  readonly written: { readonly toDevice: Uint8Array[]; readonly fromDevice: Uint8Array[] } = {
    toDevice: [],
    fromDevice: [],
  }

  constructor(clock: Clock) {
    this.terminal = new VirtualEnd(clock, (bytes) => {
      this.written.toDevice.push(bytes)
      return this.toDevice(bytes)
    })
    this.device = new VirtualEnd(clock, (bytes) => {
      this.written.fromDevice.push(bytes)
      return this.fromDevice(bytes)
    })
    this.terminal.peer = this.device
    this.device.peer = this.terminal
  }
}

class VirtualEnd implements ByteStream {
  readonly #clock: Clock
  readonly #fault: LineFault
  #listener: StreamListener | undefined
  #isOpen = true
  peer: VirtualEnd | undefined

  constructor(clock: Clock, fault: LineFault) {
    this.#clock = clock
    this.#fault = fault
  }

  write(bytes: Uint8Array): void {
    if (!this.#isOpen) return
    for (const part of this.#fault(bytes.slice())) {
      this.#clock.schedule(this.#clock.nowMs() + 1, () => this.peer?.arrive(part))
    }
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#listener?.ended('closed')
    this.peer?.lose()
  }

  listen(listener: StreamListener): void {
    this.#listener = listener
  }

  /** Needed by a printer's driver only, whose groups of four bytes are never cut here. */
  resynchronise(): void {}

  private arrive(bytes: Uint8Array): void {
    if (this.#isOpen) this.#listener?.received(bytes)
  }

  private lose(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#listener?.ended('lost')
  }
}
