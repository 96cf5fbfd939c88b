import { concatBytes } from '../../src/base/bytes.ts'
import type { ByteStream, StreamListener } from '../../src/base/ports.ts'
import type { ClientStream, ClientStreamListener } from '../../src/host/gateway/client-stream.ts'
import type { Timing } from './timing.ts'

/** What the network makes of bytes that one side wrote: called once for each write. */
export interface LineHandler {
  request(line: HostLine, bytes: Uint8Array): void
  reply(line: HostLine, bytes: Uint8Array): void
}

const LATENCY_MS = 8

/** One connection between a terminal and a host: two streams and what is under way between them. */
export class HostLine {
  readonly terminal: ByteStream
  readonly host: ClientStream
  readonly #clock: Timing
  #terminalListener: StreamListener | undefined
  #hostListener: ClientStreamListener | undefined
  #terminalOpen = true
  #hostOpen = true
  #isPaused = false
  #paused: Uint8Array[] = []
  /** When the last of what is under way arrives, so that nothing is overtaken by the end of the line. */
  #hostQuietMs = 0
  #terminalQuietMs = 0

  constructor(clock: Timing, peer: string, handler: LineHandler) {
    this.#clock = clock
    this.terminal = {
      write: (bytes) => {
        if (this.#terminalOpen) handler.request(this, bytes)
      },
      close: () => this.#closeTerminal(),
      listen: (listener) => {
        this.#terminalListener = listener
      },
    }
    this.host = this.#hostSide(peer, handler)
  }

  get isOpen(): boolean {
    return this.#terminalOpen && this.#hostOpen
  }

  get isHostOpen(): boolean {
    return this.#hostOpen
  }

  /** Bytes arrive at the host after `delayMs` more than the line needs. */
  toHost(bytes: Uint8Array, delayMs = 0, overtakes = false): void {
    const now = this.#clock.nowMs()
    const atMs = Math.max(now + LATENCY_MS + delayMs, overtakes ? 0 : this.#hostQuietMs)
    this.#hostQuietMs = Math.max(this.#hostQuietMs, atMs)
    this.#clock.schedule(atMs, () => this.#arriveAtHost(bytes))
  }

  toTerminal(bytes: Uint8Array, delayMs = 0, overtakes = false): void {
    const now = this.#clock.nowMs()
    const atMs = Math.max(now + LATENCY_MS + delayMs, overtakes ? 0 : this.#terminalQuietMs)
    this.#terminalQuietMs = Math.max(this.#terminalQuietMs, atMs)
    this.#clock.schedule(atMs, () => {
      if (this.#terminalOpen) this.#terminalListener?.received(bytes)
    })
  }

  /** Both sides lose the line once what is under way has arrived. `atOnce`: nothing more arrives. */
  cut(atOnce = true): void {
    if (atOnce) {
      this.#clock.after(0, () => {
        this.#loseTerminal()
        this.#loseHost()
      })
      return
    }
    this.#clock.schedule(Math.max(this.#clock.nowMs(), this.#terminalQuietMs), () => this.#loseTerminal())
    this.#clock.schedule(Math.max(this.#clock.nowMs(), this.#hostQuietMs), () => this.#loseHost())
  }

  #hostSide(peer: string, handler: LineHandler): ClientStream {
    const line = this
    return {
      peer,
      unsentSize: 0,
      get isPaused() {
        return line.#isPaused
      },
      write(bytes) {
        if (line.#hostOpen) handler.reply(line, bytes)
      },
      pause() {
        line.#isPaused = true
      },
      resume() {
        line.#isPaused = false
        const waiting = line.#paused.splice(0)
        if (waiting.length > 0) line.#clock.after(0, () => line.#arriveAtHost(concatBytes(waiting)))
      },
      end: () => line.#closeHost(),
      destroy: () => line.#closeHost(),
      listen(listener) {
        line.#hostListener = listener
      },
    }
  }

  #arriveAtHost(bytes: Uint8Array): void {
    if (!this.#hostOpen) return
    if (this.#isPaused) this.#paused.push(bytes)
    else this.#hostListener?.received(bytes)
  }

  /** What the terminal sent before still reaches the host. */
  #closeTerminal(): void {
    if (!this.#terminalOpen) return
    this.#terminalOpen = false
    const now = this.#clock.nowMs()
    this.#clock.schedule(Math.max(now + LATENCY_MS, this.#hostQuietMs), () => this.#loseHost())
    this.#clock.after(0, () => this.#terminalListener?.ended('closed'))
  }

  #closeHost(): void {
    if (!this.#hostOpen) return
    this.#hostOpen = false
    const now = this.#clock.nowMs()
    this.#clock.schedule(Math.max(now + LATENCY_MS, this.#terminalQuietMs), () => this.#loseTerminal())
    this.#clock.after(0, () => this.#hostListener?.ended())
  }

  #loseTerminal(): void {
    if (!this.#terminalOpen) return
    this.#terminalOpen = false
    this.#terminalListener?.ended('lost')
  }

  #loseHost(): void {
    if (!this.#hostOpen) return
    this.#hostOpen = false
    this.#hostListener?.ended()
  }
}
