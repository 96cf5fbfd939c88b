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
import type {
  BatchKey,
  BooksFinding,
  HostStore,
  LedgerBalance,
  LookupKeys,
  Snapshot,
  StoreRows,
  TransactionFilter,
} from '../core/store-port.ts'
import { readCatalogue, type StoredCatalogue } from './catalogue-rows.ts'
import { packRows } from './packed-rows.ts'
import { fillSnapshot } from './row-source.ts'
import { findInBooks } from './sqlite-books-check.ts'
import {
  EXPLAINS,
  readBatch,
  readEntry,
  readExplain,
  readTransaction,
  readUpload,
  type StoredBatch,
  type StoredEntry,
  type StoredExplain,
  type StoredTransaction,
  type StoredUpload,
} from './sqlite-books-rows.ts'
import { SqliteClearing } from './sqlite-clearing.ts'
import { closeDatabase, type OpenDatabase, openDatabase, storeErrorOf } from './sqlite-file.ts'
import type { SqlValue } from './sqlite-mapping.ts'
import {
  readAccount,
  readIssuer,
  readMerchant,
  readTerminal,
  type StoredAccount,
  type StoredIssuer,
  type StoredMerchant,
  type StoredTerminal,
} from './sqlite-master-rows.ts'
import { SqliteRetention } from './sqlite-retention.ts'
import { SqliteRows } from './sqlite-rows.ts'
import { SqliteWriter } from './sqlite-writer.ts'

const LIST_LIMIT = 1000

/**
 * The host's records in one SQLite file: write-ahead log, synchronous FULL, one commit a batch. One process at a
 * time holds the file; others may read it.
 */
export class SqliteStore implements HostStore {
  readonly #open: OpenDatabase
  readonly #writer: SqliteWriter
  readonly #rows: SqliteRows
  #issuers: readonly IssuerRow[] | undefined
  #beforeCommit: (() => void) | undefined
  readonly #path: string
  /** Clears in the same file. */
  readonly clearing: SqliteClearing
  /** Takes old days out of the same file. */
  readonly retention: SqliteRetention

  /** @throws {StoreError} with one line that says what to do, when the file can't be used. */
  constructor(path: string) {
    this.#path = path
    this.#open = openDatabase(path)
    const { database } = this.#open
    this.#rows = new SqliteRows(database)
    this.clearing = new SqliteClearing(database)
    this.retention = new SqliteRetention(database)
    this.#writer = new SqliteWriter(database)
  }

