import type { ClientStream } from './client-stream.ts'
import { Connection, type ConnectionListener } from './connection.ts'
import type { GatewayLimits, PortOptions } from './gateway-options.ts'

export interface ConnectionsListener extends Omit<ConnectionListener, 'closed'> {
  /** A client that was turned away, or a handshake that failed. `reason` in a few words. */
  refused(peer: string, reason: string): void
}

/** All clients of one host, within its limits. Knows no sockets. */
export class Connections {
  readonly #limits: GatewayLimits
  readonly #nowMs: () => number
  readonly #listener: ConnectionsListener
  readonly #open = new Set<Connection>()

  constructor(limits: GatewayLimits, nowMs: () => number, listener: ConnectionsListener) {
    this.#limits = limits
    this.#nowMs = nowMs
    this.#listener = listener
  }

  get count(): number {
    return this.#open.size
  }

  /** Takes over a new client, or turns it away. */
  accept(stream: ClientStream, options: PortOptions): void {
    const limits = this.#limits
    if (this.#open.size >= limits.connectionsMax) {
      this.#listener.refused(stream.peer, `more than ${limits.connectionsMax} connections`)
      stream.listen({ received() {}, drained() {}, ended() {} })
      stream.destroy()
      return
    }
    const listener: ConnectionListener = {
      frame: (from, frame) => this.#listener.frame(from, frame),
      rejected: (from, rejection) => this.#listener.rejected(from, rejection),
      closed: (from) => this.#open.delete(from),
    }
    this.#open.add(new Connection(stream, options, limits, listener, this.#nowMs))
  }

  /** Drops those that have said nothing for too long. */
  closeIdle(): void {
    const deadline = this.#nowMs() - this.#limits.idleTimeoutMs
    for (const connection of this.#open) if (connection.lastByteMs < deadline) connection.destroy()
  }

  /** Ends each after what is queued for it. */
  endAll(): void {
    for (const connection of this.#open) connection.end()
  }

  destroyAll(): void {
    for (const connection of this.#open) connection.destroy()
  }
}
