import { chmodSync, closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { JournalFailure } from './journal-failure.ts'

const JOURNAL_VERSION = 1
/** `TWJ1`: tells a journal from any other SQLite file. */
const APPLICATION_ID = 0x54574a31
/** The tables of a journal, as SQL. */
export const JOURNAL_TABLES: readonly string[] = [
  'CREATE TABLE record (sequence INTEGER PRIMARY KEY, body BLOB NOT NULL, link TEXT NOT NULL) STRICT',
  'CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL, seal TEXT NOT NULL) STRICT',
  'CREATE TABLE snapshot (sequence INTEGER PRIMARY KEY, body BLOB NOT NULL, link TEXT NOT NULL, seal TEXT NOT NULL) STRICT',
]

/** Makes an empty journal at `path` so that it is there whole or not at all. Mode 0600. */
export function createJournalFile(path: string): void {
  const unfinished = `${path}.new`
  rmSync(unfinished, { force: true })
  closeSync(openSync(unfinished, 'wx', 0o600))
  const database = new Database(unfinished)
  try {
    database.pragma('synchronous = FULL')
    database.transaction(() => {
      for (const table of JOURNAL_TABLES) database.exec(table)
      database.pragma(`application_id = ${APPLICATION_ID}`)
      database.pragma(`user_version = ${JOURNAL_VERSION}`)
    })()
  } finally {
    database.close()
  }
  renameSync(unfinished, path)
  synchronizeFolder(dirname(path))
}

/** Opens an existing journal for reading only: not a byte of it is changed, nor its write-ahead log. */
export function openForReading(path: string): Database.Database {
  const database = new Database(path, { readonly: true, fileMustExist: true })
  database.pragma('cell_size_check = ON')
  database.pragma('trusted_schema = OFF')
  return database
}

/** Opens an existing journal so that a commit is durable when it returns. `sizeMaxBytes`: of the file. */
export function openForWriting(path: string, sizeMaxBytes: number): Database.Database {
  const database = new Database(path, { fileMustExist: true })
  try {
    chmodSync(path, 0o600)
    database.pragma('journal_mode = WAL')
    database.pragma('synchronous = FULL')
    database.pragma('trusted_schema = OFF')
    const pageSize = Number(database.pragma('page_size', { simple: true }))
    database.pragma(`max_page_count = ${Math.floor(sizeMaxBytes / pageSize)}`)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** That it is a journal of this version and that SQLite finds it whole. @throws {JournalFailure} */
export function checkDatabase(database: Database.Database, path: string): void {
  if (database.pragma('application_id', { simple: true }) !== APPLICATION_ID)
    throw new JournalFailure('notAJournal', `${path} is not a terminal journal`)
  const version = Number(database.pragma('user_version', { simple: true }))
  if (version !== JOURNAL_VERSION)
    throw new JournalFailure(
      'wrongVersion',
      `${path} has version ${version} and this program writes version ${JOURNAL_VERSION}: start it with the program that wrote it`,
    )
  const findings = database.pragma('integrity_check') as readonly { readonly integrity_check: string }[]
  if (findings.length !== 1 || findings[0]?.integrity_check !== 'ok')
    throw new JournalFailure('corrupt', `${path} is damaged`)
  const schema = database
    .prepare('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY sql')
    .pluck()
    .all()
  if (schema.join('\n') !== JOURNAL_TABLES.join('\n'))
    throw new JournalFailure('corrupt', `${path} is damaged: its tables are not those of a journal`)
}

/** Makes a rename or a new file in `folder` survive a power cut. */
function synchronizeFolder(folder: string): void {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
