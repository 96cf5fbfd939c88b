import { createServer, type Server, type Socket } from 'node:net'
import { concatBytes } from '../../src/base/bytes.ts'
import { invariant } from '../../src/base/invariant.ts'
import type { ByteStream } from '../../src/base/ports.ts'
import type { ClientStream } from '../../src/host/gateway/client-stream.ts'
import type { StreamDialer } from '../../src/terminal/runtime/dialed-host-link.ts'

const LOOPBACK = '127.0.0.1'
const PREFIX_SIZE = 2

/** A port on the way between a terminal and its host, so that what passes can be broken. */
export class TcpDoor {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(server: Server) {
    this.#server = server
  }

  /** `join`: the line that a terminal gets that comes in; undefined: none. */
  static open(join: () => ByteStream | undefined): Promise<TcpDoor> {
    const server = createServer({ noDelay: true })
    const door = new TcpDoor(server)
    server.on('connection', (socket) => door.#take(socket, join()))
    return new Promise((done, fail) => {
      server.once('error', fail)
      server.listen(0, LOOPBACK, () => done(door))
    })
  }

  get port(): number {
    const address = this.#server.address()
    invariant(address !== null && typeof address === 'object', 'a server without a port')
    return address.port
  }

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    return new Promise((done) => this.#server.close(() => done()))
  }

  #take(socket: Socket, line: ByteStream | undefined): void {
    socket.on('error', () => {})
    if (line === undefined) {
      socket.destroy()
      return
    }
    this.#sockets.add(socket)
    const frames = new FrameCutter((frame) => line.write(frame))
    socket.on('data', (bytes: Uint8Array) => frames.push(bytes))
    socket.on('close', () => {
      this.#sockets.delete(socket)
      line.close()
    })
    line.listen({
      received: (bytes) => void socket.write(bytes),
      ended: () => socket.destroySoon(),
    })
  }
}

/** Lines that lead on to a host. */
export class HostLines {
  readonly #open = new Set<ClientStream>()
  #idle: (() => void) | undefined

  get count(): number {
    return this.#open.size
  }

  /** Joins a client's line to the host that `dialer` reaches. */
  join(client: ClientStream, dialer: StreamDialer): void {
    const early: Uint8Array[] = []
    let line: ByteStream | undefined
    this.#open.add(client)
    const gone = (): void => {
      this.#open.delete(client)
      client.end()
      if (this.#open.size === 0) this.#idle?.()
    }
    const giveUp = dialer.dial((stream) => {
      line = stream
      stream.listen({ received: (bytes) => client.write(bytes.slice()), ended: gone })
      for (const bytes of early.splice(0)) stream.write(bytes)
    }, gone)
    client.listen({
      received: (bytes) => {
        if (line === undefined) early.push(bytes.slice())
        else line.write(bytes.slice())
      },
      drained() {},
      ended: () => {
        if (line !== undefined) line.close()
        else {
          giveUp()
          gone()
        }
      },
    })
  }

  /** Resolves once none is open. */
  idle(): Promise<void> {
    return new Promise((done) => {
      if (this.#open.size === 0) done()
      else this.#idle = done
    })
  }
}

/** A fault strikes a whole frame; TCP knows no frames. */
class FrameCutter {
  readonly #whole: (frame: Uint8Array) => void
  #rest: Uint8Array = new Uint8Array(0)

  constructor(whole: (frame: Uint8Array) => void) {
    this.#whole = whole
  }

  push(bytes: Uint8Array): void {
    let all = concatBytes([this.#rest, bytes])
    while (all.length >= PREFIX_SIZE) {
      const size = PREFIX_SIZE + ((all[0] ?? 0) << 8) + (all[1] ?? 0)
      if (all.length < size) break
      this.#whole(all.slice(0, size))
      all = all.subarray(size)
    }
    this.#rest = all.slice()
  }
}
