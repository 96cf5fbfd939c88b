import { invariant } from '../../base/invariant.ts'
import type {
  AccountRow,
  BatchRow,
  CatalogueRow,
  CatalogueSet,
  ExplainRow,
  IssuerRow,
  LedgerEntryRow,
  MerchantRow,
  TerminalRow,
  TransactionRow,
  UploadRow,
} from '../core/records.ts'
import {
  type BatchKey,
  type BooksFinding,
  batchKey,
  type HostStore,
  type LedgerBalance,
  type LookupKeys,
  type Snapshot,
  type StoreRows,
  type TransactionFilter,
  transactionKey,
} from '../core/store-port.ts'
import { findInRows } from './memory-books-check.ts'
import { MemoryTables } from './memory-tables.ts'

const EXPLAINS_MAX = 10_000

/** The store without a disk, for tests and the simulated world. Passes the same tests as the others. */
export class MemoryStore implements HostStore {
  readonly #tables: MemoryTables

  constructor(tables = new MemoryTables()) {
    this.#tables = tables
  }

  fetch(keys: LookupKeys, into: Snapshot): void {
    const tables = this.#tables
    into.issuers = this.listIssuers()
    for (const tid of keys.terminals) {
      const terminal = tables.terminals.get(tid)
      copy(tables.terminals, tid, into.terminals)
      if (terminal !== undefined) copy(tables.merchants, terminal.mid, into.merchants)
    }
    for (const { tid, batchNumber, stan } of keys.transactions) {
      this.#addTransaction(tables.transactionIds.get(transactionKey(tid, batchNumber, stan)), into)
    }
    for (const id of keys.transactionIds) this.#addTransaction(id, into)
    for (const lookup of keys.accounts) copy(tables.accounts, lookup, into.accounts)
    for (const lookup of keys.holdsOfAccounts) this.#addHoldsOf(lookup, into)
    for (const { tid, batchNumber } of keys.batches) {
      copy(tables.batches, batchKey(tid, batchNumber), into.batches)
    }
    for (const key of keys.wholeBatches) this.#addWholeBatch(key, into)
    for (const scope of keys.catalogue)
      into.catalogue.set(
        scope,
        this.listCatalogue().filter((row) => row.scope === scope),
      )
  }

  commit(rows: StoreRows): void {
    const tables = this.#tables
    for (const row of rows.newTransactions) {
      const key = transactionKey(row.tid, row.batchNumber, row.stan)
      invariant(!tables.transactions.has(row.id) && !tables.transactionIds.has(key), 'a transaction twice')
    }
    this.#putMasterData(rows)
    for (const row of rows.newTransactions) this.#insert(row)
    for (const row of rows.changedTransactions) tables.transactions.set(row.id, row)
    for (const row of rows.holds) tables.holds.set(row.id, row)
    for (const row of rows.entries) append(tables.entries, row.postingId, row)
    for (const row of rows.batches) tables.batches.set(batchKey(row.tid, row.batchNumber), row)
    for (const row of rows.uploads) tables.uploads.set(uploadKey(row), row)
    for (const row of rows.catalogue) append(tables.catalogue, catalogueKey(row), row)
    if (rows.explains.length > 0) {
      tables.explains = [...tables.explains, ...rows.explains].slice(-EXPLAINS_MAX)
    }
  }

  leaseNumbers(count: number): number {
    const first = this.#tables.nextNumber
    this.#tables.nextNumber += count
    return first
  }

