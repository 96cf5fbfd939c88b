import type { ClientStream, ClientStreamListener } from '../../../src/host/gateway/client-stream.ts'

/** A client's line in memory: it takes what it is sent when the test says so. */
export class LineClient implements ClientStream {
  readonly peer: string
  unsentSize = 0
  isPaused = false
  isDestroyed = false
  #listener: ClientStreamListener | undefined

  constructor(peer = '10.0.0.1:1') {
    this.peer = peer
  }

  send(bytes: Uint8Array): void {
    this.#listener?.received(bytes)
  }

  /** Takes `size` bytes of what waits for it. */
  take(size: number): void {
    this.unsentSize -= size
    if (this.unsentSize === 0) this.#listener?.drained()
  }

  /** Hangs up. */
  leave(): void {
    this.#listener?.ended()
  }

  write(bytes: Uint8Array): void {
    this.unsentSize += bytes.length
  }

  pause(): void {
    this.isPaused = true
  }

  resume(): void {
    this.isPaused = false
  }

  end(): void {
    this.destroy()
  }

  destroy(): void {
    if (this.isDestroyed) return
    this.isDestroyed = true
    this.#listener?.ended()
  }

  listen(listener: ClientStreamListener): void {
    this.#listener = listener
  }
}
