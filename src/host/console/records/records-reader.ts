import Database from 'better-sqlite3'
import type {
  BatchRow,
  DownloadSet,
  LedgerEntryRow,
  TerminalSetup,
  TransactionRow,
  UploadRow,
} from '../../core/records.ts'
import {
  type BatchQuery,
  type FoundSetups,
  type FoundTransactions,
  type LoadedVersion,
  RECORDS_WALK_MAX,
  type RecordsPort,
  type TransactionQuery,
} from '../../store/records-port.ts'
import {
  readBatch,
  readEntry,
  readTransaction,
  readUpload,
  type StoredBatch,
  type StoredEntry,
  type StoredTransaction,
  type StoredUpload,
} from '../../store/sqlite-books-rows.ts'

interface StoredSetup {
  readonly tid: string
  readonly processingRequest: number
  readonly setup: string | null
}

const BATCH_LIMIT = 500
const CONDITIONS = {
  tid: 'tid = :tid',
  mid: 'mid = :mid',
  state: 'state = :state',
  kind: 'kind = :kind',
  responseCode: 'responseCode = :responseCode',
  panEnd: "panTruncated LIKE '%' || :panEnd",
} as const

/** Reads a host's records on a connection of its own, beside the host that writes them. */
export class RecordsReader implements RecordsPort {
  readonly #db: Database.Database

  /** `path`: the host's database, which exists. */
  constructor(path: string) {
    this.#db = new Database(path, { readonly: true, fileMustExist: true, timeout: 2000 })
  }

  /** What terminals with keys have loaded; `text`: a part of their number. */
  setups(text: string, limit: number, offset: number): FoundSetups {
    const where = 'WHERE signInRequired = 1 AND instr(tid, :text) > 0'
    const total = this.#db.prepare(`SELECT count(*) FROM terminals ${where}`).pluck().get({ text })
    const rows = this.#db
      .prepare<unknown[], StoredSetup>(
        `SELECT tid, processingRequest, setup FROM terminals ${where} ORDER BY tid LIMIT :limit OFFSET :offset`,
      )
      .all({ text, limit, offset })
      .map(({ tid, processingRequest, setup }) => ({
        tid,
        processingRequest,
        ...(setup === null ? {} : { setup: JSON.parse(setup) as TerminalSetup }),
      }))
    return { rows, total: Number(total) }
  }

  /** How many terminals with keys have which version of a set in full; null for none. */
  loadedVersions(set: DownloadSet): readonly LoadedVersion[] {
    return this.#db
      .prepare<[string], LoadedVersion>(
        `SELECT json_extract(setup, '$.sets.' || ? || '.loaded') AS version, count(*) AS count FROM terminals
         WHERE signInRequired = 1 GROUP BY version ORDER BY version DESC`,
      )
      .all(set)
  }

  /** How many terminals stand in each state with a package. */
  softwareStates(packageId: string): Readonly<Record<string, number>> {
    const rows = this.#db
      .prepare<[string], { readonly state: string; readonly count: number }>(
        `SELECT json_extract(setup, '$.software.state') AS state, count(*) AS count FROM terminals
         WHERE json_extract(setup, '$.software.packageId') = ? GROUP BY state`,
      )
      .all(packageId)
    return Object.fromEntries(rows.map(({ state, count }) => [state, count]))
  }

  /** Terminals that have loaded rates, and those of them that have `version`. */
  rateLoads(version: number): { readonly count: number; readonly upToDate: number } {
    const row = this.#db
      .prepare<[number], { readonly count: number; readonly upToDate: number | null }>(
        `SELECT count(*) AS count, sum(json_extract(setup, '$.sets.rates.loaded') = ?) AS upToDate FROM terminals
         WHERE json_extract(setup, '$.sets.rates') IS NOT NULL`,
      )
      .get(version)
    return { count: row?.count ?? 0, upToDate: row?.upToDate ?? 0 }
  }

