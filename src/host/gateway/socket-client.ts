import type { Socket } from 'node:net'
import type { ClientStream, ClientStreamListener } from './client-stream.ts'

/** A TCP or TLS socket as a `ClientStream`. */
export class SocketClient implements ClientStream {
  readonly #socket: Socket
  #peer: string | undefined

  constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
  }

  get peer(): string {
    this.#peer ??= peerOf(this.#socket)
    return this.#peer
  }

  get unsentSize(): number {
    return this.#socket.writableLength
  }

  get isPaused(): boolean {
    return this.#socket.isPaused()
  }

  write(bytes: Uint8Array): void {
    this.#socket.write(bytes)
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  end(): void {
    this.#socket.end()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  listen(listener: ClientStreamListener): void {
    const socket = this.#socket
    socket.on('data', (chunk: Uint8Array) => listener.received(chunk))
    socket.on('drain', () => listener.drained())
    // What a peer does to its end of the line is no event of ours: `close` follows.
    socket.on('error', () => socket.destroy())
    socket.on('close', () => listener.ended())
  }
}

/** Address and port of the other side. */
export function peerOf(socket: Socket): string {
  return `${socket.remoteAddress ?? 'unknown'}:${socket.remotePort ?? 0}`
}
