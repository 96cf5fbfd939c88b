import type {
  AccountRow,
  BatchRow,
  CatalogueRow,
  CatalogueSet,
  ExplainRow,
  IssuerRow,
  LedgerAccount,
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
import type { AsyncHostStore } from './async-store.ts'
import { BOOKS_CHECKS } from './books-checks.ts'
import { CATALOGUE, CATALOGUE_HISTORY, readCatalogue } from './catalogue-rows.ts'
import { CLEARING_CHECKS } from './clearing-checks.ts'
import { isOrdinaryRefusal, isWorthRepeating, postgresErrorOf } from './postgres-errors.ts'
import { PostgresFetch } from './postgres-fetch.ts'
import { migratePostgres } from './postgres-migrate.ts'
import type { PostgresPlace } from './postgres-place.ts'
import { fetchIssuers, LEASE, STORED } from './postgres-reads.ts'
import { BEGIN, COMMIT, ONE_MOMENT, PostgresSession, ROLLBACK, step } from './postgres-session.ts'
import { workStaged } from './postgres-stage.ts'
import { columnName, type Fields } from './postgres-values.ts'
import { writeSteps } from './postgres-writer.ts'
import {
  BATCHES,
  EXPLAINS,
  LEDGER,
  readBatch,
  readEntry,
  readExplain,
  readTransaction,
  readUpload,
  TRANSACTIONS,
  UPLOADS,
} from './sqlite-books-rows.ts'
import {
  ACCOUNTS,
  ISSUERS,
  MERCHANTS,
  readAccount,
  readIssuer,
  readTerminal,
  TERMINALS,
} from './sqlite-master-rows.ts'

const LIST_LIMIT = 1000
const CHECKS = [...BOOKS_CHECKS, ...CLEARING_CHECKS]
const ATTEMPTS = 10

const select = ({
  table,
  columns,
}: {
  readonly table: string
  readonly columns: readonly string[]
}): string => `SELECT ${columns.map(columnName).join(', ')} FROM ${table}`

/** The lists of the port; those of a batch are in `READS`. */
export const LISTS = {
  merchants: `${select(MERCHANTS)} ORDER BY mid`,
  terminals: `${select(TERMINALS)} ORDER BY tid`,
  issuers: `${select(ISSUERS)} ORDER BY id`,
  accounts: `${select(ACCOUNTS)} ORDER BY panTruncated, panLookup`,
  transactions: `${select(TRANSACTIONS)}
    WHERE ($1::text IS NULL OR tid = $1) AND ($2::text IS NULL OR mid = $2)
      AND ($3::bigint IS NULL OR batchNumber = $3) ORDER BY id DESC LIMIT $4::bigint`,
  batches: `${select(BATCHES)} ORDER BY tid, batchNumber`,
  batchesOf: `${select(BATCHES)} WHERE tid = $1 ORDER BY batchNumber`,
  anyTerminal: 'SELECT tid FROM terminals LIMIT 1',
  uploads: `${select(UPLOADS)} WHERE tid = $1 AND batchNumber = $2 ORDER BY kind, stan`,
  explains: `${select(EXPLAINS)} ORDER BY id DESC LIMIT $1::bigint`,
  catalogue: `${select(CATALOGUE)} ORDER BY scope, downloadSet`,
  catalogueHistory: `${select(CATALOGUE_HISTORY)} WHERE scope = $1 AND downloadSet = $2 ORDER BY version DESC`,
  entries: `${select(LEDGER)} WHERE postingId = $1::bigint ORDER BY position`,
  balances: `SELECT account, owner, currency, sum(amountMinor) FROM ledger
    GROUP BY account, owner, currency ORDER BY account, owner, currency`,
} as const

/**
 * The host's records in a PostgreSQL database, or one that speaks its language. Several processes may share it. Its
 * calls use one connection, one after the other: decisions have their own (`PostgresDecider`).
 */
export class PostgresStore implements AsyncHostStore {
  readonly #place: PostgresPlace
  #session: PostgresSession
  #last: Promise<unknown> = Promise.resolve()
  #isGivenUp = false

  private constructor(place: PostgresPlace, session: PostgresSession) {
    this.#place = place
    this.#session = session
  }

  /** Rejects with `StoreError`, one line that says what to do. */
  static async open(place: PostgresPlace): Promise<PostgresStore> {
    const session = await PostgresSession.open(place)
    try {
      await migratePostgres(session, place.name)
    } catch (error) {
      await session.end()
      throw postgresErrorOf(error, place.name)
    }
    return new PostgresStore(place, session)
  }

  fetch(keys: LookupKeys, into: Snapshot): Promise<void> {
    return this.#exclusive(async (session) => {
      into.issuers = await fetchIssuers(session)
      await new PostgresFetch(session, into, false).fill(keys)
    })
  }

  commit(rows: StoreRows): Promise<void> {
    return this.#exclusive(async (session) => {
      await session.run([BEGIN, ...writeSteps(rows), COMMIT])
    })
  }

  leaseNumbers(count: number): Promise<number> {
    return this.#exclusive(async (session) => {
      const [rows] = await session.run([step(LEASE, count)])
      return Number(rows?.[0]?.[0]) - count
    })
  }

  async listMerchants(): Promise<readonly MerchantRow[]> {
    return (await this.#list('merchants')).map(STORED.merchant)
  }

  async listTerminals(): Promise<readonly TerminalRow[]> {
    return (await this.#list('terminals')).map((fields) => readTerminal(STORED.terminal(fields)))
  }

  async listIssuers(): Promise<readonly IssuerRow[]> {
    return (await this.#list('issuers')).map((fields) => readIssuer(STORED.issuer(fields)))
  }

  async listAccounts(): Promise<readonly AccountRow[]> {
    return (await this.#list('accounts')).map((fields) => readAccount(STORED.account(fields)))
  }

  async listTransactions({
    tid,
    mid,
    batchNumber,
    limit,
  }: TransactionFilter): Promise<readonly TransactionRow[]> {
    const rows = await this.#list('transactions', tid, mid, batchNumber, limit ?? LIST_LIMIT)
    return rows.map((fields) => readTransaction(STORED.transaction(fields)))
  }

  async listBatches(tid?: string): Promise<readonly BatchRow[]> {
    const rows = await (tid === undefined ? this.#list('batches') : this.#list('batchesOf', tid))
    return rows.map((fields) => readBatch(STORED.batch(fields)))
  }

  async listUploads({ tid, batchNumber }: BatchKey): Promise<readonly UploadRow[]> {
    const rows = await this.#list('uploads', tid, batchNumber)
    return rows.map((fields) => readUpload(STORED.upload(fields)))
  }

  async listExplains(limit: number): Promise<readonly ExplainRow[]> {
    return (await this.#list('explains', limit)).map((fields) => readExplain(STORED.explain(fields)))
  }

  async listCatalogue(): Promise<readonly CatalogueRow[]> {
    return (await this.#list('catalogue')).map((fields) => readCatalogue(STORED.catalogue(fields)))
  }

  async listCatalogueHistory(scope: string, set: CatalogueSet): Promise<readonly CatalogueRow[]> {
    const rows = await this.#list('catalogueHistory', scope, set)
    return rows.map((fields) => readCatalogue(STORED.catalogue(fields)))
  }

  async ledgerEntries(postingId: number): Promise<readonly LedgerEntryRow[]> {
    return (await this.#list('entries', postingId)).map((fields) => readEntry(STORED.entry(fields)))
  }

  async ledgerBalances(): Promise<readonly LedgerBalance[]> {
    const rows = await this.#list('balances')
    return rows.map(([account, owner, currency, amount]) => ({
      account: account as LedgerAccount,
      owner: owner ?? '',
      currency: currency ?? '',
      amountMinor: Number(amount),
    }))
  }

  checkBooks(): Promise<readonly BooksFinding[]> {
    return this.#exclusive(async (session) => {
      // One moment for all checks: others go on writing.
      const texts = CHECKS.map(({ sql }) => step({ name: '', text: sql }))
      const results = await session.run([step(ONE_MOMENT), ...texts, COMMIT], true)
      return CHECKS.flatMap(({ kind }, index) =>
        (results[index + 1] ?? []).map(([detail]) => ({ kind, detail: detail ?? '' })),
      )
    })
  }

  /** Whether somebody has set it up already. */
  async hasTerminals(): Promise<boolean> {
    return (await this.#list('anyTerminal')).length > 0
  }

  /**
   * Lets `work` read the master data as it stands and writes what it commits, all in one serialisable transaction: two
   * who set up the same thing at once do it one after the other. `work` is called again when somebody was in its way.
   */
  staged<T>(work: (store: HostStore) => T): Promise<T> {
    return this.together((session) => workStaged(session, work))
  }

  /** Lets `work` have the connection for a transaction of its own; it is called again when somebody was in its way. */
  together<T>(work: (session: PostgresSession) => Promise<T>): Promise<T> {
    return this.#exclusive(async (session) => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await work(session)
        } catch (error) {
          await session.run([ROLLBACK]).catch(() => {})
          if (!isWorthRepeating(error) || attempt === ATTEMPTS) throw error
        }
      }
    })
  }

  async close(): Promise<void> {
    await this.#last.catch(() => {})
    await this.#session.end()
  }

  /** Lets what is under way, and all that is still asked, fail at once. */
  giveUp(): void {
    this.#isGivenUp = true
    this.#session.destroy()
  }

  #list(
    name: keyof typeof LISTS,
    ...values: readonly (string | number | undefined)[]
  ): Promise<readonly Fields[]> {
    const given = values.map((value) => value ?? null)
    return this.#exclusive(async (session) => {
      const [rows = []] = await session.run(
        [{ statement: { name: `list_${name}`, text: LISTS[name] }, values: given }],
        true,
      )
      return rows
    })
  }

  /** One after the other, on a connection that is made again when it was lost. */
  #exclusive<T>(work: (session: PostgresSession) => Promise<T>): Promise<T> {
    const turn = this.#last
      .catch(() => {})
      .then(async () => {
        if (!this.#session.isOpen && !this.#isGivenUp) this.#session = await PostgresSession.open(this.#place)
        try {
          return await work(this.#session)
        } catch (error) {
          if (isOrdinaryRefusal(error)) await this.#session.run([ROLLBACK]).catch(() => {})
          throw postgresErrorOf(error, this.#place.name)
        }
      })
    this.#last = turn
    return turn
  }
}
