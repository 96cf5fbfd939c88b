import { HostCore } from '../../src/host/core/host-core.ts'
import type { Inbound } from '../../src/host/core/inbound.ts'
import type { StoreRows } from '../../src/host/core/store-port.ts'
import { PostgresDecider } from '../../src/host/service/postgres-decider.ts'
import { MemoryStore } from '../../src/host/store/memory-store.ts'
import { readPostgresAddress } from '../../src/host/store/postgres-place.ts'
import { PostgresStore } from '../../src/host/store/postgres-store.ts'
import { TestHost, TID } from '../host/core/test-host.ts'
import { type Reply, TestTerminal } from '../host/core/test-terminal.ts'
import { fakeTag } from '../host/wallet/fake-tag.ts'

/** Keeps what is committed to it, for the store across the network. */
class Recorder extends MemoryStore {
  readonly commits: StoreRows[] = []

  override commit(rows: StoreRows): void {
    super.commit(rows)
    this.commits.push(rows)
  }
}

export interface Log {
  readonly faults: string[]
  /** `outage: …` and `recovered`, as they came. */
  readonly episodes: string[]
}

/** A PostgreSQL store with the records of the tests, and hosts that decide on it side by side. */
export class SharedStore {
  readonly address: string
  readonly store: PostgresStore
  readonly host: TestHost
  readonly deciders: PostgresDecider[] = []
  readonly logs: Log[] = []
  /** Signed in, each with its own number. */
  readonly terminals: readonly TestTerminal[]

  private constructor(
    address: string,
    store: PostgresStore,
    host: TestHost,
    terminals: readonly TestTerminal[],
  ) {
    this.address = address
    this.store = store
    this.host = host
    this.terminals = terminals
  }

  static async open(address: string, hostCount: number, terminalCount = 1): Promise<SharedStore> {
    const store = await PostgresStore.open(readPostgresAddress(address))
    const recorder = new Recorder()
    const host = new TestHost(recorder, { testBehaviour: false })
    const first = TestTerminal.signedIn(host)
    const terminals = Array.from({ length: terminalCount }, (_, index) => {
      if (index === 0) return first
      const twin = new TestTerminal(host, `2${String(index).padStart(7, '0')}`)
      host.changeTerminal({ tid: twin.tid }, TID)
      twin.keys = first.need()
      twin.batch = first.batch
      return twin
    })
    for (const rows of recorder.commits) await store.commit(rows)
    // Numbers that the sign-in and the accounts have used.
    await store.leaseNumbers(recorder.leaseNumbers(1))
    const shared = new SharedStore(address, store, host, terminals)
    for (let index = 0; index < hostCount; index++) shared.addHost()
    return shared
  }

  addHost(laneCount = 2): PostgresDecider {
    const log: Log = { faults: [], episodes: [] }
    const decider = new PostgresDecider({
      core: new HostCore({
        security: this.host.security,
        testBehaviour: false,
        acquirer: { institution: '48520000' },
      }),
      place: readPostgresAddress(this.address),
      tagger: fakeTag,
      laneCount,
      tryAfterMs: 20,
      log: {
        fault: (reason) => log.faults.push(reason),
        outage: (reason) => log.episodes.push(`outage: ${reason}`),
        recovered: () => log.episodes.push('recovered'),
      },
    })
    this.deciders.push(decider)
    this.logs.push(log)
    return decider
  }

  /** Sends one message of `terminal` to a host and reads the answer. */
  async send(at: number, terminal: TestTerminal, inbound: Inbound): Promise<Reply> {
    const [outcome] = (await this.deciders[at]?.decide([inbound])) ?? []
    if (outcome === undefined) throw new Error('the host could not decide')
    return terminal.read(outcome)
  }

  async close(): Promise<void> {
    await Promise.all(this.deciders.map((decider) => decider.close()))
    await this.store.close()
  }
}

/** A sale by stripe, as `TestTerminal.sale` sends it. */
export function saleOf(terminal: TestTerminal, amount: number, stan = terminal.nextStan()): Inbound {
  return terminal.inbound('0200', terminal.financialFields('000000', '00', '22', { amount, stan }))
}

export function reversalOf(terminal: TestTerminal, stan: number, amount: number): Inbound {
  return terminal.inbound('0400', {
    3: '000000',
    4: String(amount).padStart(12, '0'),
    11: String(stan).padStart(6, '0'),
    22: '021',
    25: '00',
    39: '98',
    49: '156',
    60: `${terminal.field60('22', '000')}50`,
  })
}
