import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { LineTap } from '../../base/line-tap.ts'
import type { ClientStream } from './client-stream.ts'
import { Connections, type ConnectionsListener } from './connections.ts'
import type { GatewayLimits, PortDialect, PortOptions, TlsOptions } from './gateway-options.ts'
import type { GatewayTally } from './gateway-tally.ts'
import { peerOf, SocketClient } from './socket-client.ts'
import { tapClient } from './tapped-client.ts'

export interface GatewayOptions {
  readonly address: string
  readonly ports: readonly PortOptions[]
  readonly limits: GatewayLimits
  readonly tls?: TlsOptions
  readonly nowMs: () => number
  /** What is counted, for whoever shows it. */
  readonly tally?: GatewayTally
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
  readonly #connections: Connections
  readonly #servers: { readonly dialect: PortDialect; readonly server: Server }[] = []
  #sweep: NodeJS.Timeout | undefined

  constructor(options: GatewayOptions, listener: GatewayListener) {
    this.#options = options
    this.#connections = new Connections(options.limits, options.nowMs, listener, options.tally)
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
    this.#sweep = setInterval(() => this.#connections.sweep(), sweepIntervalMs(this.#options.limits))
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
      this.#connections.refuse(
        peerOf(socket),
        'tls',
        `TLS handshake failed: ${error.code ?? 'unknown reason'}`,
      ),
    )
    return new Promise((done, fail) => {
      server.once('error', (error: NodeJS.ErrnoException) =>
        fail(listenFailure(error, this.#options.address, options.port)),
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
    const { tls, limits } = this.#options
    if (tls === undefined) return createServer({ noDelay: true }, accept)
    const server = createTlsServer(
      {
        cert: tls.certificate,
        key: tls.key,
        ca: tls.clientCa,
        requestCert: true,
        rejectUnauthorized: true,
        handshakeTimeout: limits.frameTimeoutMs,
      },
      accept,
    )
    // Before its handshake a client is none of the connections: it takes a place here.
    server.maxConnections = limits.connectionsMax
    server.on('drop', (dropped) => {
      const peer = `${dropped?.remoteAddress ?? 'unknown'}:${dropped?.remotePort ?? 0}`
      this.#connections.refuse(peer, 'connections', `more than ${limits.connectionsMax} connections`)
    })
    return server
  }
}

const SWEEP_MIN_MS = 50
const SWEEP_MAX_MS = 2000

/** Often enough for the shortest limit of time. */
function sweepIntervalMs({ idleTimeoutMs, frameTimeoutMs, unreadTimeoutMs }: GatewayLimits): number {
  const shortest = Math.min(idleTimeoutMs, frameTimeoutMs, unreadTimeoutMs)
  return Math.max(SWEEP_MIN_MS, Math.min(SWEEP_MAX_MS, shortest / 4))
}

/** Why no one can listen at `address` and `port`, and what to do. */
export function listenFailure(error: NodeJS.ErrnoException, address: string, port: number): GatewayError {
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
