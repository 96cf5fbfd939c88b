import { MemorySlab } from '../../base/memory-slab.ts'
import {
  type LengthPrefix,
  lengthPrefixBytes,
  lengthPrefixSize,
} from '../../iso8583/framing/length-prefix.ts'
import { type StreamItem, StreamSplitter } from '../../iso8583/framing/stream-splitter.ts'
import type { ClientStream } from './client-stream.ts'
import type { GatewayLimits, PortOptions } from './gateway-options.ts'

/** Why a connection was given up by this side. `chunk`: what had come in just then, valid during the call. */
export type Rejection = (
  | { readonly kind: 'oversized'; readonly size: number }
  | { readonly kind: 'badLength' }
) & {
  readonly chunk: Uint8Array
}

export interface ConnectionListener {
  frame(connection: Connection, frame: Uint8Array): void
  rejected(connection: Connection, rejection: Rejection): void
  closed(connection: Connection): void
}

/** Memory of replies on their way. */
const MEMORY = new MemorySlab()

/**
 * One client. Reads as long as it keeps up: when too many of its requests wait for replies, or too many bytes wait
 * for it to take them, it is not read until that is over, so that a slow client costs no memory.
 */
export class Connection {
  readonly options: PortOptions
  lastByteMs: number
  readonly #stream: ClientStream
  readonly #limits: GatewayLimits
  readonly #splitter: StreamSplitter
  readonly #listener: ConnectionListener
  #output: Uint8Array[] = []
  #outstanding = 0
  #closed = false

  constructor(
    stream: ClientStream,
    options: PortOptions,
    limits: GatewayLimits,
    listener: ConnectionListener,
    nowMs: () => number,
  ) {
    this.#stream = stream
    this.options = options
    this.#limits = limits
    this.#listener = listener
    this.lastByteMs = nowMs()
    this.#splitter = new StreamSplitter({ prefix: options.prefix, frameSizeMax: limits.frameSizeMax })
    stream.listen({
      received: (chunk) => {
        this.lastByteMs = nowMs()
        this.#receive(chunk)
      },
      drained: () => this.#resumeIfPossible(),
      ended: () => this.#end(),
    })
  }

  get isClosed(): boolean {
    return this.#closed
  }

  /** Address and port of the client, for the log. */
  get peer(): string {
    return this.#stream.peer
  }

  /** Queues a reply; `flush` sends all of a turn in one write. */
  reply(frame: Uint8Array): void {
    if (!this.#closed) this.#output.push(frame)
  }

  /** One request is done with, answered or not. */
  settle(): void {
    this.#outstanding--
  }

  flush(): void {
    if (this.#closed) return
    if (this.#output.length > 0) {
      this.#stream.write(framed(this.options.prefix, this.#output))
      this.#output = []
    }
    if (this.#mustWait()) this.#stream.pause()
    else this.#resumeIfPossible()
  }

  /** Sends what is queued, then ends. */
  end(): void {
    this.flush()
    this.#stream.end()
  }

  destroy(): void {
    this.#stream.destroy()
  }

  #receive(chunk: Uint8Array): void {
    for (const item of this.#splitter.push(chunk)) this.#take(item, chunk)
    if (this.#mustWait()) this.#stream.pause()
  }

  #take(item: StreamItem, chunk: Uint8Array): void {
    if (item.kind !== 'frame') {
      this.#listener.rejected(this, { ...item, chunk })
      this.destroy()
      return
    }
    // Some clients send a frame of no bytes to keep the line open.
    if (item.frame.length === 0) return
    this.#outstanding++
    this.#listener.frame(this, item.frame)
  }

  #mustWait(): boolean {
    return (
      this.#outstanding >= this.#limits.outstandingMax || this.#stream.unsentSize > this.#limits.unsentMax
    )
  }

  #resumeIfPossible(): void {
    if (this.#stream.isPaused && !this.#mustWait()) this.#stream.resume()
  }

  #end(): void {
    if (this.#closed) return
    this.#closed = true
    this.#output = []
    this.#listener.closed(this)
  }
}

/** All frames with their lengths, in one piece. */
function framed(prefix: LengthPrefix, frames: readonly Uint8Array[]): Uint8Array {
  let size = frames.length * lengthPrefixSize(prefix)
  for (const frame of frames) size += frame.length
  const bytes = MEMORY.take(size)
  let at = 0
  for (const frame of frames) {
    const length = lengthPrefixBytes(prefix, frame.length)
    bytes.set(length, at)
    bytes.set(frame, at + length.length)
    at += length.length + frame.length
  }
  return bytes
}
