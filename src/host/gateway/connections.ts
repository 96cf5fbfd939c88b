import type { ClientStream } from './client-stream.ts'
import { Connection, type ConnectionListener, type ConnectionSetting } from './connection.ts'
import type { GatewayLimits, PortOptions } from './gateway-options.ts'
import { type CloseReason, GatewayTally, LIMIT_REASONS, type RefusalReason } from './gateway-tally.ts'
import { RefusalEpisodes } from './refusal-episodes.ts'

export interface ConnectionsListener extends Omit<ConnectionListener, 'closed'> {
  /** Clients are turned away: said when it begins, and when it is over. `reason` in a few words. */
  refused(peer: string, reason: string): void
  /** So many connections were closed over a limit since this was last said. */
  dropped?(reason: CloseReason, count: number): void
}

/** All clients of one host, within its limits. Knows no sockets. */
export class Connections {
  readonly tally: GatewayTally
  readonly #setting: ConnectionSetting
  readonly #listener: ConnectionsListener
  readonly #connectionListener: ConnectionListener
  readonly #open = new Set<Connection>()
  readonly #addresses = new Map<string, number>()
  readonly #refusals: RefusalEpisodes
  readonly #dropped = new Map<CloseReason, number>()

  constructor(
    limits: GatewayLimits,
    nowMs: () => number,
    listener: ConnectionsListener,
    tally: GatewayTally = new GatewayTally(),
  ) {
    this.tally = tally
    this.#setting = { limits, nowMs, tally }
    this.#listener = listener
    this.#refusals = new RefusalEpisodes(nowMs, (peer, reason) => listener.refused(peer, reason))
    this.#connectionListener = {
      frame: (from, frame) => listener.frame(from, frame),
      rejected: (from, rejection) => listener.rejected(from, rejection),
      closed: (from, reason) => this.#closed(from, reason),
    }
  }

  get count(): number {
    return this.#open.size
  }

  /** Takes over a new client, or turns it away. */
  accept(stream: ClientStream, options: PortOptions): void {
    const { connectionsMax, connectionsPerAddressMax } = this.#setting.limits
    const address = addressOf(stream.peer)
    const ofAddress = this.#addresses.get(address) ?? 0
    if (this.#open.size >= connectionsMax) {
      this.refuse(stream.peer, 'connections', `more than ${connectionsMax} connections`)
      turnAway(stream)
    } else if (ofAddress >= connectionsPerAddressMax) {
      const reason = `more than ${connectionsPerAddressMax} connections from ${address}`
      this.refuse(stream.peer, 'address', reason)
      turnAway(stream)
    } else {
      this.#addresses.set(address, ofAddress + 1)
      this.tally.accepted++
      this.tally.open++
      this.#open.add(new Connection(stream, options, this.#setting, this.#connectionListener))
    }
  }

  /** Counts a client that is turned away, and says so once an episode. */
  refuse(peer: string, kind: RefusalReason, reason: string): void {
    this.tally.refused[kind]++
    this.#refusals.add(peer, reason)
  }

  /** Drops those that have passed a limit of time, and those that stand still longest when too much waits for all. */
  sweep(): void {
    const { limits } = this.#setting
    const now = this.#setting.nowMs()
    let unsentTotal = 0
    for (const connection of this.#open) {
      const reason = connection.overdue(now)
      if (reason === undefined) unsentTotal += connection.unsentSize
      else connection.destroy(reason)
    }
    if (unsentTotal > limits.unsentTotalMax) this.#makeRoom(unsentTotal - limits.unsentTotalMax)
    this.#refusals.endOld()
    for (const [reason, count] of this.#dropped) this.#listener.dropped?.(reason, count)
    this.#dropped.clear()
  }

  /** Ends each after what is queued for it. */
  endAll(): void {
    for (const connection of this.#open) connection.end()
  }

  destroyAll(): void {
    for (const connection of this.#open) connection.destroy('shutdown')
  }

  #makeRoom(size: number): void {
    const waiting = [...this.#open].filter(({ unsentSize, isDropped }) => unsentSize > 0 && !isDropped)
    waiting.sort((left, right) => left.takenMs - right.takenMs || right.unsentSize - left.unsentSize)
    let freed = 0
    for (const connection of waiting) {
      if (freed >= size) return
      freed += connection.unsentSize
      connection.destroy('memory')
    }
  }

  #closed(connection: Connection, reason: CloseReason): void {
    this.#open.delete(connection)
    this.tally.open--
    this.tally.closed[reason]++
    const address = addressOf(connection.peer)
    const left = (this.#addresses.get(address) ?? 1) - 1
    if (left === 0) this.#addresses.delete(address)
    else this.#addresses.set(address, left)
    if (LIMIT_REASONS.has(reason)) this.#dropped.set(reason, (this.#dropped.get(reason) ?? 0) + 1)
  }
}

/** `peer` without its port. */
function addressOf(peer: string): string {
  return peer.slice(0, peer.lastIndexOf(':'))
}

function turnAway(stream: ClientStream): void {
  stream.listen({ received() {}, drained() {}, ended() {} })
  stream.destroy()
}