  /** Newest first. */
  transactions({ before, limit, ...wanted }: TransactionQuery): FoundTransactions {
    const given = Object.entries(wanted).filter(([, value]) => value !== undefined && value !== '')
    const conditions = given.map(([key]) => CONDITIONS[key as keyof typeof CONDITIONS])
    const from = before ?? Number.MAX_SAFE_INTEGER
    const stored = this.#db
      .prepare<unknown[], StoredTransaction>(
        `SELECT * FROM (SELECT * FROM transactions WHERE id < :from ORDER BY id DESC LIMIT ${RECORDS_WALK_MAX})
         ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`} LIMIT :limit`,
      )
      .all({ ...Object.fromEntries(given), from, limit })
    const last = stored.at(-1)
    if (last !== undefined && stored.length === limit)
      return { rows: stored.map(readTransaction), next: last.id }
    return { rows: stored.map(readTransaction), next: this.#walkEnd(from) }
  }

  transaction(id: number): TransactionRow | undefined {
    const row = this.#db
      .prepare<[number], StoredTransaction>('SELECT * FROM transactions WHERE id = ?')
      .get(id)
    return row === undefined ? undefined : readTransaction(row)
  }

  /** Later transactions of the same terminal and batch, or of the next ones, that refer to `id`. */
  followers(id: number): readonly TransactionRow[] {
    return this.#db
      .prepare<unknown[], StoredTransaction>(
        `SELECT * FROM (SELECT * FROM transactions WHERE id > :id ORDER BY id LIMIT ${RECORDS_WALK_MAX})
         WHERE originalId = :id LIMIT 50`,
      )
      .all({ id })
      .map(readTransaction)
  }

  entries(postingId: number): readonly LedgerEntryRow[] {
    return this.#db
      .prepare<[number], StoredEntry>('SELECT * FROM ledger WHERE postingId = ? ORDER BY position')
      .all(postingId)
      .map(readEntry)
  }

  /** The open ones first, then those closed last. */
  batches({ tid, state }: BatchQuery): readonly BatchRow[] {
    return this.#db
      .prepare<unknown[], StoredBatch>(
        `SELECT * FROM batches WHERE (:tid IS NULL OR tid = :tid) AND (:state IS NULL OR state = :state)
         ORDER BY closedAtMs IS NOT NULL, closedAtMs DESC, tid, batchNumber DESC LIMIT ${BATCH_LIMIT}`,
      )
      .all({ tid: tid ?? null, state: state ?? null })
      .map(readBatch)
  }

  batch(tid: string, batchNumber: number): BatchRow | undefined {
    const row = this.#db
      .prepare<[string, number], StoredBatch>('SELECT * FROM batches WHERE tid = ? AND batchNumber = ?')
      .get(tid, batchNumber)
    return row === undefined ? undefined : readBatch(row)
  }

  batchTransactions(tid: string, batchNumber: number): readonly TransactionRow[] {
    return this.#db
      .prepare<[string, number], StoredTransaction>(
        'SELECT * FROM transactions WHERE tid = ? AND batchNumber = ? ORDER BY stan LIMIT 2000',
      )
      .all(tid, batchNumber)
      .map(readTransaction)
  }

  batchUploads(tid: string, batchNumber: number): readonly UploadRow[] {
    return this.#db
      .prepare<[string, number], StoredUpload>(
        'SELECT * FROM uploads WHERE tid = ? AND batchNumber = ? ORDER BY stan LIMIT 2000',
      )
      .all(tid, batchNumber)
      .map(readUpload)
  }

  close(): void {
    this.#db.close()
  }

  /** Number of the last record that a walk from `from` looks at, when there are more behind it. */
  #walkEnd(from: number): number | undefined {
    const ids = this.#db
      .prepare<[number], { readonly id: number }>(
        `SELECT id FROM transactions WHERE id < ? ORDER BY id DESC LIMIT 1 OFFSET ${RECORDS_WALK_MAX - 1}`,
      )
      .get(from)
    return ids?.id
  }
}
