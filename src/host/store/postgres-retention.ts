import { InvariantError } from '../../base/invariant.ts'
import type { LedgerEntryRow } from '../core/records.ts'
import type { OldSignature, RetentionArchive, RetentionAsk } from '../core/retention-port.ts'
import { BOOKS_CHECKS } from './books-checks.ts'
import { CLEARING_CHECKS } from './clearing-checks.ts'
import { type OfficeCopy, officeTaken } from './postgres-office.ts'
import { STORED } from './postgres-reads.ts'
import {
  ARCHIVE_COLUMNS,
  GOING_COUNTS,
  GOING_REMOVALS,
  GOING_TABLES,
  ITEM_COLUMNS,
  SIGNATURE_COLUMNS,
  RETENTION_STATEMENTS as SQL,
} from './postgres-retention-sql.ts'
import { BEGIN, COMMIT, type PostgresSession, ROLLBACK, type Statement, step } from './postgres-session.ts'
import type { PostgresStore } from './postgres-store.ts'
import { arrayOf, type Fields, rowReader } from './postgres-values.ts'
import { insert, put } from './postgres-writer.ts'
import { EXPLAINS, LEDGER } from './sqlite-books-rows.ts'
import type { Mapping } from './sqlite-mapping.ts'

type StoredArchive = Omit<RetentionArchive, 'counts' | 'carryId'> & {
  readonly counts: string
  readonly carryId: number | null
}

const ARCHIVES: Mapping<StoredArchive> = {
  table: 'retentionArchives',
  columns: ARCHIVE_COLUMNS,
  values: (row) => [
    ...[row.id, row.name, row.sha256, row.ranAtMs, row.actor, row.beforeDay, row.counts, row.carryId],
  ],
}
const PUT_ARCHIVE = insert(ARCHIVES)
const PUT_ENTRIES = insert(LEDGER)

/** For the test that reads every statement. */
export const ALL_RETENTION_STATEMENTS: readonly Statement[] = [
  ...Object.values(SQL),
  ...GOING_COUNTS,
  ...GOING_REMOVALS,
  PUT_ARCHIVE.statement,
]

const READ = {
  archive: rowReader<StoredArchive>('retentionArchives', ARCHIVE_COLUMNS),
  item: rowReader<RetainedRow>('clearedItems', ITEM_COLUMNS),
  explain: rowReader<RetainedRow>('explains', ['id', ...EXPLAINS.columns]),
  signature: rowReader<OldSignature>('signatures', SIGNATURE_COLUMNS),
}

const BATCHES_AT_ONCE = 50
const ROWS_AT_ONCE = 2000
const SIGNATURES_AT_ONCE = 500

type RetainedRow = Readonly<Record<string, unknown>>

/** Runs of clearing that may go, with what hangs on them. */
export interface RetentionChoice {
  readonly ask: RetentionAsk
  readonly runs: readonly number[]
  readonly days: readonly string[]
  readonly counts: Readonly<Record<string, number>>
}

/** Rows by table, and where to go on from. */
export interface RetainedPiece<Place> {
  readonly rows: readonly (readonly [table: string, rows: readonly RetainedRow[]])[]
  readonly after: Place
}

export interface BatchPlace {
  readonly tid: string
  readonly batchNumber: number
}

/**
 * Takes old, cleared days out of a shared database, beside hosts that go on. Only who holds the back office takes rows out: what
 * went is written down there.
 */
export class PostgresRetention {
  readonly #store: PostgresStore
  readonly #office: OfficeCopy

  constructor(store: PostgresStore, office: OfficeCopy) {
    this.#store = store
    this.#office = office
  }

