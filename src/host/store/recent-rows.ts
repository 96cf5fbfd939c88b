import { accountWithState } from '../core/account-with-state.ts'
import type {
  AccountRow,
  BatchRow,
  CatalogueRow,
  HoldRow,
  MerchantRow,
  TerminalRow,
  TransactionRow,
  UploadRow,
} from '../core/records.ts'
import { type BatchKey, batchKey, type StoreRows } from '../core/store-port.ts'
import type { RowSource } from './row-source.ts'

/** Where rows come from that are not here. */
export interface DurableRows extends RowSource {
  /** STANs of a batch with the numbers of their records. */
  stansOfBatch(tid: string, batchNumber: number): Map<number, number>
}

/** Rows of each kind that are kept although they are durable. A live terminal needs one of each. */
const KEPT_MAX = 50_000

/** A row and the commit that makes it durable; 0 for one that was read. */
interface Entry<Row> {
  row: Row
  generation: number
  /** Since it came to its place in the order. */
  isChanged: boolean
}

/**
 * Rows between the decision and the disk, with the hot ones behind them: what was decided is seen by the next decision
 * at once, whether its commit is through or not. Terminals, accounts and the STANs of a batch are kept beyond that,
 * since every message asks for them.
 */
export class RecentRows implements RowSource {
  readonly #durable: DurableRows
  readonly #terminals: Layer<string, TerminalRow>
  readonly #accounts: Layer<string, AccountRow>
  readonly #stans: Layer<string, Map<number, number>>
  readonly #transactions = new Layer<number, TransactionRow>(0)
  readonly #holds = new Layer<number, HoldRow>(0)
  readonly #batches = new Layer<string, BatchRow>(0)
  readonly #uploads = new Layer<string, UploadRow>(0)
  readonly #merchants = new Map<string, MerchantRow>()

  /** `keptMax`: rows of each hot kind that stay although they are durable. */
  constructor(durable: DurableRows, keptMax = KEPT_MAX) {
    this.#durable = durable
    this.#terminals = new Layer(keptMax)
    this.#accounts = new Layer(keptMax)
    this.#stans = new Layer(keptMax)
  }

  terminal(tid: string): TerminalRow | undefined {
    return this.#terminals.get(tid) ?? this.#terminals.keep(tid, this.#durable.terminal(tid))
  }

