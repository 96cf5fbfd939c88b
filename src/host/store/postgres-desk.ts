import type { LookupKeys, StoreRows } from '../core/store-port.ts'
import { Snapshot, StoreError } from '../core/store-port.ts'
import type { CodeTagger } from '../wallet/payment-code.ts'
import { PostgresClearing } from './postgres-clearing.ts'
import { isOrdinaryRefusal, isWorthRepeating, postgresErrorOf } from './postgres-errors.ts'
import { PostgresFetch } from './postgres-fetch.ts'
import { PostgresNews } from './postgres-news.ts'
import { OfficeCopy, officeTaken } from './postgres-office.ts'
import type { PostgresPlace } from './postgres-place.ts'
import { fetchIssuers, STORED } from './postgres-reads.ts'
import { PostgresRecords } from './postgres-records.ts'
import { PostgresRetention } from './postgres-retention.ts'
import { BEGIN, COMMIT, PostgresSession, ROLLBACK, type Statement, step } from './postgres-session.ts'
import { LISTS, PostgresStore } from './postgres-store.ts'
import { PostgresWallets } from './postgres-wallets.ts'
import { writeSteps } from './postgres-writer.ts'
import { readTerminal } from './sqlite-master-rows.ts'

/** Rows of a look-up, as they cross to another thread. */
export type FetchedRows = Pick<
  Snapshot,
  | 'issuers'
  | 'merchants'
  | 'terminals'
  | 'transactions'
  | 'accounts'
  | 'holds'
  | 'batches'
  | 'uploads'
  | 'catalogue'
>

const TERMINALS_LOCKED: Statement = {
  name: 'allTerminalsLocked',
  text: `${LISTS.terminals} FOR UPDATE`,
}

/**
 * A shared database as one program asks it, call by call: records, wallets and the back office's copy. Between `begin` and
 * `end`, what is read is locked, and what is committed is one transaction. Whoever holds the back office writes nothing any
 * more once another one has taken it.
 */
export class PostgresDesk {
  readonly store: PostgresStore
  readonly wallets: PostgresWallets
  readonly records: PostgresRecords
  readonly office: OfficeCopy
  readonly news: PostgresNews
  readonly clearing: PostgresClearing
  readonly retention: PostgresRetention
  readonly #place: PostgresPlace
  /** The connection of the transaction that is open. */
  #session: PostgresSession | undefined
  #isOpen = false

  private constructor(place: PostgresPlace, store: PostgresStore, tagger: CodeTagger) {
    this.#place = place
    this.store = store
    this.wallets = new PostgresWallets(store, tagger)
    this.records = new PostgresRecords(store)
    this.office = new OfficeCopy(store)
    this.news = new PostgresNews(store)
    this.clearing = new PostgresClearing(store, place)
    this.retention = new PostgresRetention(store, this.office)
  }

  static async open(place: PostgresPlace, tagger: CodeTagger): Promise<PostgresDesk> {
    return new PostgresDesk(place, await PostgresStore.open(place), tagger)
  }

  async begin(): Promise<void> {
    if (this.#session?.isOpen !== true) this.#session = await PostgresSession.open(this.#place)
    this.#isOpen = true
    await this.#guarded(async (session) => {
      const fence = this.office.fence()
      const [, held] = await session.run([BEGIN, ...fence])
      if (fence.length > 0 && held?.length !== 1) throw officeTaken()
    })
  }

  async end(isKept: boolean): Promise<void> {
    const wasOpen = this.#isOpen
    this.#isOpen = false
    if (!wasOpen) return
    if (isKept) await this.#guarded((session) => session.run([COMMIT]))
    else if (this.#session?.isOpen === true)
      await this.#session.run([ROLLBACK]).catch(() => this.#session?.destroy())
  }

  async fetch(keys: LookupKeys): Promise<FetchedRows> {
    const into = new Snapshot()
    if (!this.#isOpen) await this.store.fetch(keys, into)
    else
      await this.#guarded(async (session) => {
        into.issuers = await fetchIssuers(session)
        await new PostgresFetch(session, into, true).fill(keys)
      })
    // Rows alone: what has methods does not cross.
    const { addTransaction: _add, transactionIds: _ids, ...rows } = into
    return rows
  }

  async commit(rows: StoreRows): Promise<void> {
    if (this.#isOpen) {
      await this.#guarded((session) => session.run(writeSteps(rows)))
      return
    }
    await this.begin()
    try {
      await this.commit(rows)
    } catch (error) {
      await this.end(false)
      throw error
    }
    await this.end(true)
  }

  async listTerminals(): ReturnType<PostgresStore['listTerminals']> {
    if (!this.#isOpen) return this.store.listTerminals()
    const [rows = []] = await this.#guarded((session) => session.run([step(TERMINALS_LOCKED)], true))
    return rows.map((fields) => readTerminal(STORED.terminal(fields)))
  }

  async close(): Promise<void> {
    await this.#session?.end()
    await this.store.close()
  }

  async #guarded<T>(work: (session: PostgresSession) => Promise<T>): Promise<T> {
    const session = this.#session
    if (session === undefined) throw new StoreError('no transaction is open')
    try {
      return await work(session)
    } catch (error) {
      // What was refused may be tried again from its beginning; the caller ends the transaction.
      if (isWorthRepeating(error) || isOrdinaryRefusal(error)) throw error
      throw postgresErrorOf(error, this.#place.name)
    }
  }
}
