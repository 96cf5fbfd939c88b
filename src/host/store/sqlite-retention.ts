import type Database from 'better-sqlite3'
import { InvariantError } from '../../base/invariant.ts'
import type { LedgerEntryRow } from '../core/records.ts'
import type { RetentionArchive, RetentionAsk, RetentionStore } from '../core/retention-port.ts'
import { findInBooks } from './sqlite-books-check.ts'

/** Tables of what was taken out of the books into archives. */
export const RETENTION_SCHEMA = `
  CREATE TABLE retentionArchives (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    ranAtMs INTEGER NOT NULL,
    actor TEXT NOT NULL,
    beforeDay TEXT NOT NULL,
    counts TEXT NOT NULL,
    carryId INTEGER
  );
  CREATE TABLE retentionRuns (
    runId INTEGER PRIMARY KEY,
    archiveId INTEGER NOT NULL
  );
`

/** Tables that lose rows, each with the rows that go. */
const LEAVING: Readonly<Record<string, string>> = {
  transactions: 'SELECT * FROM transactions WHERE id IN (SELECT id FROM temp.leaving)',
  ledger: 'SELECT * FROM ledger WHERE postingId IN (SELECT id FROM temp.leavingPostings)',
  clearedItems: 'SELECT * FROM clearedItems WHERE transactionId IN (SELECT id FROM temp.leaving)',
  holds: 'SELECT * FROM holds WHERE id IN (SELECT id FROM temp.leaving)',
  uploads: `SELECT u.* FROM uploads u JOIN clearedBatches c ON c.tid = u.tid AND c.batchNumber = u.batchNumber
            WHERE c.runId IN (SELECT id FROM temp.leavingRuns)`,
  explains: 'SELECT * FROM explains WHERE receivedAtMs < (SELECT explainsBeforeMs FROM temp.leavingAsk)',
}

const REMOVALS: readonly string[] = [
  'DELETE FROM ledger WHERE postingId IN (SELECT id FROM temp.leavingPostings)',
  'DELETE FROM clearedItems WHERE transactionId IN (SELECT id FROM temp.leaving)',
  'DELETE FROM holds WHERE id IN (SELECT id FROM temp.leaving)',
  `DELETE FROM uploads WHERE EXISTS (SELECT 1 FROM clearedBatches c WHERE c.tid = uploads.tid
     AND c.batchNumber = uploads.batchNumber AND c.runId IN (SELECT id FROM temp.leavingRuns))`,
  'DELETE FROM transactions WHERE id IN (SELECT id FROM temp.leaving)',
  'DELETE FROM explains WHERE receivedAtMs < (SELECT explainsBeforeMs FROM temp.leavingAsk)',
]

/**
 * Takes old, cleared days out of the books. A day goes as a whole or not at all; what refers to each other goes together. In
 * the place of the ledger entries that went stands one posting with their sums, so that every balance stays what it was.
 */
export class SqliteRetention implements RetentionStore {
  readonly #database: Database.Database

  constructor(database: Database.Database) {
    this.#database = database
  }

  choose({ beforeDay, explainsBeforeMs, stays }: RetentionAsk): Readonly<Record<string, number>> {
    const database = this.#database
    database.exec(`
      DROP TABLE IF EXISTS temp.leavingAsk; CREATE TEMP TABLE leavingAsk (explainsBeforeMs INTEGER NOT NULL);
      DROP TABLE IF EXISTS temp.stays; CREATE TEMP TABLE stays (tid TEXT NOT NULL, fromDay TEXT NOT NULL);
      DROP TABLE IF EXISTS temp.leavingRuns; CREATE TEMP TABLE leavingRuns (id INTEGER PRIMARY KEY);
      DROP TABLE IF EXISTS temp.leaving; CREATE TEMP TABLE leaving (id INTEGER PRIMARY KEY, runId INTEGER NOT NULL);
      DROP TABLE IF EXISTS temp.leavingPostings; CREATE TEMP TABLE leavingPostings (id INTEGER PRIMARY KEY);`)
    database.prepare('INSERT INTO temp.leavingAsk VALUES (?)').run(explainsBeforeMs)
    const stay = database.prepare('INSERT INTO temp.stays VALUES (?, ?)')
    for (const { tid, fromDay } of stays) stay.run(tid, fromDay)
    database
      .prepare(
        `INSERT INTO temp.leavingRuns SELECT id FROM clearingRuns
         WHERE state = 'filed' AND businessDate < ? AND id NOT IN (SELECT runId FROM retentionRuns)`,
      )
      .run(beforeDay)
    database.exec(`INSERT INTO temp.leaving SELECT t.id, c.runId FROM clearedBatches c
      JOIN transactions t ON t.tid = c.tid AND t.batchNumber = c.batchNumber
      WHERE c.runId IN (SELECT id FROM temp.leavingRuns)`)
    this.#keepWhatMustStay()
    database.exec(`INSERT OR IGNORE INTO temp.leavingPostings SELECT id FROM temp.leaving;
      INSERT OR IGNORE INTO temp.leavingPostings SELECT t.reversalId FROM transactions t
        JOIN temp.leaving l ON l.id = t.id WHERE t.reversalId IS NOT NULL;`)
    return this.#counts()
  }

