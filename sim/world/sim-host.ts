import { HostCore } from '../../src/host/core/host-core.ts'
import { type DecisionStore, StoreError, type StoreRows } from '../../src/host/core/store-port.ts'
import type { WalletPort } from '../../src/host/core/wallet-port.ts'
import { Catalogue } from '../../src/host/estate/catalogue.ts'
import { ACQUIRER_INSTITUTION } from '../../src/host/estate/default-estate.ts'
import { RateBook } from '../../src/host/estate/rate-book.ts'
import type { ClientStream } from '../../src/host/gateway/client-stream.ts'
import { Connections } from '../../src/host/gateway/connections.ts'
import { DEFAULT_LIMITS, type PortOptions } from '../../src/host/gateway/gateway-options.ts'
import type { SoftwareSecurityModule } from '../../src/host/security-module/software-security-module.ts'
import { HostService } from '../../src/host/service/host-service.ts'
import { LocalDecider } from '../../src/host/service/local-decider.ts'
import type { CommitFate, SimStore } from './sim-store.ts'
import { DriftingClock, type VirtualClock } from './virtual-clock.ts'

export interface SimHostOptions {
  readonly clock: VirtualClock
  readonly store: SimStore
  readonly security: SoftwareSecurityModule
  /** Payments by code; without it they are answered 40. */
  readonly wallets?: WalletPort | undefined
  /** A bug in the host, or a store that failed for no reason of the world. */
  readonly fault: (reason: string) => void
  /** A line of its log. */
  readonly logged: (line: string) => void
  /** Something for the story. */
  readonly tell: (text: string) => void
}

const PORT: PortOptions = { dialect: 'unionpay-pos', port: 0, prefix: 'binary2' }

interface Life {
  readonly connections: Connections
  readonly service: HostService
  isOver: boolean
}

/** One host process on the common store: it can lose its power at any moment and come back. */
export class SimHost {
  readonly clock: DriftingClock
  readonly #options: SimHostOptions
  #life: Life | undefined
  #isCalm = false
  #leftCount = 0
  #nextFate: { readonly fate: CommitFate; readonly downMs: number } | undefined

  constructor(options: SimHostOptions) {
    this.#options = options
    this.clock = new DriftingClock(options.clock)
    this.start()
  }

  get isUp(): boolean {
    return this.#life !== undefined
  }

  /** Connections that are open, or that were when it ended for good. */
  get connectionCount(): number {
    return this.#life?.connections.count ?? this.#leftCount
  }

  accept(stream: ClientStream): void {
    this.#life?.connections.accept(stream, PORT)
  }

  /** From now on nothing goes wrong with it; it comes back if it is down. */
  calm(): void {
    this.#isCalm = true
    this.#nextFate = undefined
    this.#options.store.file.isFull = false
    this.start()
  }

  /** The next commit of this process is its last. */
  dieAtCommit(fate: CommitFate, downMs: number): void {
    if (this.#isCalm) return
    this.#nextFate = { fate, downMs }
  }

  /** No commit of any host succeeds for `forMs`. */
  fillDisk(forMs: number): void {
    const { clock, store, tell } = this.#options
    tell('has no room on its disk')
    store.file.isFull = true
    clock.after(forMs, () => {
      store.file.isFull = false
    })
  }

  /** Loses power now and comes back after `downMs`. */
  restart(downMs: number): void {
    if (this.#life === undefined || this.#isCalm) return
    this.#options.tell('loses power')
    this.#end(this.#life)
    this.#options.clock.after(downMs, () => this.start())
  }

  start(): void {
    if (this.#life !== undefined) return
    const { clock, store, security, wallets, fault, tell, logged } = this.#options
    this.#nextFate = undefined
    const rates = new RateBook(undefined, () => this.clock.epochMs())
    const core = new HostCore({
      security,
      testBehaviour: true,
      acquirer: { institution: ACQUIRER_INSTITUTION },
      ...(wallets === undefined ? {} : { wallets }),
      catalogue: new Catalogue([], rates),
      rates,
    })
    const life: Life = { isOver: false } as Life
    const service = new HostService({
      decider: new LocalDecider({
        core,
        store: this.#storeOf(life),
        log: {
          fault: (reason) => fault(reason),
          outage: (reason) => {
            if (!store.file.isFull) fault(`an outage without a cause: ${reason}`)
            tell(`refuses what comes: ${reason}`)
          },
          recovered: () => tell('records again'),
        },
      }),
      clock: this.#clockOf(life),
      epochMs: () => this.clock.epochMs(),
      defer: (work) => {
        clock.after(0, () => {
          if (!life.isOver) work()
        })
      },
      log: {
        decided: (peer, summary) => logged(`${peer} ${JSON.stringify(summary)}`),
        explained: (peer, explain) => logged(`${peer} ${JSON.stringify(explain)}`),
        stopped: (reason) => {
          if (!life.isOver) tell(`stops: ${reason}`)
        },
      },
      onFatal: (reason) => this.#stopped(life, reason),
    })
    const connections = new Connections(DEFAULT_LIMITS, () => clock.nowMs(), {
      frame: (from, frame) => {
        if (!life.isOver) service.frame(from, frame)
      },
      rejected: (from, rejection) => service.rejected(from, rejection),
      refused: (_peer, reason) => fault(reason),
    })
    this.#life = Object.assign(life, { connections, service })
  }

  /** Ends for good; nothing is left open. */
  close(): void {
    const life = this.#life
    if (life === undefined) return
    void life.service.finish()
    this.#leftCount = life.connections.count
    this.#end(life)
  }

  #end(life: Life): void {
    life.isOver = true
    if (this.#life === life) this.#life = undefined
    life.connections.destroyAll()
  }

  /** Nothing in this world makes a host stop by itself. */
  #stopped(life: Life, reason: string): void {
    if (life.isOver) return
    this.#end(life)
    this.#options.fault(`the host stopped: ${reason}`)
  }

  #clockOf(life: Life) {
    const clock = this.clock
    return {
      nowMs: () => clock.nowMs(),
      localTime: () => clock.localTime(),
      schedule: (atMs: number, fire: () => void) =>
        clock.schedule(atMs, () => {
          if (!life.isOver) fire()
        }),
    }
  }

  #storeOf(life: Life): DecisionStore {
    const { store } = this.#options
    return {
      fetch: (keys, into) => store.fetch(keys, into),
      leaseNumbers: (count) => store.leaseNumbers(count),
      commit: (rows: StoreRows) => {
        if (life.isOver) throw new StoreError('the power is gone')
        const next = this.#nextFate
        this.#nextFate = undefined
        store.commitAs(rows, next?.fate, () => this.restart(next?.downMs ?? 0))
      },
    }
  }
}
