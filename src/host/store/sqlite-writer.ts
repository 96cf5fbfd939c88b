import type Database from 'better-sqlite3'
import type { StoreRows } from '../core/store-port.ts'
import {
  BATCHES,
  EXPLAINS,
  HOLDS,
  LEDGER,
  TRANSACTION_UPDATE,
  TRANSACTIONS,
  transactionUpdateValues,
  UPLOADS,
} from './sqlite-books-rows.ts'
import { insertOf, type Mapping, type SqlValue } from './sqlite-mapping.ts'
import {
  ACCOUNT_STATE_UPDATE,
  ACCOUNTS,
  ISSUERS,
  MERCHANTS,
  stateValues,
  TERMINALS,
} from './sqlite-master-rows.ts'

/** Explain records beyond this many are dropped, oldest first: a flood of bad frames can't fill the disk. */
const EXPLAINS_MAX = 10_000

type Statement = Database.Statement<SqlValue[]>

/** Prepared writes of one batch. */
export class SqliteWriter {
  readonly #merchants: Statement
  readonly #terminals: Statement
  readonly #issuers: Statement
  readonly #accounts: Statement
  readonly #accountState: Statement
  readonly #newTransaction: Statement
  readonly #changedTransaction: Statement
  readonly #holds: Statement
  readonly #entries: Statement
  readonly #batches: Statement
  readonly #uploads: Statement
  readonly #explains: Statement
  readonly #pruneExplains: Statement

  constructor(database: Database.Database) {
    const put = <Row>(mapping: Mapping<Row>, verb: 'INSERT' | 'INSERT OR REPLACE'): Statement =>
      database.prepare<SqlValue[]>(insertOf(mapping, verb))
    this.#merchants = put(MERCHANTS, 'INSERT OR REPLACE')
    this.#terminals = put(TERMINALS, 'INSERT OR REPLACE')
    this.#issuers = put(ISSUERS, 'INSERT OR REPLACE')
    this.#accounts = put(ACCOUNTS, 'INSERT OR REPLACE')
    this.#accountState = database.prepare<SqlValue[]>(ACCOUNT_STATE_UPDATE)
    this.#newTransaction = put(TRANSACTIONS, 'INSERT')
    this.#changedTransaction = database.prepare<SqlValue[]>(TRANSACTION_UPDATE)
    this.#holds = put(HOLDS, 'INSERT OR REPLACE')
    this.#entries = put(LEDGER, 'INSERT')
    this.#batches = put(BATCHES, 'INSERT OR REPLACE')
    this.#uploads = put(UPLOADS, 'INSERT OR REPLACE')
    this.#explains = put(EXPLAINS, 'INSERT')
    this.#pruneExplains = database.prepare<SqlValue[]>(
      'DELETE FROM explains WHERE id <= (SELECT max(id) FROM explains) - ?',
    )
  }

  write(rows: StoreRows): void {
    for (const row of rows.merchants) this.#merchants.run(...MERCHANTS.values(row))
    for (const row of rows.terminals) this.#terminals.run(...TERMINALS.values(row))
    for (const row of rows.issuers) this.#issuers.run(...ISSUERS.values(row))
    for (const row of rows.accounts) this.#accounts.run(...ACCOUNTS.values(row))
    for (const { panLookup, state } of rows.accountStates) {
      this.#accountState.run(...stateValues(state), panLookup)
    }
    for (const row of rows.newTransactions) this.#newTransaction.run(...TRANSACTIONS.values(row))
    for (const row of rows.changedTransactions) {
      this.#changedTransaction.run(...transactionUpdateValues(row))
    }
    for (const row of rows.holds) this.#holds.run(...HOLDS.values(row))
    for (const row of rows.entries) this.#entries.run(...LEDGER.values(row))
    for (const row of rows.batches) this.#batches.run(...BATCHES.values(row))
    for (const row of rows.uploads) this.#uploads.run(...UPLOADS.values(row))
    for (const row of rows.explains) this.#explains.run(...EXPLAINS.values(row))
    if (rows.explains.length > 0) this.#pruneExplains.run(EXPLAINS_MAX)
  }
}