  merchant(mid: string): MerchantRow | undefined {
    const known = this.#merchants.get(mid)
    if (known !== undefined) return known
    const row = this.#durable.merchant(mid)
    if (row === undefined) return undefined
    if (this.#merchants.size >= KEPT_MAX) this.#merchants.clear()
    this.#merchants.set(mid, row)
    return row
  }

  account(panLookup: string): AccountRow | undefined {
    return this.#accounts.get(panLookup) ?? this.#accounts.keep(panLookup, this.#durable.account(panLookup))
  }

  transactionByKey(tid: string, batchNumber: number, stan: number): TransactionRow | undefined {
    const id = this.#stansOf(batchKey(tid, batchNumber), { tid, batchNumber }).get(stan)
    return id === undefined ? undefined : this.transaction(id)
  }

  transaction(id: number): TransactionRow | undefined {
    return this.#transactions.get(id) ?? this.#durable.transaction(id)
  }

  transactionsOfBatch(tid: string, batchNumber: number): readonly TransactionRow[] {
    const rows = new Map(this.#durable.transactionsOfBatch(tid, batchNumber).map((row) => [row.id, row]))
    for (const row of this.#transactions.rows()) {
      if (row.tid === tid && row.batchNumber === batchNumber) rows.set(row.id, row)
    }
    return [...rows.values()]
  }

  /** Nobody decides on it here, and each change comes from outside: what is on disk counts. */
  catalogue(scope: string): readonly CatalogueRow[] {
    return this.#durable.catalogue(scope)
  }

  hold(id: number): HoldRow | undefined {
    return this.#holds.get(id) ?? this.#durable.hold(id)
  }

  holdsOfAccount(panLookup: string): readonly HoldRow[] {
    const rows = new Map(this.#durable.holdsOfAccount(panLookup).map((row) => [row.id, row]))
    for (const row of this.#holds.rows()) if (row.panLookup === panLookup) rows.set(row.id, row)
    return [...rows.values()]
  }

  batch(tid: string, batchNumber: number): BatchRow | undefined {
    return this.#batches.get(batchKey(tid, batchNumber)) ?? this.#durable.batch(tid, batchNumber)
  }

  uploadsOfBatch(tid: string, batchNumber: number): readonly UploadRow[] {
    const stored = this.#durable.uploadsOfBatch(tid, batchNumber)
    const rows = new Map(stored.map((row) => [uploadKey(row), row]))
    for (const row of this.#uploads.rows()) {
      if (row.tid === tid && row.batchNumber === batchNumber) rows.set(uploadKey(row), row)
    }
    return [...rows.values()]
  }

  /** Takes what was decided; `generation` grows with each call. */
  add(rows: StoreRows, generation: number): void {
    for (const row of rows.terminals) this.#terminals.put(row.tid, row, generation)
    for (const { panLookup, state } of rows.accountStates) {
      const account = this.account(panLookup)
      if (account !== undefined) this.#accounts.put(panLookup, accountWithState(account, state), generation)
    }
    for (const row of rows.newTransactions) {
      this.#transactions.put(row.id, row, generation)
      const key = batchKey(row.tid, row.batchNumber)
      const stans = this.#stansOf(key, row)
      stans.set(row.stan, row.id)
      this.#stans.put(key, stans, generation)
    }
    for (const row of rows.changedTransactions) this.#transactions.put(row.id, row, generation)
    for (const row of rows.holds) this.#holds.put(row.id, row, generation)
    for (const row of rows.batches) this.#batches.put(batchKey(row.tid, row.batchNumber), row, generation)
    for (const row of rows.uploads) this.#uploads.put(uploadKey(row), row, generation)
  }

  /** All up to `generation` is durable: the disk answers for it from now on. */
  settle(generation: number): void {
    for (const layer of this.#layers()) layer.settle(generation)
  }

  /** Everything was in vain, or somebody else wrote: the disk answers for all. */
  forget(): void {
    for (const layer of this.#layers()) layer.clear()
    this.#merchants.clear()
  }

  #stansOf(key: string, { tid, batchNumber }: BatchKey): Map<number, number> {
    const known = this.#stans.get(key)
    if (known !== undefined) return known
    const stans = this.#durable.stansOfBatch(tid, batchNumber)
    this.#stans.keep(key, stans)
    return stans
  }

  #layers() {
    return [
      this.#terminals,
      this.#accounts,
      this.#stans,
      this.#transactions,
      this.#holds,
      this.#batches,
      this.#uploads,
    ]
  }
}

function uploadKey({ tid, batchNumber, kind, stan }: UploadRow): string {
  return `${tid}/${batchNumber}/${kind}/${stan}`
}

/**
 * Rows of one kind, the newest at the end. A row that changes keeps its place: to take it out and put it back would have
 * the table cleaned up time and again. It goes to the end when its place is to be given to another, once for all its
 * changes. What is not durable yet is never dropped.
 */
class Layer<Key, Row> {
  readonly #entries = new Map<Key, Entry<Row>>()
  readonly #keptMax: number
  #settled = 0

  constructor(keptMax: number) {
    this.#keptMax = keptMax
  }

  get(key: Key): Row | undefined {
    return this.#entries.get(key)?.row
  }

  *rows(): Generator<Row> {
    for (const { row } of this.#entries.values()) yield row
  }

  /** A row as it was read. */
  keep(key: Key, row: Row | undefined): Row | undefined {
    if (row !== undefined) {
      this.#entries.set(key, { row, generation: 0, isChanged: false })
      this.#trim()
    }
    return row
  }

  put(key: Key, row: Row, generation: number): void {
    const known = this.#entries.get(key)
    if (known === undefined) {
      this.#entries.set(key, { row, generation, isChanged: false })
      return
    }
    known.row = row
    known.generation = generation
    known.isChanged = true
  }

  settle(generation: number): void {
    this.#settled = generation
    this.#trim()
  }

  clear(): void {
    this.#entries.clear()
  }

  #trim(): void {
    if (this.#entries.size <= this.#keptMax) return
    for (const [key, entry] of this.#entries) {
      const isDurable = entry.generation <= this.#settled
      if (this.#entries.size <= this.#keptMax || (!isDurable && !entry.isChanged)) return
      this.#entries.delete(key)
      // Of a kind that is not kept nothing durable stays, changed or not.
      if (isDurable && (!entry.isChanged || this.#keptMax === 0)) continue
      entry.isChanged = false
      this.#entries.set(key, entry)
    }
  }
}
