import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeRandom } from '../../../src/crypto/node-random.ts'
import { NO_ROWS, type StoreRows } from '../../../src/host/core/store-port.ts'
import { AlarmBook } from '../../../src/host/monitoring/alarm-book.ts'
import { MaintenancePlan } from '../../../src/host/monitoring/maintenance-plan.ts'
import { Tickets } from '../../../src/host/monitoring/tickets.ts'
import { OfficeDatabase } from '../../../src/host/office/office-database.ts'
import { HostRetention } from '../../../src/host/retention/host-retention.ts'
import { retainedRecords } from '../../../src/host/retention/retained-records.ts'
import { seal, unseal } from '../../../src/host/security-module/sealed-data.ts'
import { SqliteStore } from '../../../src/host/store/sqlite-store.ts'
import { SignatureBook } from '../../../src/host/wallet/signature-book.ts'
import { OfficeInMemory } from '../monitoring/office-in-memory.ts'
import { type Deed, rowsOfDay } from '../store/clearing-days.ts'

const DAY_MS = 86_400_000
const KEY = new Uint8Array(32).fill(7)

/** A host's records with a clock that somebody turns, and days that are cleared. */
export class RetentionWorld {
  readonly directory = mkdtempSync(join(tmpdir(), 'tillwire-retention-'))
  readonly store: SqliteStore
  readonly office = new OfficeInMemory()
  readonly alarms: AlarmBook
  readonly tickets: Tickets
  readonly plan: MaintenancePlan
  readonly signatures = new SignatureBook(new OfficeDatabase(':memory:'))
  readonly retention: HostRetention
  /** Numbers of all transactions that ever were. */
  readonly ids: number[] = []
  #day = 0

  constructor(path = ':memory:') {
    this.store = new SqliteStore(path)
    this.store.leaseNumbers(1_000_000)
    const { database, audit, clock } = this.office
    this.alarms = new AlarmBook(database, audit, clock)
    this.tickets = new Tickets(database, audit, clock)
    this.plan = new MaintenancePlan(database, audit, clock)
    this.retention = new HostRetention({
      directory: this.directory,
      records: retainedRecords(this.store, this.signatures),
      sealer: {
        sealData: (data) => seal(KEY, nodeRandom, data),
        unsealData: (sealed) => unseal(KEY, sealed),
      },
      office: { database, audit, nowMs: clock },
    })
  }

  /** The day's deeds in batches of its own, closed but for one till, and cleared. */
  sellAndClear(deeds: readonly Deed[]): void {
    this.#day++
    const batchNumber = this.#day
    const closedAtMs = this.office.nowMs
    const rows = rowsOfDay(deeds, this.#day * 10_000)
    const dated: StoreRows = {
      ...NO_ROWS,
      newTransactions: rows.newTransactions.map((row) => ({
        ...row,
        batchNumber,
        receivedAtMs: closedAtMs - 1000,
      })),
      entries: rows.entries,
      batches: rows.batches.map((row) => ({
        ...row,
        batchNumber,
        closedAtMs: row.closedAtMs === undefined ? undefined : closedAtMs,
      })),
      explains: [
        {
          receivedAtMs: closedAtMs,
          dialect: 'unionpay-pos',
          tid: 'TILL0000',
          mti: '0200',
          stan: this.#day,
          responseCode: '30',
          reason: 'a field is missing',
          field: 4,
          offset: 11,
          decodableAs: [],
        },
      ],
    }
    this.store.commit(dated)
    this.ids.push(...dated.newTransactions.map(({ id }) => id))
    const cutoffMs = this.office.nowMs + 1000
    const run = this.store.clearing.clear({
      businessDate: new Date(this.office.nowMs).toISOString().slice(0, 10),
      cutoffMs,
      nowMs: cutoffMs,
    })
    if (run !== undefined) this.store.clearing.markFiled(run.id)
    this.pass(1)
  }

  pass(days: number): void {
    this.office.nowMs += days * DAY_MS
  }

  /** Sums that no removal may change. */
  balances(): string {
    const rows = this.store.ledgerBalances().filter(({ amountMinor }) => amountMinor !== 0)
    return JSON.stringify(
      rows.map(({ account, owner, currency, amountMinor }) => [account, owner, currency, amountMinor]).sort(),
    )
  }

  present(): readonly number[] {
    return this.store
      .listTransactions({ limit: 1_000_000 })
      .map(({ id }) => id)
      .sort((left, right) => left - right)
  }

  archived(): readonly number[] {
    const ids: number[] = []
    for (const { id } of this.retention.archives())
      this.retention.look(id, ({ table, row }) => {
        if (table === 'transactions') ids.push(Number(row['id']))
      })
    return ids.sort((left, right) => left - right)
  }

  close(): void {
    this.store.close()
    rmSync(this.directory, { recursive: true, force: true })
  }
}
