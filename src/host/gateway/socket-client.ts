import type { Socket } from 'node:net'
import type { ClientStream, ClientStreamListener } from './client-stream.ts'

/** Who listens to a socket, kept on it: functions of its own for each of ten thousand sockets took a kilobyte each. */
const LISTENER = Symbol('listener')

interface HeardSocket extends Socket {
  [LISTENER]?: ClientStreamListener
}

/** A TCP or TLS socket as a `ClientStream`. */
export class SocketClient implements ClientStream {
  readonly #socket: HeardSocket
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
    socket[LISTENER] = listener
    socket.on('data', received)
    socket.on('drain', drained)
    socket.on('error', failed)
    socket.on('close', closed)
  }
}

function received(this: HeardSocket, chunk: Uint8Array): void {
  this[LISTENER]?.received(chunk)
}

function drained(this: HeardSocket): void {
  this[LISTENER]?.drained()
}

/** What a peer does to its end of the line is no event of ours: `close` follows. */
function failed(this: HeardSocket): void {
  this.destroy()
}

function closed(this: HeardSocket): void {
  this[LISTENER]?.ended()
}

/** Address and port of the other side. */
export function peerOf(socket: Socket): string {
  return `${socket.remoteAddress ?? 'unknown'}:${socket.remotePort ?? 0}`
}
