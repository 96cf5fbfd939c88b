import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { concatBytes } from '../../../src/base/bytes.ts'
import { type LengthPrefix, lengthPrefixBytes } from '../../../src/iso8583/framing/length-prefix.ts'
import { StreamSplitter } from '../../../src/iso8583/framing/stream-splitter.ts'

/** A client that writes bytes as it likes and reads frames. */
export class WireClient {
  readonly socket: Socket
  readonly #prefix: LengthPrefix
  readonly #splitter: StreamSplitter
  readonly #frames: Uint8Array[] = []
  #waiting: (() => void) | undefined
  #isClosed = false

  constructor(port: number, prefix: LengthPrefix = 'binary2') {
    this.socket = connect(port, '127.0.0.1')
    this.#prefix = prefix
    this.#splitter = new StreamSplitter({ prefix, frameSizeMax: 8192 })
    this.socket.on('data', (chunk: Uint8Array) => {
      for (const item of this.#splitter.push(chunk))
        if (item.kind === 'frame') this.#frames.push(item.frame.slice())
      this.#waiting?.()
    })
    this.socket.on('error', () => {})
    this.socket.on('close', () => {
      this.#isClosed = true
      this.#waiting?.()
    })
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  framed(frame: Uint8Array): Uint8Array {
    return concatBytes([lengthPrefixBytes(this.#prefix, frame.length), frame])
  }

  send(frame: Uint8Array): void {
    this.socket.write(this.framed(frame))
  }

  /** The next frame; rejects when the host closed the connection instead. */
  async receive(): Promise<Uint8Array> {
    for (;;) {
      const frame = this.#frames.shift()
      if (frame !== undefined) return frame
      if (this.#isClosed) throw new Error('the host closed the connection')
      await new Promise<void>((resolve) => {
        this.#waiting = resolve
      })
    }
  }

  exchange(frame: Uint8Array): Promise<Uint8Array> {
    this.send(frame)
    return this.receive()
  }

  async closed(): Promise<void> {
    if (!this.#isClosed) await once(this.socket, 'close')
  }

  close(): void {
    this.socket.destroy()
  }
}
