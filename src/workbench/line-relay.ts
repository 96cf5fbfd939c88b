import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'

/**
 * `up`: bytes go through. `cut`: every connection is dropped and none is taken. `stalled`: connections stay and nothing goes
 * through. `slow`: bytes come late, in their order. `loseReply`: the next request goes through, and its answer is lost with the
 * line; then `cut`. What was under way on a slow line still comes when its state changes, unless the line is cut.
 */
export type LineState = 'up' | 'cut' | 'stalled' | 'slow' | 'loseReply'

/** How late bytes are on a slow line, each way, in ms: a bad mobile network. */
const SLOW_MS = 1500

interface Pair {
  readonly terminal: Socket
  readonly host: Socket
}

/** The line between a terminal and its host, on loopback, with somebody's hand on the cable. */
export class LineRelay {
  readonly #server: Server
  readonly #hostPort: number
  readonly #changed: () => void
  readonly #slowMs: number
  readonly #pairs = new Set<Pair>()
  #state: LineState = 'up'

  private constructor(server: Server, hostPort: number, changed: () => void, slowMs: number) {
    this.#server = server
    this.#hostPort = hostPort
    this.#changed = changed
    this.#slowMs = slowMs
  }

  /**
   * Rejects with the system's error when no port can be opened. `changed`: the state changed by itself. `slowMs`: how late bytes
   * are on a slow line.
   */
  static open(hostPort: number, changed: () => void, slowMs = SLOW_MS): Promise<LineRelay> {
    const server = createServer()
    const relay = new LineRelay(server, hostPort, changed, slowMs)
    server.on('connection', (socket) => relay.#accept(socket))
    return new Promise((done, fail) => {
      server.once('error', fail)
      server.listen(0, '127.0.0.1', () => {
        server.off('error', fail)
        done(relay)
      })
    })
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get state(): LineState {
    return this.#state
  }

  set(state: LineState): void {
    this.#state = state
    if (state === 'cut') this.#dropAll()
    for (const { terminal, host } of this.#pairs) {
      if (state === 'stalled') {
        terminal.pause()
        host.pause()
      } else {
        terminal.resume()
        host.resume()
      }
    }
  }

  close(): Promise<void> {
    this.#dropAll()
    return new Promise((done) => this.#server.close(() => done()))
  }

  #accept(terminal: Socket): void {
    if (this.#state === 'cut') {
      terminal.destroy()
      return
    }
    const host = connect(this.#hostPort, '127.0.0.1')
    const pair = { terminal, host }
    this.#pairs.add(pair)
    const toHost = new Lane(host)
    const toTerminal = new Lane(terminal)
    terminal.on('data', (bytes) => toHost.send(bytes, this.#delayMs()))
    host.on('data', (bytes) => {
      if (this.#state === 'loseReply') this.#lose()
      else toTerminal.send(bytes, this.#delayMs())
    })
    const end = (): void => {
      this.#pairs.delete(pair)
      toHost.end()
      toTerminal.end()
      terminal.destroy()
      host.destroy()
    }
    for (const socket of [terminal, host]) {
      socket.on('error', end)
      socket.on('close', end)
    }
    if (this.#state === 'stalled') {
      terminal.pause()
      host.pause()
    }
  }

  #delayMs(): number {
    return this.#state === 'slow' ? this.#slowMs : 0
  }

  #lose(): void {
    this.set('cut')
    this.#changed()
  }

  #dropAll(): void {
    for (const { terminal, host } of [...this.#pairs]) {
      terminal.destroy()
      host.destroy()
    }
  }
}

/** One way of a connection: bytes that come late never let later ones overtake. */
class Lane {
  readonly #to: Socket
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #waiting: Uint8Array[] = []
  #lastDueMs = 0

  constructor(to: Socket) {
    this.#to = to
  }

  send(bytes: Uint8Array, delayMs: number): void {
    const nowMs = performance.now()
    this.#lastDueMs = Math.max(this.#lastDueMs, nowMs + delayMs)
    if (this.#timers.size === 0 && delayMs === 0) {
      this.#to.write(bytes)
      return
    }
    this.#waiting.push(bytes)
    // Timers of nearly the same moment may change places: each brings what has waited longest.
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      const next = this.#waiting.shift()
      if (next !== undefined) this.#to.write(next)
    }, this.#lastDueMs - nowMs)
    this.#timers.add(timer)
  }

  /** What is under way is lost. */
  end(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
  }
}
