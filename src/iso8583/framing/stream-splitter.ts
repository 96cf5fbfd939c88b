import { type LengthPrefix, lengthPrefixSize, readLengthPrefix } from './length-prefix.ts'

export interface StreamSplitterOptions {
  readonly prefix: LengthPrefix
  /** Bytes of the largest frame, without its prefix. */
  readonly frameSizeMax: number
}

/**
 * A whole frame without its prefix, or the reason why the stream can't be read any further: after `oversized`
 * and `badLength` the place of the next frame is unknown and the connection has to be closed. An empty frame
 * is a frame of no bytes (some peers send it as a keep-alive).
 */
export type StreamItem =
  | { readonly kind: 'frame'; readonly frame: Uint8Array }
  | { readonly kind: 'oversized'; readonly size: number }
  | { readonly kind: 'badLength' }

const NO_BYTES = new Uint8Array(0)

/**
 * Cuts a byte stream into frames, however it comes in. Holds at most one frame that is not whole; each byte is
 * copied at most twice. A frame that lies whole in a chunk is a view of that chunk: use it before the chunk's
 * memory is used again, or copy it.
 */
export class StreamSplitter {
  readonly #prefix: LengthPrefix
  readonly #prefixSize: number
  readonly #frameSizeMax: number
  #pending = NO_BYTES
  #pendingSize = 0
  #broken = false

  constructor({ prefix, frameSizeMax }: StreamSplitterOptions) {
    this.#prefix = prefix
    this.#prefixSize = lengthPrefixSize(prefix)
    this.#frameSizeMax = frameSizeMax
  }

  /** Bytes of a frame that is not whole yet. */
  get pendingSize(): number {
    return this.#pendingSize
  }

  /** The items that `chunk` completes, in order. After a reason to close, nothing more comes. */
  push(chunk: Uint8Array): readonly StreamItem[] {
    const items: StreamItem[] = []
    let at = 0
    while (at < chunk.length && !this.#broken) {
      at = this.#pendingSize > 0 ? this.#continueFrame(chunk, at, items) : this.#takeFrames(chunk, at, items)
    }
    return items
  }

  /** Forgets a half-received frame, for a new connection. */
  reset(): void {
    this.#pendingSize = 0
    this.#broken = false
  }

  /** Takes whole frames from `at` on as views; keeps what is left. */
  #takeFrames(chunk: Uint8Array, from: number, items: StreamItem[]): number {
    let at = from
    while (chunk.length - at >= this.#prefixSize) {
      const size = this.#sizeAt(chunk, at, items)
      if (size === undefined) return chunk.length
      const end = at + this.#prefixSize + size
      if (end > chunk.length) break
      items.push({ kind: 'frame', frame: chunk.subarray(at + this.#prefixSize, end) })
      at = end
    }
    if (at < chunk.length) this.#keep(chunk, at, chunk.length)
    return chunk.length
  }

  /** Adds to the frame that is not whole yet, never past its end. */
  #continueFrame(chunk: Uint8Array, from: number, items: StreamItem[]): number {
    let at = from
    if (this.#pendingSize < this.#prefixSize) {
      const until = Math.min(chunk.length, at + this.#prefixSize - this.#pendingSize)
      this.#keep(chunk, at, until)
      at = until
      if (this.#pendingSize < this.#prefixSize) return at
    }
    const size = this.#sizeAt(this.#pending, 0, items)
    if (size === undefined) return chunk.length
    const whole = this.#prefixSize + size
    const until = Math.min(chunk.length, at + whole - this.#pendingSize)
    this.#keep(chunk, at, until)
    if (this.#pendingSize === whole) {
      items.push({ kind: 'frame', frame: this.#pending.slice(this.#prefixSize, whole) })
      this.#pendingSize = 0
    }
    return until
  }

  #sizeAt(bytes: Uint8Array, at: number, items: StreamItem[]): number | undefined {
    const size = readLengthPrefix(this.#prefix, bytes, at)
    if (size !== undefined && size <= this.#frameSizeMax) return size
    items.push(size === undefined ? { kind: 'badLength' } : { kind: 'oversized', size })
    this.#broken = true
    this.#pendingSize = 0
    return undefined
  }

  /** Grows by doubling, never above the largest frame, so that a slow sender can't make it costly. */
  #keep(chunk: Uint8Array, from: number, until: number): void {
    const needed = this.#pendingSize + until - from
    if (needed > this.#pending.length) {
      const limit = this.#prefixSize + this.#frameSizeMax
      const grown = new Uint8Array(Math.min(limit, Math.max(needed, this.#pending.length * 2, 64)))
      grown.set(this.#pending.subarray(0, this.#pendingSize))
      this.#pending = grown
    }
    this.#pending.set(chunk.subarray(from, until), this.#pendingSize)
    this.#pendingSize = needed
  }
}
