import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { LineTap } from '../../base/line-tap.ts'
import type { ClientStream } from './client-stream.ts'
import { Connections, type ConnectionsListener } from './connections.ts'
import type { GatewayLimits, PortDialect, PortOptions, TlsOptions } from './gateway-options.ts'
import { peerOf, SocketClient } from './socket-client.ts'
import { tapClient } from './tapped-client.ts'

export interface GatewayOptions {
  readonly address: string
  readonly ports: readonly PortOptions[]
  readonly limits: GatewayLimits
  readonly tls?: TlsOptions
  readonly nowMs: () => number
  /** Hears each client. */
  readonly tap?: (port: PortOptions) => LineTap
}

/** `frame` is without its length; it is valid until the end of the turn of the event loop. */
export type GatewayListener = ConnectionsListener

/** A port that can't be opened; the message says what to do. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError'
}

/** Listens on one port for each dialect. One bad client never disturbs another. */
export class Gateway {
  readonly #options: GatewayOptions
  readonly #listener: GatewayListener
  readonly #connections: Connections
  readonly #servers: { readonly dialect: PortDialect; readonly server: Server }[] = []
  #sweep: NodeJS.Timeout | undefined

  constructor(options: GatewayOptions, listener: GatewayListener) {
    this.#options = options
    this.#listener = listener
    this.#connections = new Connections(options.limits, options.nowMs, listener)
  }

  get connectionCount(): number {
    return this.#connections.count
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
    this.#sweep = setInterval(() => this.#connections.closeIdle(), every)
    this.#sweep.unref()
    return numbers as Record<PortDialect, number>
  }

  /** Stops listening; ends each connection after what is queued for it. */
  async close(): Promise<void> {
    clearInterval(this.#sweep)
    const closed = this.#servers.map(({ server }) => new Promise<void>((done) => server.close(() => done())))
    this.#connections.endAll()
    const patience = setTimeout(() => this.#connections.destroyAll(), 1000)
    await Promise.all(closed)
    clearTimeout(patience)
  }

  /** Drops everything at once. */
  abort(): void {
    clearInterval(this.#sweep)
    for (const { server } of this.#servers) server.close()
    this.#connections.destroyAll()
  }

  #listen(options: PortOptions): Promise<number> {
    const server = this.#createServer((socket) =>
      this.#connections.accept(this.#client(socket, options), options),
    )
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

  #client(socket: Socket, port: PortOptions): ClientStream {
    const client = new SocketClient(socket)
    const { tap } = this.#options
    return tap === undefined ? client : tapClient(client, tap(port))
  }

  #createServer(accept: (socket: Socket) => void): Server {
    const { tls } = this.#options
    if (tls === undefined) return createServer({ noDelay: true }, accept)
    return createTlsServer(
      { cert: tls.certificate, key: tls.key, ca: tls.clientCa, requestCert: true, rejectUnauthorized: true },
      accept,
    )
  }
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
