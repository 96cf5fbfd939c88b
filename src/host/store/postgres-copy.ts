import { createHash } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { StoreError } from '../core/store-port.ts'
import { readLines } from './line-file.ts'
import { postgresErrorOf } from './postgres-errors.ts'
import { migratePostgres } from './postgres-migrate.ts'
import type { PostgresPlace } from './postgres-place.ts'
import { BEGIN, COMMIT, ONE_MOMENT, PostgresSession, ROLLBACK, type Step, step } from './postgres-session.ts'
import { type Fields, transposed } from './postgres-values.ts'

/** Beneath the folder of a copy: one file a table, rows as JSON arrays of texts, the names of the columns first. */
export const COPY_FOLDER = 'shared'
const SCHEMA_TABLE = 'tillwireschema'
/** What hosts told the console within the last hour: nobody misses it. */
const LEFT_OUT: ReadonlySet<string> = new Set([SCHEMA_TABLE, 'hostnews'])
const ROWS_AT_ONCE = 2000
/** Pages of the back office are 4 KB. */
const BYTES_AT_ONCE = 4 * 1024 * 1024

/** Figures of the books by name: the same before and after, or something was lost. */
export type CopyBooks = Readonly<Record<string, string | number>>

interface Table {
  readonly name: string
  /** Without what the server numbers by itself. */
  readonly columns: readonly { readonly name: string; readonly type: string }[]
}

const TYPES: ReadonlySet<string> = new Set(['bigint', 'text', 'bytea'])

/** Writes all records and the back office as they are at one moment into files of `folder`, while hosts go on. Rejects with `StoreError`. */
export function copyDatabase(place: PostgresPlace, folder: string): Promise<CopyBooks> {
  return inOneMoment(place, async (session) => {
    mkdirSync(join(folder, COPY_FOLDER), { recursive: true, mode: 0o700 })
    for (const table of await tablesOf(session)) await writeTable(session, table, folder)
    return booksOf(session)
  })
}

/** The books as they are at this moment. */
export function databaseBooks(place: PostgresPlace): Promise<CopyBooks> {
  return inOneMoment(place, booksOf)
}

/**
 * Puts the files that `copyDatabase` wrote into a database without tables, in the schema that they were written with, and brings
 * that up to date. Rejects with `StoreError`; the database has no tables then.
 */
export async function loadDatabase(place: PostgresPlace, folder: string, version: number): Promise<void> {
  const session = await PostgresSession.open(place)
  try {
    if ((await tablesOf(session, true)).length > 0)
      throw new StoreError(`${place.name} is not empty: give --store a database without tables`)
    try {
      await migratePostgres(session, place.name, version)
      for (const table of await tablesOf(session)) await readTable(session, table, folder)
      await migratePostgres(session, place.name)
    } catch (error) {
      await session.run([ROLLBACK]).catch(() => {})
      await dropTables(session)
      throw error
    }
  } catch (error) {
    throw postgresErrorOf(error, place.name)
  } finally {
    await session.end()
  }
}

/** Runs `work` with the address of a schema of its own beside what is there, and drops that whatever happens. */
export async function withTrialSchema<T>(
  place: PostgresPlace,
  address: string,
  work: (address: string) => Promise<T>,
): Promise<T> {
  const name = `tillwire_trial_${process.pid}_${Date.now()}`
  const session = await PostgresSession.open(place)
  try {
    await session.run([plain(`CREATE SCHEMA ${name}`)])
    try {
      const url = new URL(address)
      url.searchParams.set('options', `-c search_path=${name}`)
      return await work(url.href)
    } finally {
      await session.run([plain(`DROP SCHEMA ${name} CASCADE`)], true)
    }
  } catch (error) {
    throw postgresErrorOf(error, place.name)
  } finally {
    await session.end()
  }
}

/** Leaves numbers out, and lets the first console have the back office at once. */
export async function makeUsable(place: PostgresPlace, numbersLeftOut: number): Promise<void> {
  await inOneMoment(place, async (session) => {
    await session.run([
      step({ name: '', text: 'UPDATE numbers SET next = next + $1::bigint WHERE one = 1' }, numbersLeftOut),
      plain("UPDATE officeLease SET holder = '', epoch = epoch + 1 WHERE one = 1"),
    ])
  })
}

/** Takes the tables away that `loadDatabase` made. */
export async function emptyDatabase(place: PostgresPlace): Promise<void> {
  const session = await PostgresSession.open(place)
  try {
    await dropTables(session)
  } finally {
    await session.end()
  }
}

async function inOneMoment<T>(
  place: PostgresPlace,
  work: (session: PostgresSession) => Promise<T>,
): Promise<T> {
  const session = await PostgresSession.open(place)
  try {
    await session.run([step(ONE_MOMENT)])
    const done = await work(session)
    await session.run([COMMIT])
    return done
  } catch (error) {
    throw postgresErrorOf(error, place.name)
  } finally {
    await session.end()
  }
}