  days(): readonly string[] {
    return this.#database
      .prepare<[], string>(
        'SELECT DISTINCT businessDate FROM clearingRuns WHERE id IN (SELECT id FROM temp.leavingRuns) ORDER BY 1',
      )
      .pluck()
      .all()
  }

  forEach(use: (table: string, row: Readonly<Record<string, unknown>>) => void): void {
    for (const [table, sql] of Object.entries(LEAVING))
      for (const row of this.#database.prepare<[], Readonly<Record<string, unknown>>>(sql).iterate())
        use(table, row)
  }

  remove(archive: Omit<RetentionArchive, 'carryId'>, carryId: number): boolean {
    const database = this.#database
    database
      .transaction(() => {
        // The sums of earlier archives are summed up again: there is one such posting, however often this runs.
        database.exec(`INSERT OR IGNORE INTO temp.leavingPostings
          SELECT carryId FROM retentionArchives WHERE carryId IS NOT NULL`)
        const carried = this.#carried(carryId)
        for (const sql of REMOVALS) database.exec(sql)
        const insert = database.prepare(
          'INSERT INTO ledger VALUES (:postingId, :index, :account, :owner, :amountMinor, :currency)',
        )
        for (const entry of carried) insert.run(entry)
        database.exec('UPDATE retentionArchives SET carryId = NULL')
        database
          .prepare(
            'INSERT INTO retentionArchives VALUES (:id, :name, :sha256, :ranAtMs, :actor, :beforeDay, :counts, :carryId)',
          )
          .run({
            ...archive,
            counts: JSON.stringify(archive.counts),
            carryId: carried.length === 0 ? null : carryId,
          })
        database.prepare('INSERT INTO retentionRuns SELECT id, ? FROM temp.leavingRuns').run(archive.id)
        const [finding] = findInBooks(database)
        if (finding !== undefined)
          throw new InvariantError(`retention would make the books wrong: ${finding.kind}`)
      })
      .immediate()
    return true
  }

  archives(): readonly RetentionArchive[] {
    return this.#database
      .prepare<[], Omit<RetentionArchive, 'counts' | 'carryId'> & { counts: string; carryId: number | null }>(
        'SELECT * FROM retentionArchives ORDER BY id',
      )
      .all()
      .map(({ counts, carryId, ...row }) => ({
        ...row,
        counts: JSON.parse(counts) as RetentionArchive['counts'],
        carryId: carryId ?? undefined,
      }))
  }

  /** Bytes of the file, and of pages in it that hold nothing. */
  space(): { readonly fileBytes: number; readonly freeBytes: number } {
    const [pageSize, pages, free] = ['page_size', 'page_count', 'freelist_count'].map((name) =>
      Number(this.#database.pragma(name, { simple: true })),
    )
    return { fileBytes: (pages ?? 0) * (pageSize ?? 0), freeBytes: (free ?? 0) * (pageSize ?? 0) }
  }

  /** Gives pages that hold nothing back to the disk; nobody else may use the file meanwhile, and it takes as much again. */
  vacuum(): void {
    this.#database.exec('VACUUM')
    this.#database.pragma('wal_checkpoint(TRUNCATE)')
  }

  /** Days with something that must stay, or that something refers to which stays, until nothing changes any more. */
  #keepWhatMustStay(): void {
    const database = this.#database
    const keep = database.prepare(`
      DELETE FROM temp.leavingRuns WHERE id IN (
        SELECT l.runId FROM temp.leaving l JOIN transactions t ON t.id = l.id
          JOIN clearingRuns r ON r.id = l.runId
          WHERE EXISTS (SELECT 1 FROM temp.stays s WHERE s.tid = t.tid AND r.businessDate >= s.fromDay)
             OR EXISTS (SELECT 1 FROM holds h WHERE h.id = t.id AND h.state = 'open')
             OR (t.originalId IS NOT NULL AND t.originalId NOT IN (SELECT id FROM temp.leaving)
                 AND EXISTS (SELECT 1 FROM transactions o WHERE o.id = t.originalId))
        UNION
        SELECT l.runId FROM temp.leaving l JOIN transactions u ON u.originalId = l.id
          WHERE u.id NOT IN (SELECT id FROM temp.leaving))`)
    const drop = database.prepare(
      'DELETE FROM temp.leaving WHERE runId NOT IN (SELECT id FROM temp.leavingRuns)',
    )
    while (keep.run().changes > 0) drop.run()
  }

  #counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      Object.entries(LEAVING).map(([table, sql]) => [
        table,
        Number(this.#database.prepare(`SELECT count(*) FROM (${sql})`).pluck().get()),
      ]),
    )
  }

  #carried(postingId: number): readonly LedgerEntryRow[] {
    return this.#database
      .prepare<[], Omit<LedgerEntryRow, 'postingId' | 'index'>>(
        `SELECT account, owner, sum(amountMinor) AS amountMinor, currency FROM ledger
         WHERE postingId IN (SELECT id FROM temp.leavingPostings)
         GROUP BY account, owner, currency HAVING sum(amountMinor) <> 0 ORDER BY account, owner, currency`,
      )
      .all()
      .map((row, index) => ({ postingId, index, ...row }))
  }
}
