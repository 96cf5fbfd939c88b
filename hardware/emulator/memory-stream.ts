import type { ByteStream, StreamListener } from '../../src/base/ports.ts'

/** Two ends of one line in memory. What one end writes, the other receives in a later microtask. */
export function memoryStreamPair(): readonly [ByteStream, ByteStream] {
  const left = new MemoryStream()
  const right = new MemoryStream()
  left.join(right)
  right.join(left)
  return [left, right]
}

class MemoryStream implements ByteStream {
  #peer: MemoryStream | undefined
  #listener: StreamListener | undefined
  #isOpen = true

  join(peer: MemoryStream): void {
    this.#peer = peer
  }

  write(bytes: Uint8Array): void {
    if (!this.#isOpen) return
    const copy = bytes.slice()
    queueMicrotask(() => this.#peer?.arrive(copy))
  }

  close(): void {
    this.#end('closed')
    queueMicrotask(() => this.#peer?.lost())
  }

  listen(listener: StreamListener): void {
    this.#listener = listener
  }

  private arrive(bytes: Uint8Array): void {
    if (this.#isOpen) this.#listener?.received(bytes)
  }

  private lost(): void {
    this.#end('lost')
  }

  #end(end: 'closed' | 'lost'): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#listener?.ended(end)
  }
}
