import type { ByteStream, CancelTimer, Clock, StreamListener } from '../../src/base/ports.ts'

/** Start bit, eight data bits, stop bit. */
const BITS_PER_BYTE = 10

/**
 * Gives a stream the time that a serial line of `baudRate` would take, in both directions: a pseudo-terminal paces
 * nothing. Bytes of one write arrive together, when the last of them would have been received.
 */
export function paceStream(stream: ByteStream, baudRate: number, clock: Clock): ByteStream {
  let listener: StreamListener | undefined
  const out = new PacedDirection(baudRate, clock, (bytes) => stream.write(bytes))
  const into = new PacedDirection(baudRate, clock, (bytes) => listener?.received(bytes))
  stream.listen({
    // Held for a while, so the stream's own memory is copied.
    received: (bytes) => into.push(new Uint8Array(bytes)),
    ended: (end) => {
      out.stop()
      into.stop()
      listener?.ended(end)
    },
  })
  return {
    write: (bytes) => out.push(bytes),
    close: () => stream.close(),
    listen: (next) => {
      listener = next
    },
  }
}

/** First in, first out, whatever the timers do. */
class PacedDirection {
  readonly #msPerByte: number
  readonly #clock: Clock
  readonly #deliver: (bytes: Uint8Array) => void
  #queue: { readonly atMs: number; readonly bytes: Uint8Array }[] = []
  #freeAtMs = 0
  #cancelTimer: CancelTimer | undefined

  constructor(baudRate: number, clock: Clock, deliver: (bytes: Uint8Array) => void) {
    this.#msPerByte = (BITS_PER_BYTE * 1000) / baudRate
    this.#clock = clock
    this.#deliver = deliver
  }

  push(bytes: Uint8Array): void {
    this.#freeAtMs = Math.max(this.#freeAtMs, this.#clock.nowMs()) + bytes.length * this.#msPerByte
    this.#queue.push({ atMs: this.#freeAtMs, bytes })
    if (this.#queue.length === 1) this.#waitForFirst()
  }

  stop(): void {
    this.#cancelTimer?.()
    this.#queue = []
  }

  #waitForFirst(): void {
    const first = this.#queue[0]
    if (first === undefined) return
    this.#cancelTimer = this.#clock.schedule(first.atMs, () => {
      this.#queue.shift()
      this.#deliver(first.bytes)
      this.#waitForFirst()
    })
  }
}