  choose(ask: RetentionAsk): Promise<RetentionChoice> {
    return this.#store.together(async (session) => {
      let runs = numbersOf(await asked(session, SQL.old, ask.beforeDay))
      for (;;) {
        const staying = new Set(await stayingRuns(session, runs, ask))
        if (staying.size === 0) break
        runs = runs.filter((run) => !staying.has(run))
      }
      const counts = await countsOf(session, runs)
      const [explains = 0] = numbersOf(await asked(session, SQL.explainCount, ask.explainsBeforeMs))
      const days = (await asked(session, SQL.days, arrayOf(runs))).map(([day]) => day ?? '')
      return { ask, runs, days, counts: { ...counts, explains } }
    })
  }

  /** Rows of the next batches; undefined when there are no more. */
  batchRows(runs: readonly number[], after: BatchPlace): Promise<RetainedPiece<BatchPlace> | undefined> {
    return this.#store.together(async (session) => {
      const keys = await asked(
        session,
        SQL.batches,
        arrayOf(runs),
        after.tid,
        after.batchNumber,
        BATCHES_AT_ONCE,
      )
      const last = keys.at(-1)
      if (last === undefined) return undefined
      const named = [
        arrayOf(keys.map(([tid]) => tid ?? '')),
        arrayOf(keys.map(([, number]) => Number(number))),
      ]
      const read = async (table: string, statement: Statement, reader: (fields: Fields) => unknown) =>
        [
          table,
          (await asked(session, statement, ...named)).map((fields) => reader(fields) as RetainedRow),
        ] as const
      const rows = [
        await read('transactions', SQL.transactions, STORED.transaction),
        await read('ledger', SQL.entries, STORED.entry),
        await read('clearedItems', SQL.items, READ.item),
        await read('holds', SQL.holds, STORED.hold),
        await read('uploads', SQL.uploads, STORED.upload),
      ]
      return { rows, after: { tid: last[0] ?? '', batchNumber: Number(last[1]) } }
    })
  }

  /** The next explanations that go; undefined when there are no more. */
  async explains(beforeMs: number, after: number): Promise<RetainedPiece<number> | undefined> {
    const rows = (await this.#ask(SQL.explains, beforeMs, after, ROWS_AT_ONCE)).map(READ.explain)
    const last = rows.at(-1)
    return last === undefined ? undefined : { rows: [['explains', rows]], after: Number(last['id']) }
  }

  /** The next signatures that were received before a moment. */
  async signatures(atMs: number, after: number): Promise<readonly OldSignature[]> {
    return (await this.#ask(SQL.signatures, atMs, after, SIGNATURES_AT_ONCE)).map(READ.signature)
  }

  async removeSignatures(transactionIds: readonly number[]): Promise<void> {
    await this.#ask(SQL.dropSignatures, arrayOf(transactionIds))
  }

  async archives(): Promise<readonly RetentionArchive[]> {
    return (await this.#ask(SQL.archives)).map(READ.archive).map(({ counts, carryId, ...row }) => ({
      ...row,
      counts: JSON.parse(counts) as RetentionArchive['counts'],
      carryId: carryId ?? undefined,
    }))
  }

  checkBooks(): ReturnType<PostgresStore['checkBooks']> {
    return this.#store.checkBooks()
  }

  /**
   * Takes rows out and writes down where they are, in one transaction. False, and nothing was changed, when hosts have changed
   * meanwhile what was to go.
   */
  remove(
    choice: RetentionChoice,
    archive: Omit<RetentionArchive, 'carryId'>,
    carryId: number,
  ): Promise<boolean> {
    return this.#store.together(async (session) => {
      const [, held] = await session.run([BEGIN, ...this.#office.fence()])
      if (held?.length !== 1) throw officeTaken()
      if (!(await isAsChosen(session, choice))) {
        await session.run([ROLLBACK])
        return false
      }
      await takeOut(session, choice, archive, carryId)
      await proveBooks(session)
      await session.run([COMMIT], true)
      return true
    })
  }

  #ask(statement: Statement, ...values: readonly (string | number)[]): Promise<readonly Fields[]> {
    return this.#store.together((session) => asked(session, statement, ...values))
  }
}

/** Locks what goes: from then on nobody refers to it. What referred to it before is seen by the statements after the lock. */
async function isAsChosen(
  session: PostgresSession,
  { ask, runs, counts }: RetentionChoice,
): Promise<boolean> {
  await asked(session, SQL.lock, arrayOf(runs))
  if ((await stayingRuns(session, runs, ask)).length > 0) return false
  const now = await countsOf(session, runs)
  return GOING_TABLES.every((table) => now[table] === counts[table])
}

async function takeOut(
  session: PostgresSession,
  { ask, runs }: RetentionChoice,
  archive: Omit<RetentionArchive, 'carryId'>,
  carryId: number,
): Promise<void> {
  const named = arrayOf(runs)
  const carried = (await asked(session, SQL.carried, named)).map(
    ([account, owner, currency, amount], index): LedgerEntryRow => ({
      ...{ postingId: carryId, index, account: account as LedgerEntryRow['account'], owner: owner ?? '' },
      ...{ amountMinor: Number(amount), currency: currency ?? '' },
    }),
  )
  const row = {
    ...archive,
    counts: JSON.stringify(archive.counts),
    carryId: carried.length === 0 ? null : carryId,
  }
  await session.run(
    [
      ...GOING_REMOVALS.map((statement) => step(statement, named)),
      step(SQL.dropCarried),
      step(SQL.dropExplains, ask.explainsBeforeMs),
      ...put(PUT_ENTRIES, carried),
      step(SQL.forgetCarried),
      ...put(PUT_ARCHIVE, [row]),
      step(SQL.noteRuns, named, archive.id),
    ],
    true,
  )
}

/** Each check is one statement, and so looks at one moment, with what this transaction has changed. */
async function proveBooks(session: PostgresSession): Promise<void> {
  for (const { kind, sql } of [...BOOKS_CHECKS, ...CLEARING_CHECKS])
    if ((await asked(session, { name: '', text: sql })).length > 0)
      throw new InvariantError(`retention would make the books wrong: ${kind}`)
}

async function stayingRuns(
  session: PostgresSession,
  runs: readonly number[],
  { stays }: RetentionAsk,
): Promise<readonly number[]> {
  if (runs.length === 0) return []
  const [tids, days] = [stays.map(({ tid }) => tid), stays.map(({ fromDay }) => fromDay)]
  return numbersOf(await asked(session, SQL.staying, arrayOf(runs), arrayOf(tids), arrayOf(days)))
}

async function countsOf(
  session: PostgresSession,
  runs: readonly number[],
): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = Object.fromEntries(GOING_TABLES.map((table) => [table, 0]))
  if (runs.length === 0) return counts
  for (const [index, table] of GOING_TABLES.entries()) {
    const statement = GOING_COUNTS[index]
    if (statement !== undefined)
      counts[table] = numbersOf(await asked(session, statement, arrayOf(runs)))[0] ?? 0
  }
  return counts
}

async function asked(
  session: PostgresSession,
  statement: Statement,
  ...values: readonly (string | number)[]
): Promise<readonly Fields[]> {
  const [rows = []] = await session.run([step(statement, ...values)], true)
  return rows
}

function numbersOf(rows: readonly Fields[]): readonly number[] {
  return rows.map(([value]) => Number(value))
}
