import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pino from 'pino'
import { InvariantError, invariant } from '../../src/base/invariant.ts'
import { type DecisionStore, type HostStore, StoreError } from '../../src/host/core/store-port.ts'
import type { ClientStream } from '../../src/host/gateway/client-stream.ts'
import { openHostLog } from '../../src/host/service/host-log.ts'
import { type Host, openHost } from '../../src/host/service/open-host.ts'
import { TcpDialer } from '../../src/terminal/adapters/tcp-stream.ts'
import type { CommitFate } from '../world/sim-store.ts'
import type { RealTiming } from './real-timing.ts'
import type { RealHost } from './real-world.ts'
import { HostLines } from './tcp-lines.ts'

export interface OwnHostOptions {
  /** Records with estate and accounts; see `host-records.ts`. */
  readonly directory: string
  readonly clock: RealTiming
  /** It stopped although nothing was done to it. */
  readonly fault: (reason: string) => void
  readonly tell: (text: string) => void
}

const FREE_PORTS = { 'unionpay-pos': 0, 'iso1987-ascii': 0, 'iso1987-binary': 0 }

interface Fate {
  readonly fate: CommitFate
  readonly downMs: number
}

/** The real host service on a real store, at a TCP port, which can lose its power and come back. */
export class OwnHost implements RealHost {
  readonly #options: OwnHostOptions
  readonly #lines = new HostLines()
  #host: Host | undefined
  #nextFate: Fate | undefined
  #isCalm = false
  #isClosed = false
  #opening: Promise<void> | undefined

  constructor(options: OwnHostOptions) {
    this.#options = options
  }

  get isUp(): boolean {
    return this.#host !== undefined
  }

  get connectionCount(): number {
    return this.#lines.count
  }

  get host(): Host {
    invariant(this.#host !== undefined, 'the host is down')
    return this.#host
  }

  /** Undefined while it is down. */
  get books(): { readonly store: HostStore; readSynced(): Uint8Array } | undefined {
    if (this.#host === undefined) return undefined
    const { store } = this.#host
    return { store, readSynced: () => readFileSync(join(this.#options.directory, 'host.db')) }
  }

  idle(): Promise<void> {
    return this.#lines.idle()
  }

  start(): Promise<void> {
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined
    })
    return this.#opening
  }

  accept(stream: ClientStream): void {
    const port = this.host.ports['unionpay-pos']
    this.#lines.join(stream, new TcpDialer({ host: '127.0.0.1', port }))
  }

  dieAtCommit(fate: CommitFate, downMs: number): void {
    if (!this.#isCalm) this.#nextFate = { fate, downMs }
  }

  fillDisk(): never {
    throw new InvariantError('a real disk is not filled')
  }

  /** Loses power now and comes back after `downMs`. */
  restart(downMs: number): void {
    if (this.#host === undefined || this.#isCalm) return
    this.#options.tell('loses power')
    this.#host.abort()
    this.#host = undefined
    this.#options.clock.after(downMs, () => void this.start())
  }

  /** From now on nothing goes wrong with it; resolves once it is up. */
  calm(): Promise<void> {
    this.#isCalm = true
    this.#nextFate = undefined
    return this.start()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#opening
    await this.#host?.close()
    this.#host = undefined
  }

  async #open(): Promise<void> {
    if (this.#host !== undefined || this.#isClosed) return
    const { directory, fault } = this.#options
    const host = await openHost({
      dataDirectory: directory,
      ports: FREE_PORTS,
      log: openHostLog('info', pino.destination({ dest: join(directory, 'host.log'), sync: true })),
      storeProbe: (store) => this.#mortal(store),
      onFatal: (reason) => fault(`the host stopped: ${reason}`),
    })
    if (this.#isClosed) await host.close()
    else this.#host = host
  }

  /** The store of a process that may die over a commit. */
  #mortal(store: DecisionStore): DecisionStore {
    return {
      fetch: (keys, into) => store.fetch(keys, into),
      leaseNumbers: (count) => store.leaseNumbers(count),
      commit: (rows) => {
        const next = this.#nextFate
        this.#nextFate = undefined
        if (next?.fate.kind === 'before') this.#die(next)
        store.commit(rows)
        if (next !== undefined) this.#die(next)
      },
    }
  }

  /** Its power goes in the middle of what it does; nobody is answered. */
  #die({ downMs }: Fate): never {
    this.restart(downMs)
    throw new StoreError('the power is gone')
  }
}
