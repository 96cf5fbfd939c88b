import { concatBytes } from '../../base/bytes.ts'
import { MemorySlab } from '../../base/memory-slab.ts'
import {
  type LengthPrefix,
  lengthPrefixBytes,
  lengthPrefixSize,
} from '../../iso8583/framing/length-prefix.ts'
import { type StreamItem, StreamSplitter } from '../../iso8583/framing/stream-splitter.ts'
import type { ClientStream, ClientStreamListener } from './client-stream.ts'
import type { GatewayLimits, PortOptions } from './gateway-options.ts'
import type { CloseReason, GatewayTally } from './gateway-tally.ts'

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
  closed(connection: Connection, reason: CloseReason): void
}

/** What all connections of a gateway share. */
export interface ConnectionSetting {
  readonly limits: GatewayLimits
  readonly tally: GatewayTally
  readonly nowMs: () => number
}

/** Bytes that are cut into frames before it is asked again whether the client keeps up. */
const SLICE_SIZE = 4096

const NO_BYTES = new Uint8Array(0)

/** Memory of replies on their way. */
const MEMORY = new MemorySlab()

/**
 * One client. Reads as long as it keeps up: when too many of its requests wait for replies, or too many bytes wait
 * for it to take them, it is not read until that is over, so that a slow client costs no memory.
 */
export class Connection implements ClientStreamListener {
  readonly options: PortOptions
  /** When bytes last came in, by the gateway's clock. */
  lastByteMs: number
  /** Frames in a row that were no messages. */
  badFrameCount = 0
  readonly #stream: ClientStream
  readonly #setting: ConnectionSetting
  readonly #splitter: StreamSplitter
  readonly #listener: ConnectionListener
  #output: Uint8Array[] = []
  #outstanding = 0
  #closed = false
  #closeReason: CloseReason | undefined
  /** Came in with the chunk over which this client had to wait. */
  #unread: Uint8Array = NO_BYTES
  /** Since when a frame is not whole. */
  #frameStartMs: number | undefined
  #writtenSize = 0
  /** Of what was written, how much the client had taken when that last became more. */
  #takenSize = 0
  #takenMs: number

  constructor(
    stream: ClientStream,
    options: PortOptions,
    setting: ConnectionSetting,
    listener: ConnectionListener,
  ) {
    this.#stream = stream
    this.options = options
    this.#setting = setting
    this.#listener = listener
    this.lastByteMs = setting.nowMs()
    this.#takenMs = this.lastByteMs
    const { frameSizeMax } = setting.limits
    this.#splitter = new StreamSplitter({ prefix: options.prefix, frameSizeMax })
    stream.listen(this)
  }

  received(chunk: Uint8Array): void {
    this.lastByteMs = this.#setting.nowMs()
    this.#setting.tally.bytesIn += chunk.length
    this.#receive(this.#unread.length === 0 ? chunk : concatBytes([this.#takeUnread(), chunk]))
  }

  drained(): void {
    this.#resumeIfPossible()
  }