  fetch(keys: LookupKeys, into: Snapshot): void {
    this.#guard(() => {
      into.issuers = this.listIssuers()
      fillSnapshot(this.#rows, keys, into)
    })
  }

  commit(rows: StoreRows): void {
    this.#beforeCommit?.()
    this.commitQuietly(rows)
  }

  settle(): void {
    this.#beforeCommit?.()
  }

  /** `commit` by whom `announceCommits` tells of the others. */
  commitQuietly(rows: StoreRows): void {
    this.#guard(() => this.#writer.commit(packRows(rows)))
    if (rows.issuers.length > 0) this.#issuers = undefined
  }

  /** Undefined for a database in memory, which no other thread can open. */
  get path(): string | undefined {
    return this.#path === ':memory:' ? undefined : this.#path
  }

  /** Single rows as they are on disk. May throw what `storeErrorOf` explains. */
  get rows(): SqliteRows {
    return this.#rows
  }

  /** `act` is called before each commit from outside: who keeps rows of its own lets go of them. */
  announceCommits(act: () => void): void {
    this.#beforeCommit = act
  }

  leaseNumbers(count: number): number {
    return this.#guard(() => {
      const { database } = this.#open
      const row = database
        .prepare<[number], { readonly next: number }>('UPDATE numbers SET next = next + ? RETURNING next')
        .get(count)
      return (row?.next ?? 0) - count
    })
  }

  listMerchants(): readonly MerchantRow[] {
    return this.#all<StoredMerchant>('SELECT * FROM merchants ORDER BY mid').map(readMerchant)
  }

  listTerminals(): readonly TerminalRow[] {
    return this.#all<StoredTerminal>('SELECT * FROM terminals ORDER BY tid').map(readTerminal)
  }

  listIssuers(): readonly IssuerRow[] {
    this.#issuers ??= this.#all<StoredIssuer>('SELECT * FROM issuers ORDER BY id').map(readIssuer)
    return this.#issuers
  }

  listAccounts(): readonly AccountRow[] {
    return this.#all<StoredAccount>('SELECT * FROM accounts ORDER BY panTruncated, panLookup').map(
      readAccount,
    )
  }

  listTransactions({ tid, mid, batchNumber, limit }: TransactionFilter): readonly TransactionRow[] {
    const wanted: readonly (readonly [string, SqlValue | undefined])[] = [
      ['tid', tid],
      ['mid', mid],
      ['batchNumber', batchNumber],
    ]
    const given = wanted.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))
    const where = given.length === 0 ? '' : `WHERE ${given.map(([name]) => `${name} = ?`).join(' AND ')}`
    const values = [...given.map(([, value]) => value), limit ?? LIST_LIMIT]
    const sql = `SELECT * FROM transactions ${where} ORDER BY id DESC LIMIT ?`
    return this.#all<StoredTransaction>(sql, values).map(readTransaction)
  }

  /** Of one terminal, or of all: lists are cut, this is not. */
  countTransactions(tid?: string): number {
    const where = tid === undefined ? '' : 'WHERE tid = ?'
    const sql = `SELECT count(*) AS count FROM transactions ${where}`
    const [row] = this.#all<{ readonly count: number }>(sql, tid === undefined ? [] : [tid])
    return row?.count ?? 0
  }

  listBatches(tid?: string): readonly BatchRow[] {
    const stored =
      tid === undefined
        ? this.#all<StoredBatch>('SELECT * FROM batches ORDER BY tid, batchNumber')
        : this.#all<StoredBatch>('SELECT * FROM batches WHERE tid = ? ORDER BY batchNumber', [tid])
    return stored.map(readBatch)
  }

  listUploads({ tid, batchNumber }: BatchKey): readonly UploadRow[] {
    const sql = 'SELECT * FROM uploads WHERE tid = ? AND batchNumber = ? ORDER BY kind, stan'
    return this.#all<StoredUpload>(sql, [tid, batchNumber]).map(readUpload)
  }

  listExplains(limit: number): readonly ExplainRow[] {
    const columns = EXPLAINS.columns.join(', ')
    const sql = `SELECT ${columns} FROM explains ORDER BY id DESC LIMIT ?`
    return this.#all<StoredExplain>(sql, [limit]).map(readExplain)
  }

  listCatalogue(): readonly CatalogueRow[] {
    return this.#all<StoredCatalogue>('SELECT * FROM catalogue ORDER BY scope, downloadSet').map(
      readCatalogue,
    )
  }

  listCatalogueHistory(scope: string, set: CatalogueSet): readonly CatalogueRow[] {
    const sql = 'SELECT * FROM catalogueHistory WHERE scope = ? AND downloadSet = ? ORDER BY version DESC'
    return this.#all<StoredCatalogue>(sql, [scope, set]).map(readCatalogue)
  }

  ledgerEntries(postingId: number): readonly LedgerEntryRow[] {
    const sql = 'SELECT * FROM ledger WHERE postingId = ? ORDER BY position'
    return this.#all<StoredEntry>(sql, [postingId]).map(readEntry)
  }

  ledgerBalances(): readonly LedgerBalance[] {
    return this.#all<LedgerBalance>(
      `SELECT account, owner, currency, sum(amountMinor) AS amountMinor FROM ledger
       GROUP BY account, owner, currency ORDER BY account, owner, currency`,
    )
  }

  checkBooks(): readonly BooksFinding[] {
    return this.#guard(() => findInBooks(this.#open.database))
  }

  close(): void {
    closeDatabase(this.#open)
  }

  #all<Stored>(sql: string, values: readonly SqlValue[] = []): readonly Stored[] {
    return this.#guard(() => this.#open.database.prepare<SqlValue[], Stored>(sql).all(...values))
  }

  #guard<T>(act: () => T): T {
    try {
      return act()
    } catch (error) {
      throw storeErrorOf(error)
    }
  }
}
