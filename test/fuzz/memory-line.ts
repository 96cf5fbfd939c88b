import type { ByteStream, StreamListener } from '../../src/base/ports.ts'

/** One end of a line in memory: what is written is counted and kept, what comes is given by hand. */
export class MemoryLine implements ByteStream {
  readonly written: Uint8Array[] = []
  sent = 0
  isClosed = false
  #listener: StreamListener | undefined

  write(bytes: Uint8Array): void {
    this.sent += bytes.length
    if (this.written.length < 10_000) this.written.push(bytes.slice())
  }

  close(): void {
    if (this.isClosed) return
    this.isClosed = true
    this.#listener?.ended('closed')
  }

  /** A printer's line may be asked to forget half a group; here none is ever held. */
  resynchronise(): void {}

  listen(listener: StreamListener): void {
    this.#listener = listener
  }

  /** The memory of what comes is used again: whoever keeps it must copy it. */
  give(bytes: Uint8Array): void {
    if (this.isClosed) return
    const lent = bytes.slice()
    this.#listener?.received(lent)
    lent.fill(0xee)
  }

  lose(): void {
    if (this.isClosed) return
    this.isClosed = true
    this.#listener?.ended('lost')
  }
}