  listMerchants(): readonly MerchantRow[] {
    return sorted(this.#tables.merchants.values(), ({ mid }) => mid)
  }

  listTerminals(): readonly TerminalRow[] {
    return sorted(this.#tables.terminals.values(), ({ tid }) => tid)
  }

  listIssuers(): readonly IssuerRow[] {
    return sorted(this.#tables.issuers.values(), ({ id }) => id)
  }

  listAccounts(): readonly AccountRow[] {
    return sorted(this.#tables.accounts.values(), ({ pan }) => `${pan.truncated} ${pan.lookup}`)
  }

  listTransactions({ tid, mid, batchNumber, limit = 1000 }: TransactionFilter): readonly TransactionRow[] {
    const found = [...this.#tables.transactions.values()].filter(
      (row) =>
        (tid === undefined || row.tid === tid) &&
        (mid === undefined || row.mid === mid) &&
        (batchNumber === undefined || row.batchNumber === batchNumber),
    )
    return found.sort((left, right) => right.id - left.id).slice(0, limit)
  }

  listBatches(tid?: string): readonly BatchRow[] {
    const rows = [...this.#tables.batches.values()].filter((row) => tid === undefined || row.tid === tid)
    return sorted(rows, (row) => `${row.tid} ${String(row.batchNumber).padStart(6, '0')}`)
  }

  listUploads({ tid, batchNumber }: BatchKey): readonly UploadRow[] {
    const rows = [...this.#tables.uploads.values()]
    const ofBatch = rows.filter((row) => row.tid === tid && row.batchNumber === batchNumber)
    return sorted(ofBatch, (row) => `${row.kind} ${String(row.stan).padStart(6, '0')}`)
  }

  listExplains(limit: number): readonly ExplainRow[] {
    return [...this.#tables.explains].reverse().slice(0, limit)
  }

  listCatalogue(): readonly CatalogueRow[] {
    const newest = [...this.#tables.catalogue.values()].flatMap((rows) => rows.slice(-1))
    return sorted(newest, catalogueKey)
  }

  listCatalogueHistory(scope: string, set: CatalogueSet): readonly CatalogueRow[] {
    return [...(this.#tables.catalogue.get(catalogueKey({ scope, set })) ?? [])].reverse()
  }

  ledgerEntries(postingId: number): readonly LedgerEntryRow[] {
    return this.#tables.entries.get(postingId) ?? []
  }

  ledgerBalances(): readonly LedgerBalance[] {
    const balances = new Map<string, LedgerBalance>()
    for (const entry of [...this.#tables.entries.values()].flat()) {
      const { account, owner, currency } = entry
      const key = `${account} ${owner} ${currency}`
      const amountMinor = (balances.get(key)?.amountMinor ?? 0) + entry.amountMinor
      balances.set(key, { account, owner, currency, amountMinor })
    }
    return sorted(balances.values(), ({ account, owner, currency }) => `${account} ${owner} ${currency}`)
  }

  checkBooks(): readonly BooksFinding[] {
    return findInRows(this.#tables, this.ledgerBalances())
  }

  close(): void {
    // Memory needs no closing.
  }

  #putMasterData(rows: StoreRows): void {
    const { merchants, terminals, issuers, accounts } = this.#tables
    for (const row of rows.merchants) merchants.set(row.mid, row)
    for (const row of rows.terminals) terminals.set(row.tid, row)
    for (const row of rows.issuers) issuers.set(row.id, row)
    for (const row of rows.accounts) accounts.set(row.pan.lookup, row)
    for (const { panLookup, state } of rows.accountStates) {
      const account = accounts.get(panLookup)
      if (account !== undefined) accounts.set(panLookup, { ...account, state })
    }
  }

  #insert(row: TransactionRow): void {
    const tables = this.#tables
    tables.transactions.set(row.id, row)
    tables.transactionIds.set(transactionKey(row.tid, row.batchNumber, row.stan), row.id)
    append(tables.batchIds, batchKey(row.tid, row.batchNumber), row.id)
  }

  #addTransaction(id: number | undefined, into: Snapshot): void {
    const tables = this.#tables
    for (let next = id; next !== undefined; ) {
      const row = tables.transactions.get(next)
      if (row === undefined || into.transactions.has(next)) return
      into.addTransaction(row)
      copy(tables.holds, next, into.holds)
      copy(tables.accounts, row.panLookup, into.accounts)
      next = row.originalId
    }
  }

  #addHoldsOf(lookup: string, into: Snapshot): void {
    for (const hold of this.#tables.holds.values()) {
      if (hold.panLookup !== lookup) continue
      copy(this.#tables.holds, hold.id, into.holds)
      this.#addTransaction(hold.id, into)
    }
  }

  #addWholeBatch({ tid, batchNumber }: BatchKey, into: Snapshot): void {
    const tables = this.#tables
    const key = batchKey(tid, batchNumber)
    copy(tables.batches, key, into.batches)
    for (const id of tables.batchIds.get(key) ?? []) {
      const row = tables.transactions.get(id)
      if (row !== undefined && !into.transactions.has(id)) into.addTransaction(row)
    }
    if (!into.uploads.has(key)) into.uploads.set(key, [...this.listUploads({ tid, batchNumber })])
  }
}

function catalogueKey({ scope, set }: Pick<CatalogueRow, 'scope' | 'set'>): string {
  return `${scope} ${set}`
}

function uploadKey({ tid, batchNumber, kind, stan }: UploadRow): string {
  return `${tid}/${batchNumber}/${kind}/${stan}`
}

/** Rows that are in `to` already stay: they may have been changed there. */
function copy<K, V>(from: ReadonlyMap<K, V>, key: K, to: Map<K, V>): void {
  const value = from.get(key)
  if (value !== undefined && !to.has(key)) to.set(key, value)
}

function append<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}

function sorted<Row>(rows: Iterable<Row>, key: (row: Row) => string): readonly Row[] {
  return [...rows].sort((left, right) => (key(left) < key(right) ? -1 : 1))
}
