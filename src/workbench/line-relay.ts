import type { AddressInfo } from 'node:net'
import { connect, createServer, type Server, type Socket } from 'node:net'

/**
 * `up`: bytes go through. `cut`: every connection is dropped and none is taken. `stalled`: connections stay and nothing goes
 * through. `loseReply`: the next request goes through, and its answer is lost with the line; then `cut`.
 */
export type LineState = 'up' | 'cut' | 'stalled' | 'loseReply'

interface Pair {
  readonly terminal: Socket
  readonly host: Socket
}

/** The line between a terminal and its host, on loopback, with somebody's hand on the cable. */
export class LineRelay {
  readonly #server: Server
  readonly #hostPort: number
  readonly #changed: () => void
  readonly #pairs = new Set<Pair>()
  #state: LineState = 'up'

  private constructor(server: Server, hostPort: number, changed: () => void) {
    this.#server = server
    this.#hostPort = hostPort
    this.#changed = changed
  }

  /** Rejects with the system's error when no port can be opened. `changed`: the state changed by itself. */
  static open(hostPort: number, changed: () => void): Promise<LineRelay> {
    const server = createServer()
    const relay = new LineRelay(server, hostPort, changed)
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
    terminal.on('data', (bytes) => host.write(bytes))
    host.on('data', (bytes) => {
      if (this.#state === 'loseReply') this.#lose()
      else terminal.write(bytes)
    })
    const end = (): void => {
      this.#pairs.delete(pair)
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
