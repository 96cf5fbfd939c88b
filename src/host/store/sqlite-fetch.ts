import type Database from 'better-sqlite3'
import type { MerchantRow } from '../core/records.ts'
import { type BatchKey, batchKey, type LookupKeys, type Snapshot } from '../core/store-port.ts'
import {
  readBatch,
  readHold,
  readTransaction,
  readUpload,
  type StoredBatch,
  type StoredHold,
  type StoredTransaction,
  type StoredUpload,
} from './sqlite-books-rows.ts'
import type { SqlValue } from './sqlite-mapping.ts'
import { readAccount, readTerminal, type StoredAccount, type StoredTerminal } from './sqlite-master-rows.ts'

type Query<Stored> = Database.Statement<SqlValue[], Stored>

/** Prepared reads of one batch. */
export class SqliteFetch {
  readonly #terminal: Query<StoredTerminal>
  readonly #merchant: Query<MerchantRow>
  readonly #byKey: Query<StoredTransaction>
  readonly #byId: Query<StoredTransaction>
  readonly #ofBatch: Query<StoredTransaction>
  readonly #account: Query<StoredAccount>
  readonly #hold: Query<StoredHold>
  readonly #holdsOfAccount: Query<StoredHold>
  readonly #batch: Query<StoredBatch>
  readonly #uploads: Query<StoredUpload>

  constructor(database: Database.Database) {
    const query = <Stored>(sql: string): Query<Stored> => database.prepare<SqlValue[], Stored>(sql)
    this.#terminal = query('SELECT * FROM terminals WHERE tid = ?')
    this.#merchant = query('SELECT * FROM merchants WHERE mid = ?')
    this.#byKey = query('SELECT * FROM transactions WHERE tid = ? AND batchNumber = ? AND stan = ?')
    this.#byId = query('SELECT * FROM transactions WHERE id = ?')
    this.#ofBatch = query('SELECT * FROM transactions WHERE tid = ? AND batchNumber = ?')
    this.#account = query('SELECT * FROM accounts WHERE panLookup = ?')
    this.#hold = query('SELECT * FROM holds WHERE id = ?')
    this.#holdsOfAccount = query('SELECT * FROM holds WHERE panLookup = ?')
    this.#batch = query('SELECT * FROM batches WHERE tid = ? AND batchNumber = ?')
    this.#uploads = query('SELECT * FROM uploads WHERE tid = ? AND batchNumber = ?')
  }

  fill(keys: LookupKeys, into: Snapshot): void {
    for (const tid of keys.terminals) this.#addTerminal(tid, into)
    for (const { tid, batchNumber, stan } of keys.transactions) {
      this.#addTransaction(this.#byKey.get(tid, batchNumber, stan), into)
    }
    for (const id of keys.transactionIds) this.#addTransaction(this.#byId.get(id), into)
    for (const lookup of keys.accounts) this.#addAccount(lookup, into)
    for (const lookup of keys.holdsOfAccounts) {
      for (const hold of this.#holdsOfAccount.all(lookup)) {
        if (into.holds.has(hold.id)) continue
        into.holds.set(hold.id, readHold(hold))
        this.#addTransaction(this.#byId.get(hold.id), into)
      }
    }
    for (const key of keys.batches) this.#addBatch(key, into)
    for (const key of keys.wholeBatches) this.#addWholeBatch(key, into)
  }

  #addTerminal(tid: string, into: Snapshot): void {
    if (into.terminals.has(tid)) return
    const stored = this.#terminal.get(tid)
    if (stored === undefined) return
    into.terminals.set(tid, readTerminal(stored))
    if (into.merchants.has(stored.mid)) return
    const merchant = this.#merchant.get(stored.mid)
    if (merchant !== undefined) into.merchants.set(merchant.mid, merchant)
  }

  /** With its originals, the holds of all of them, and the account. */
  #addTransaction(stored: StoredTransaction | undefined, into: Snapshot): void {
    for (let next = stored; next !== undefined; ) {
      if (into.transactions.has(next.id)) return
      into.addTransaction(readTransaction(next))
      this.#addHold(next.id, into)
      if (next.panLookup !== '') this.#addAccount(next.panLookup, into)
      next = next.originalId === null ? undefined : this.#byId.get(next.originalId)
    }
  }

  #addHold(id: number, into: Snapshot): void {
    if (into.holds.has(id)) return
    const hold = this.#hold.get(id)
    if (hold !== undefined) into.holds.set(id, readHold(hold))
  }

  #addAccount(lookup: string, into: Snapshot): void {
    if (into.accounts.has(lookup)) return
    const stored = this.#account.get(lookup)
    if (stored !== undefined) into.accounts.set(lookup, readAccount(stored))
  }

  #addBatch({ tid, batchNumber }: BatchKey, into: Snapshot): void {
    const key = batchKey(tid, batchNumber)
    if (into.batches.has(key)) return
    const stored = this.#batch.get(tid, batchNumber)
    if (stored !== undefined) into.batches.set(key, readBatch(stored))
  }

  #addWholeBatch(key: BatchKey, into: Snapshot): void {
    const { tid, batchNumber } = key
    this.#addBatch(key, into)
    for (const stored of this.#ofBatch.all(tid, batchNumber)) {
      if (!into.transactions.has(stored.id)) into.addTransaction(readTransaction(stored))
    }
    const name = batchKey(tid, batchNumber)
    if (!into.uploads.has(name)) {
      into.uploads.set(name, this.#uploads.all(tid, batchNumber).map(readUpload))
    }
  }
}
