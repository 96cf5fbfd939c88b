import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { Connection, type Rejection } from './connection.ts'
import type { GatewayLimits, PortDialect, PortOptions, TlsOptions } from './gateway-options.ts'

export interface GatewayOptions {
  readonly address: string
  readonly ports: readonly PortOptions[]
  readonly limits: GatewayLimits
  readonly tls?: TlsOptions
  readonly nowMs: () => number
}

export interface GatewayListener {
  /** `frame` is without its length; it is valid until the end of the turn of the event loop. */
  frame(connection: Connection, frame: Uint8Array): void
  rejected(connection: Connection, rejection: Rejection): void
  /** A client that was turned away, or a handshake that failed. `reason` in a few words. */
  refused(peer: string, reason: string): void
}

/** A port that can't be opened; the message says what to do. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError'
}

/** Listens on one port for each dialect. One bad client never disturbs another. */
export class Gateway {
  readonly #options: GatewayOptions
  readonly #listener: GatewayListener
  readonly #connections = new Set<Connection>()
  readonly #servers: { readonly dialect: PortDialect; readonly server: Server }[] = []
  #sweep: NodeJS.Timeout | undefined

  constructor(options: GatewayOptions, listener: GatewayListener) {
    this.#options = options
    this.#listener = listener
  }

  get connectionCount(): number {
    return this.#connections.size
  }

  /**
   * Opens all ports, or none.
   *
   * @throws {GatewayError}
   */
  async open(): Promise<Readonly<Record<PortDialect, number>>> {
    const numbers: Partial<Record<PortDialect, number>> = {}
    try {
      for (const port of this.#options.ports) numbers[port.dialect] = await this.#listen(port)
    } catch (error) {
      await this.close()
      throw error
    }
    // One sweep for all: a timer for each connection would be thousands.
    const every = Math.max(50, Math.min(5000, this.#options.limits.idleTimeoutMs / 4))
    this.#sweep = setInterval(() => this.#closeIdle(), every)
    this.#sweep.unref()
    return numbers as Record<PortDialect, number>
  }

  /** Stops listening; ends each connection after what is queued for it. */
  async close(): Promise<void> {
    clearInterval(this.#sweep)
    const closed = this.#servers.map(({ server }) => new Promise<void>((done) => server.close(() => done())))
    for (const connection of this.#connections) connection.end()
    const patience = setTimeout(() => {
      for (const connection of this.#connections) connection.destroy()
    }, 1000)
    await Promise.all(closed)
    clearTimeout(patience)
  }

  /** Drops everything at once. */
  abort(): void {
    clearInterval(this.#sweep)
    for (const { server } of this.#servers) server.close()
    for (const connection of this.#connections) connection.destroy()
  }

  #listen(options: PortOptions): Promise<number> {
    const server = this.#createServer((socket) => this.#accept(socket, options))
    server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: Socket) =>
      this.#listener.refused(peerOf(socket), `TLS handshake failed: ${error.code ?? 'unknown reason'}`),
    )
    return new Promise((done, fail) => {
      server.once('error', (error: NodeJS.ErrnoException) =>
        fail(openFailure(error, options, this.#options.address)),
      )
      server.listen(options.port, this.#options.address, () => {
        server.removeAllListeners('error')
        server.on('error', () => {})
        this.#servers.push({ dialect: options.dialect, server })
        done((server.address() as AddressInfo).port)
      })
    })
  }

  #createServer(accept: (socket: Socket) => void): Server {
    const { tls } = this.#options
    if (tls === undefined) return createServer({ noDelay: true }, accept)
    return createTlsServer(
      { cert: tls.certificate, key: tls.key, ca: tls.clientCa, requestCert: true, rejectUnauthorized: true },
      accept,
    )
  }

  #accept(socket: Socket, options: PortOptions): void {
    const { limits, nowMs } = this.#options
    if (this.#connections.size >= limits.connectionsMax) {
      this.#listener.refused(peerOf(socket), `more than ${limits.connectionsMax} connections`)
      socket.on('error', () => {})
      socket.destroy()
      return
    }
    const connection = new Connection(
      socket,
      options,
      limits,
      {
        frame: (from, frame) => this.#listener.frame(from, frame),
        rejected: (from, rejection) => this.#listener.rejected(from, rejection),
        closed: (from) => this.#connections.delete(from),
      },
      nowMs,
    )
    this.#connections.add(connection)
  }

  #closeIdle(): void {
    const deadline = this.#options.nowMs() - this.#options.limits.idleTimeoutMs
    for (const connection of this.#connections) if (connection.lastByteMs < deadline) connection.destroy()
  }
}

function peerOf(socket: Socket): string {
  return `${socket.remoteAddress ?? 'unknown'}:${socket.remotePort ?? 0}`
}

function openFailure(error: NodeJS.ErrnoException, { port }: PortOptions, address: string): GatewayError {
  switch (error.code) {
    case 'EADDRINUSE':
      return new GatewayError(
        `port ${port} is in use; stop the program that holds it, or choose another port`,
      )
    case 'EACCES':
      return new GatewayError(`no permission for port ${port}; choose one above 1023`)
    case 'EADDRNOTAVAIL':
      return new GatewayError(`this machine has no address ${address}`)
    default:
      return new GatewayError(`cannot listen on ${address}:${port} (${error.code ?? 'unknown reason'})`)
  }
}
