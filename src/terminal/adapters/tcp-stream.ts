import { connect as connectTcp, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import { type LineTap, tapStream } from '../../base/line-tap.ts'
import type { ByteStream, StreamEnd, StreamListener } from '../../base/ports.ts'
import type { StreamDialer } from '../runtime/dialed-host-link.ts'

/** TLS towards the host. All members are PEM text but the name. */
export interface HostTls {
  /** Certificates that the host's must lead to; the system's own list when left out. */
  readonly ca?: string
  /** The terminal's own certificate and key, when the host asks for one. */
  readonly certificate?: string
  readonly key?: string
  /** The name that the host's certificate must carry; the dialled host when left out. */
  readonly serverName?: string
}

export interface HostAddress {
  readonly host: string
  readonly port: number
}

/** Quiet seconds after which the system probes whether the other side is still there. */
const KEEP_ALIVE_MS = 30_000

/** Dials the acquirer's host over TCP, or over TLS 1.2 and later when `tls` is given. */
export class TcpDialer implements StreamDialer {
  readonly #address: HostAddress
  readonly #tls: HostTls | undefined
  readonly #tap: (() => LineTap) | undefined

  /** `tap`: hears each connection. */
  constructor(address: HostAddress, tls?: HostTls, tap?: () => LineTap) {
    this.#address = address
    this.#tls = tls
    this.#tap = tap
  }

  dial(connected: (stream: ByteStream) => void, failed: (reason: string) => void): () => void {
    const socket = this.#open(failed)
    if (socket === undefined) return () => {}
    let open = true
    const settle = (finish: () => void): void => {
      if (!open) return
      open = false
      finish()
    }
    const fail = (reason: string): void =>
      settle(() => {
        socket.destroy()
        failed(reason)
      })
    socket.once(this.#tls === undefined ? 'connect' : 'secureConnect', () =>
      settle(() => {
        socket.setNoDelay(true)
        socket.setKeepAlive(true, KEEP_ALIVE_MS)
        const stream = new SocketStream(socket)
        connected(this.#tap === undefined ? stream : tapStream(stream, this.#tap()))
      }),
    )
    socket.on('error', (error: NodeJS.ErrnoException) => fail(connectFailureText(error)))
    socket.once('close', () => fail('the host closed the connection'))
    return () => {
      open = false
      socket.destroy()
    }
  }

  /** Key material that is none is one more reason not to be connected. */
  #open(failed: (reason: string) => void): Socket | undefined {
    const { host, port } = this.#address
    if (this.#tls === undefined) return connectTcp({ host, port })
    try {
      return connectTls({ host, port, ...tlsOptions(this.#tls, host) })
    } catch {
      failed('the TLS certificate or key can not be used')
      return undefined
    }
  }
}

function tlsOptions(tls: HostTls, host: string): ConnectionOptions {
  const servername = tls.serverName ?? (/^[\d.]+$|:/.test(host) ? undefined : host)
  return {
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.certificate === undefined ? {} : { cert: tls.certificate }),
    ...(tls.key === undefined ? {} : { key: tls.key }),
    ...(servername === undefined ? {} : { servername }),
  }
}

/** Short, for the operator: the system's code says it best, and a TLS code says which check failed. */
function connectFailureText(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'connection refused'
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'host name not found'
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'host not reachable'
    default:
      return error.code ?? 'connection failed'
  }
}

/** A connected socket as a `ByteStream`. */
class SocketStream implements ByteStream {
  readonly #socket: Socket
  #listener: StreamListener | undefined
  #end: StreamEnd | undefined

  constructor(socket: Socket) {
    this.#socket = socket
    socket.removeAllListeners('error')
    socket.removeAllListeners('close')
    // `close` always follows an error, and is what ends the stream.
    socket.on('error', () => {})
    socket.on('close', () => this.#finish('lost'))
    socket.on('end', () => socket.end())
  }

  write(bytes: Uint8Array): void {
    if (this.#end === undefined) this.#socket.write(bytes)
  }

  close(): void {
    if (this.#end !== undefined) return
    this.#end = 'closed'
    // Ends after what is queued; the other side may be gone, so the socket is not waited for.
    this.#socket.end()
    this.#socket.destroySoon()
    queueMicrotask(() => this.#listener?.ended('closed'))
  }

  listen(listener: StreamListener): void {
    this.#listener = listener
    // What was on its way when this side closed is nobody's any more.
    this.#socket.on('data', (bytes: Uint8Array) => {
      if (this.#end === undefined) listener.received(bytes)
    })
  }

  #finish(end: StreamEnd): void {
    if (this.#end !== undefined) return
    this.#end = end
    this.#listener?.ended(end)
  }
}
