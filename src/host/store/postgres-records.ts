import type {
  BatchRow,
  DownloadSet,
  LedgerEntryRow,
  TerminalSetup,
  TransactionRow,
  UploadRow,
} from '../core/records.ts'
import { STORED } from './postgres-reads.ts'
import { type Statement, step } from './postgres-session.ts'
import type { PostgresStore } from './postgres-store.ts'
import { columnName, type Fields } from './postgres-values.ts'
import {
  type BatchQuery,
  type FoundSetups,
  type FoundTransactions,
  type LoadedVersion,
  RECORDS_WALK_MAX,
  type TransactionQuery,
} from './records-port.ts'
import {
  BATCHES,
  LEDGER,
  readBatch,
  readEntry,
  readTransaction,
  readUpload,
  TRANSACTIONS,
  UPLOADS,
} from './sqlite-books-rows.ts'

const columns = ({ columns: names }: { readonly columns: readonly string[] }): string =>
  names.map(columnName).join(', ')

const BATCH_LIMIT = 500
const T = columns(TRANSACTIONS)
const WITH_KEYS = 'FROM terminals WHERE signInRequired = 1 AND strpos(tid, $1::text) > 0'

/** What pages ask: bounded reads, none of which a decision rests on. */
export const RECORD_LISTS = {
  setupCount: `SELECT count(*) ${WITH_KEYS}`,
  setups: `SELECT tid, processingRequest, setup ${WITH_KEYS} ORDER BY tid LIMIT $2::bigint OFFSET $3::bigint`,
  loadedVersions: `SELECT setup::jsonb -> 'sets' -> $1::text ->> 'loaded', count(*) FROM terminals
    WHERE signInRequired = 1 GROUP BY setup::jsonb -> 'sets' -> $1::text ->> 'loaded'`,
  softwareStates: `SELECT setup::jsonb -> 'software' ->> 'state', count(*) FROM terminals
    WHERE setup::jsonb -> 'software' ->> 'packageId' = $1::text GROUP BY setup::jsonb -> 'software' ->> 'state'`,
  rateLoads: `SELECT count(*), coalesce(sum(CASE WHEN setup::jsonb -> 'sets' -> 'rates' ->> 'loaded' = $1::text THEN 1 ELSE 0 END), 0)
    FROM terminals WHERE setup::jsonb -> 'sets' -> 'rates' IS NOT NULL`,
  transactions: `SELECT ${T} FROM transactions WHERE id IN (SELECT id FROM (
      SELECT id, tid, mid, state, kind, responseCode, panTruncated FROM transactions WHERE id < $1::bigint ORDER BY id DESC
      LIMIT ${RECORDS_WALK_MAX}) AS t
    WHERE ($2::text IS NULL OR tid = $2) AND ($3::text IS NULL OR mid = $3) AND ($4::text IS NULL OR state = $4)
      AND ($5::text IS NULL OR kind = $5) AND ($6::text IS NULL OR responseCode = $6)
      AND ($7::text IS NULL OR panTruncated LIKE '%' || $7) ORDER BY id DESC LIMIT $8::bigint) ORDER BY id DESC`,
  walkEnd: `SELECT id FROM transactions WHERE id < $1::bigint ORDER BY id DESC LIMIT 1 OFFSET ${RECORDS_WALK_MAX - 1}`,
  transaction: `SELECT ${T} FROM transactions WHERE id = $1::bigint`,
  followers: `SELECT ${T} FROM (SELECT ${T} FROM transactions WHERE id > $1::bigint ORDER BY id
      LIMIT ${RECORDS_WALK_MAX}) AS t WHERE originalId = $1::bigint ORDER BY id LIMIT 50`,
  entries: `SELECT ${columns(LEDGER)} FROM ledger WHERE postingId = $1::bigint ORDER BY position`,
  batches: `SELECT ${columns(BATCHES)} FROM batches WHERE ($1::text IS NULL OR tid = $1)
    AND ($2::text IS NULL OR state = $2)
    ORDER BY CASE WHEN closedAtMs IS NULL THEN 0 ELSE 1 END, closedAtMs DESC, tid, batchNumber DESC LIMIT ${BATCH_LIMIT}`,
  batch: `SELECT ${columns(BATCHES)} FROM batches WHERE tid = $1 AND batchNumber = $2::bigint`,
  ofBatch: `SELECT ${T} FROM transactions WHERE tid = $1 AND batchNumber = $2::bigint ORDER BY stan LIMIT 2000`,
  uploads: `SELECT ${columns(UPLOADS)} FROM uploads WHERE tid = $1 AND batchNumber = $2::bigint ORDER BY stan LIMIT 2000`,
} as const

