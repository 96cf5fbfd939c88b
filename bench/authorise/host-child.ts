import { parseArgs } from 'node:util'
import type { DecisionStore, LookupKeys, Snapshot, StoreRows } from '../../src/host/core/store-port.ts'
import { openHostLog, openHostLogFile } from '../../src/host/service/host-log.ts'
import { HostMetrics } from '../../src/host/service/host-metrics.ts'
import { openHost } from '../../src/host/service/open-host.ts'
import { RecentRows } from '../../src/host/store/recent-rows.ts'
import { fillSnapshot } from '../../src/host/store/row-source.ts'
import { SqliteStore } from '../../src/host/store/sqlite-store.ts'
import type { ServerState } from './bench-server.ts'

// A host in a process of its own: `host-child.ts FOLDER sqlite|none [--log FILE] [--metrics]`. Says its port, how it is
// when asked, and its books when told to stop. With a file the log says as much as it does unless told otherwise.

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { log: { type: 'string' }, metrics: { type: 'boolean' } },
})
const [directory = '', kind = 'sqlite'] = positionals
const metrics = values.metrics === true ? new HostMetrics() : undefined

/** The handler without a store: decisions see each other, and nothing is written. */
class NoStore implements DecisionStore {
  readonly #recent: RecentRows
  readonly #store: SqliteStore
  #generation = 0

  constructor(store: SqliteStore) {
    this.#store = store
    this.#recent = new RecentRows(store.rows)
  }

  fetch(keys: LookupKeys, into: Snapshot): void {
    into.issuers = this.#store.listIssuers()
    fillSnapshot(this.#recent, keys, into)
  }

  commit(rows: StoreRows): void {
    this.#generation++
    this.#recent.add(rows, this.#generation)
    this.#recent.settle(this.#generation)
  }

  leaseNumbers(count: number): number {
    return this.#store.leaseNumbers(count)
  }
}

function withoutStore(store: DecisionStore): DecisionStore {
  if (!(store instanceof SqliteStore)) throw new Error('the host has another store')
  return new NoStore(store)
}

function state(): ServerState {
  global.gc?.()
  return { residentBytes: process.memoryUsage.rss(), connections: metrics?.gateway.open ?? 0 }
}

const host = await openHost({
  dataDirectory: directory,
  ports: { 'unionpay-pos': 0, 'iso1987-ascii': 0, 'iso1987-binary': 0 },
  log: values.log === undefined ? openHostLog('warn') : openHostLogFile('info', values.log),
  limits: { outstandingMax: 256 },
  ...(metrics === undefined ? {} : { metrics }),
  ...(kind === 'none' ? { storeProbe: withoutStore } : {}),
})
process.send?.({ port: host.ports['unionpay-pos'] })
process.on('disconnect', () => process.exit(1))
process.on('message', (question: 'state' | 'stop') => {
  if (question === 'state') {
    process.send?.(state())
    return
  }
  const transactions = host.store.countTransactions()
  const findings = host.checkBooks().length
  void host.close().then(() => process.send?.({ transactions, findings }, () => process.exit(0)))
})