async function tablesOf(session: PostgresSession, all = false): Promise<readonly Table[]> {
  const rows = await asked(
    session,
    `SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c
     JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
     WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' AND c.is_identity = 'NO'
     ORDER BY c.table_name, c.ordinal_position`,
  )
  const tables = new Map<string, { name: string; type: string }[]>()
  for (const [table = '', name, type] of rows) {
    if (table === null || (!all && LEFT_OUT.has(table))) continue
    const columns = tables.get(table) ?? []
    columns.push({ name: name ?? '', type: type ?? '' })
    tables.set(table, columns)
  }
  return [...tables].map(([name, columns]) => ({ name, columns }))
}

async function writeTable(session: PostgresSession, { name, columns }: Table, folder: string): Promise<void> {
  const names = columns.map((column) => column.name)
  const file = openSync(join(folder, COPY_FOLDER, `${name}.jsonl`), 'wx', 0o600)
  try {
    writeSync(file, `${JSON.stringify(names)}\n`)
    const list = names.map((column) => `"${column}"`).join(', ')
    await session.run([plain(`DECLARE rows_of_table CURSOR FOR SELECT ${list} FROM ${name}`)], true)
    for (;;) {
      const rows = await asked(session, `FETCH ${ROWS_AT_ONCE} FROM rows_of_table`)
      if (rows.length === 0) break
      writeSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
    }
    await session.run([plain('CLOSE rows_of_table')])
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

async function readTable(session: PostgresSession, { name, columns }: Table, folder: string): Promise<void> {
  const path = join(folder, COPY_FOLDER, `${name}.jsonl`)
  if (!existsSync(path)) throw new StoreError(`the backup has no table ${name}: take another one`)
  const types = new Map(columns.map((column) => [column.name, column.type]))
  let names: readonly string[] | undefined
  let rows: Fields[] = []
  let size = 0
  const put = async (): Promise<void> => {
    if (names === undefined || rows.length === 0) return
    const casts = names.map((column, index) => `$${index + 1}::${typeOf(types, name, column)}[]`).join(', ')
    const list = names.map((column) => `"${column}"`).join(', ')
    const text = `INSERT INTO ${name} (${list}) SELECT * FROM unnest(${casts})`
    await session.run(
      [{ statement: { name: '', text }, values: transposed(names.length, rows.map(valuesOf)) }],
      true,
    )
    rows = []
    size = 0
  }
  // Rows that the schema begins with are those of the backup.
  await session.run([BEGIN, plain(`DELETE FROM ${name}`)])
  for (const line of readLines(path)) {
    const read = JSON.parse(line) as Fields
    if (names === undefined) {
      names = read.map((column) => column ?? '')
      continue
    }
    rows.push(read)
    size += line.length
    if (rows.length >= ROWS_AT_ONCE || size > BYTES_AT_ONCE) await put()
  }
  await put()
  await session.run([COMMIT])
}

function typeOf(types: ReadonlyMap<string, string>, table: string, column: string): string {
  const type = types.get(column)
  if (type !== undefined && TYPES.has(type)) return type
  throw new StoreError(`the backup's table ${table} has a column that is not known here: use a newer program`)
}

const valuesOf = (row: Fields): readonly (string | null)[] => row

async function dropTables(session: PostgresSession): Promise<void> {
  for (const { name } of await tablesOf(session, true)) await session.run([plain(`DROP TABLE ${name}`)], true)
}

/** Rows of each table; sums of transactions by state, of the ledger by account; batches; the back office byte by byte. */
async function booksOf(session: PostgresSession): Promise<CopyBooks> {
  const books: Record<string, string | number> = {}
  for (const { name } of await tablesOf(session)) {
    const [[count] = []] = await asked(session, `SELECT count(*) FROM ${name}`)
    books[`shared/${name}`] = Number(count)
  }
  for (const sql of FIGURES)
    for (const [name, value] of await asked(session, sql)) books[name ?? ''] = Number(value)
  const hash = createHash('sha256')
  for (const [page, body] of await asked(session, 'SELECT page, body FROM officePages ORDER BY page'))
    hash.update(`${page} ${body}\n`)
  for (const [name, digest] of await asked(session, 'SELECT name, digest FROM officeFiles ORDER BY name'))
    hash.update(`${name} ${digest}\n`)
  return { ...books, 'back office': hash.digest('hex') }
}

const FIGURES: readonly string[] = [
  "SELECT 'schema', version FROM tillwireSchema WHERE one = 1",
  "SELECT 'transactions', count(*) FROM transactions",
  `SELECT 'transactions ' || state || ' ' || currency, sum(approvedMinor) FROM transactions GROUP BY state, currency`,
  `SELECT 'ledger ' || account || ' ' || currency, sum(amountMinor) FROM ledger GROUP BY account, currency`,
  `SELECT 'batches ' || state, count(*) FROM batches GROUP BY state`,
  `SELECT 'last transaction', coalesce(max(id), 0) FROM transactions`,
  `SELECT 'balances ' || currency, sum(balanceMinor) FROM accounts GROUP BY currency`,
]

function plain(text: string): Step {
  return step({ name: '', text })
}

async function asked(session: PostgresSession, text: string): Promise<readonly Fields[]> {
  const [rows = []] = await session.run([plain(text)], true)
  return rows
}
