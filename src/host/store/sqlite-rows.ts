import type Database from 'better-sqlite3'
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
import { readCatalogue, type StoredCatalogue } from './catalogue-rows.ts'
import type { RowSource } from './row-source.ts'
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
import {
  readAccount,
  readMerchant,
  readTerminal,
  type StoredAccount,
  type StoredMerchant,
  type StoredTerminal,
} from './sqlite-master-rows.ts'

type Query<Stored> = Database.Statement<SqlValue[], Stored>

/** Prepared reads of single rows. */
export class SqliteRows implements RowSource {
  readonly #terminal: Query<StoredTerminal>
  readonly #merchant: Query<StoredMerchant>
  readonly #byKey: Query<StoredTransaction>
  readonly #byId: Query<StoredTransaction>
  readonly #ofBatch: Query<StoredTransaction>
  readonly #account: Query<StoredAccount>
  readonly #hold: Query<StoredHold>
  readonly #holdsOfAccount: Query<StoredHold>
  readonly #batch: Query<StoredBatch>
  readonly #uploads: Query<StoredUpload>
  readonly #catalogue: Query<StoredCatalogue>
  readonly #stans: Query<{ readonly stan: number; readonly id: number }>

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
    this.#catalogue = query('SELECT * FROM catalogue WHERE scope = ?')
    this.#stans = query('SELECT stan, id FROM transactions WHERE tid = ? AND batchNumber = ?')
    this.#uploads = query('SELECT * FROM uploads WHERE tid = ? AND batchNumber = ?')
  }

  terminal(tid: string): TerminalRow | undefined {
    return mapped(this.#terminal.get(tid), readTerminal)
  }

  merchant(mid: string): MerchantRow | undefined {
    return mapped(this.#merchant.get(mid), readMerchant)
  }

  account(panLookup: string): AccountRow | undefined {
    return mapped(this.#account.get(panLookup), readAccount)
  }

  transactionByKey(tid: string, batchNumber: number, stan: number): TransactionRow | undefined {
    return mapped(this.#byKey.get(tid, batchNumber, stan), readTransaction)
  }

  transaction(id: number): TransactionRow | undefined {
    return mapped(this.#byId.get(id), readTransaction)
  }

  transactionsOfBatch(tid: string, batchNumber: number): readonly TransactionRow[] {
    return this.#ofBatch.all(tid, batchNumber).map(readTransaction)
  }

  /** STANs of a batch with the numbers of their records: from the index alone. */
  stansOfBatch(tid: string, batchNumber: number): Map<number, number> {
    return new Map(this.#stans.all(tid, batchNumber).map(({ stan, id }) => [stan, id]))
  }

  hold(id: number): HoldRow | undefined {
    return mapped(this.#hold.get(id), readHold)
  }

  holdsOfAccount(panLookup: string): readonly HoldRow[] {
    return this.#holdsOfAccount.all(panLookup).map(readHold)
  }

  batch(tid: string, batchNumber: number): BatchRow | undefined {
    return mapped(this.#batch.get(tid, batchNumber), readBatch)
  }

  catalogue(scope: string): readonly CatalogueRow[] {
    return this.#catalogue.all(scope).map(readCatalogue)
  }

  uploadsOfBatch(tid: string, batchNumber: number): readonly UploadRow[] {
    return this.#uploads.all(tid, batchNumber).map(readUpload)
  }
}

function mapped<Stored, Row>(stored: Stored | undefined, read: (stored: Stored) => Row): Row | undefined {
  return stored === undefined ? undefined : read(stored)
}