const toTransaction = (fields: Fields): TransactionRow => readTransaction(STORED.transaction(fields))

/** Records of a shared database as pages ask for them. */
export class PostgresRecords {
  readonly #store: PostgresStore

  constructor(store: PostgresStore) {
    this.#store = store
  }

  async setups(text: string, limit: number, offset: number): Promise<FoundSetups> {
    const [[total] = []] = await this.#list('setupCount', text)
    const rows = (await this.#list('setups', text, limit, offset)).map(([tid, request, setup]) => ({
      tid: tid ?? '',
      processingRequest: Number(request),
      ...(setup === null || setup === undefined ? {} : { setup: JSON.parse(setup) as TerminalSetup }),
    }))
    return { rows, total: Number(total) }
  }

  async softwareStates(packageId: string): Promise<Readonly<Record<string, number>>> {
    const rows = await this.#list('softwareStates', packageId)
    return Object.fromEntries(rows.map(([state, count]) => [state ?? '', Number(count)]))
  }

  async loadedVersions(set: DownloadSet): Promise<readonly LoadedVersion[]> {
    return (await this.#list('loadedVersions', set))
      .map(([version, count]) => ({
        version: version == null ? null : Number(version),
        count: Number(count),
      }))
      .sort((left, right) => (right.version ?? 0) - (left.version ?? 0))
  }

  async rateLoads(version: number): Promise<{ readonly count: number; readonly upToDate: number }> {
    const [[count, upToDate] = []] = await this.#list('rateLoads', version)
    return { count: Number(count), upToDate: Number(upToDate) }
  }

  async transactions({ before, limit, ...wanted }: TransactionQuery): Promise<FoundTransactions> {
    const from = before ?? Number.MAX_SAFE_INTEGER
    const { tid, mid, state, kind, responseCode, panEnd } = wanted
    const filters = [tid, mid, state, kind, responseCode, panEnd].map((each) =>
      each === '' ? undefined : each,
    )
    const rows = (await this.#list('transactions', from, ...filters, limit)).map(toTransaction)
    if (rows.length === limit) return { rows, next: rows.at(-1)?.id }
    const [end] = await this.#list('walkEnd', from)
    return { rows, next: end === undefined ? undefined : Number(end[0]) }
  }

  async transaction(id: number): Promise<TransactionRow | undefined> {
    const [row] = await this.#list('transaction', id)
    return row === undefined ? undefined : toTransaction(row)
  }

  async followers(id: number): Promise<readonly TransactionRow[]> {
    return (await this.#list('followers', id)).map(toTransaction)
  }

  async entries(postingId: number): Promise<readonly LedgerEntryRow[]> {
    return (await this.#list('entries', postingId)).map((fields) => readEntry(STORED.entry(fields)))
  }

  async batches({ tid, state }: BatchQuery): Promise<readonly BatchRow[]> {
    return (await this.#list('batches', tid, state)).map((fields) => readBatch(STORED.batch(fields)))
  }

  async batch(tid: string, batchNumber: number): Promise<BatchRow | undefined> {
    const [row] = await this.#list('batch', tid, batchNumber)
    return row === undefined ? undefined : readBatch(STORED.batch(row))
  }

  async batchTransactions(tid: string, batchNumber: number): Promise<readonly TransactionRow[]> {
    return (await this.#list('ofBatch', tid, batchNumber)).map(toTransaction)
  }

  async batchUploads(tid: string, batchNumber: number): Promise<readonly UploadRow[]> {
    return (await this.#list('uploads', tid, batchNumber)).map((fields) => readUpload(STORED.upload(fields)))
  }

  #list(
    name: keyof typeof RECORD_LISTS,
    ...values: readonly (string | number | undefined)[]
  ): Promise<readonly Fields[]> {
    const statement: Statement = { name: `records_${name}`, text: RECORD_LISTS[name] }
    return this.#store.together(async (session) => {
      const [rows = []] = await session.run([
        { ...step(statement), values: values.map((each) => each ?? null) },
      ])
      return rows
    })
  }
}