  ended(): void {
    if (this.#closed) return
    this.#closed = true
    this.#output = []
    this.#unread = NO_BYTES
    this.#listener.closed(this, this.#closeReason ?? 'client')
  }

  get isClosed(): boolean {
    return this.#closed
  }

  /** This side has given it up; it is only not gone yet. */
  get isDropped(): boolean {
    return this.#closeReason !== undefined
  }

  /** Address and port of the client, for the log. */
  get peer(): string {
    return this.#stream.peer
  }

  /** Bytes that were written and that the client has not taken yet. */
  get unsentSize(): number {
    return this.#stream.unsentSize
  }

  /** When the client last took something, as `overdue` saw it. */
  get takenMs(): number {
    return this.#takenMs
  }

  /** Queues a reply; `flush` sends all of a turn in one write. */
  reply(frame: Uint8Array): void {
    if (!this.#closed) this.#output.push(frame)
  }

  /** One request is done with, answered or not. */
  settle(): void {
    this.#outstanding--
  }

  /** One frame was no message. */
  misread(): void {
    this.badFrameCount++
    if (this.badFrameCount >= this.#setting.limits.badFramesMax) this.destroy('bad_frames')
  }

  flush(): void {
    if (this.#closed) return
    if (this.#output.length > 0) {
      const bytes = framed(this.options.prefix, this.#output)
      this.#writtenSize += bytes.length
      this.#setting.tally.bytesOut += bytes.length
      this.#stream.write(bytes)
      this.#output = []
    }
    if (this.#mustWait()) this.#stream.pause()
    else this.#resumeIfPossible()
  }

  /** Which limit of time this client has passed. To be asked every now and then: it sees what moves in between. */
  overdue(nowMs: number): CloseReason | undefined {
    const { idleTimeoutMs, frameTimeoutMs, unreadTimeoutMs } = this.#setting.limits
    const unsentSize = this.#stream.unsentSize
    const takenSize = this.#writtenSize - unsentSize
    if (unsentSize === 0 || takenSize > this.#takenSize) {
      this.#takenSize = takenSize
      this.#takenMs = nowMs
    } else if (nowMs - this.#takenMs > unreadTimeoutMs) return 'unread_replies'
    if (nowMs - this.lastByteMs > idleTimeoutMs) return 'idle'
    if (this.#frameStartMs === undefined || this.#stream.isPaused) return undefined
    return nowMs - this.#frameStartMs > frameTimeoutMs ? 'unfinished_frame' : undefined
  }

  /** Sends what is queued, then ends. */
  end(): void {
    this.#closeReason ??= 'shutdown'
    this.flush()
    this.#stream.end()
  }

  destroy(reason: CloseReason = 'disconnect'): void {
    this.#closeReason ??= reason
    this.#unread = NO_BYTES
    this.#stream.destroy()
  }

  #receive(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length && !this.isDropped; at += SLICE_SIZE) {
      if (this.#mustWait()) {
        this.#unread = chunk.slice(at)
        break
      }
      this.#cut(chunk.length <= SLICE_SIZE ? chunk : chunk.subarray(at, at + SLICE_SIZE))
    }
    if (this.#mustWait()) this.#stream.pause()
  }

  #cut(bytes: Uint8Array): void {
    const items = this.#splitter.push(bytes)
    for (const item of items) this.#take(item, bytes)
    if (this.#splitter.pendingSize === 0) this.#frameStartMs = undefined
    else if (items.length > 0 || this.#frameStartMs === undefined) this.#frameStartMs = this.lastByteMs
  }

  #take(item: StreamItem, chunk: Uint8Array): void {
    // What follows the frame over which a client was dropped is not looked at.
    if (this.isDropped) return
    if (item.kind !== 'frame') {
      this.#listener.rejected(this, { ...item, chunk })
      this.destroy(item.kind === 'badLength' ? 'bad_length' : 'oversized')
      return
    }
    // Some clients send a frame of no bytes to keep the line open.
    if (item.frame.length === 0) return
    this.#outstanding++
    this.#listener.frame(this, item.frame)
  }

  #mustWait(): boolean {
    const { outstandingMax, unsentMax } = this.#setting.limits
    return this.#outstanding >= outstandingMax || this.#stream.unsentSize > unsentMax
  }

  #resumeIfPossible(): void {
    if (!this.#stream.isPaused || this.#mustWait()) return
    if (this.#unread.length > 0) this.#receive(this.#takeUnread())
    if (this.#closed || this.#mustWait()) return
    // While it was not read it could not finish its frame.
    if (this.#frameStartMs !== undefined) this.#frameStartMs = this.#setting.nowMs()
    this.#stream.resume()
  }

  #takeUnread(): Uint8Array {
    const bytes = this.#unread
    this.#unread = NO_BYTES
    return bytes
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
