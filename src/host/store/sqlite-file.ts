import { chmodSync, closeSync, existsSync, openSync, statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { StoreError } from '../core/store-port.ts'
import { MIGRATIONS } from './sqlite-schema.ts'

export interface OpenDatabase {
  readonly database: Database.Database
  /** Holds the lock of this process; undefined for a database in memory. */
  readonly lock: Database.Database | undefined
}

/** Bytes `TILW` at their place in the file's head: another program's database is not ours to change. */
const APPLICATION_ID = 0x54494c57
const BUSY_TIMEOUT_MS = 5000
const CACHE_SIZE_KIB = 65_536
/**
 * 32 MiB of log before a commit copies it into the file. Pages come again: the longer the log, the fewer are copied; SQLite's
 * own 1 000 are a tenth of the cost of an authorisation once the books are long.
 */
const LOG_PAGES = 8000
/** Above this size a start does not read the whole file; its head, its log and its schema are still checked. */
const FULL_CHECK_SIZE_MAX = 64 * 1024 * 1024

/**
 * Opens or creates the file with mode 0600, takes the lock, checks it and brings its schema up to date.
 *
 * @throws {StoreError} with one line that says what to do.
 */
export function openDatabase(path: string): OpenDatabase {
  if (path === ':memory:') {
    const database = new Database(path)
    migrate(database)
    return { database, lock: undefined }
  }
  const lock = takeLock(path)
  let database: Database.Database | undefined
  try {
    createPrivately(path)
    database = new Database(path, { timeout: BUSY_TIMEOUT_MS })
    // Nothing is written before it is sure whose file it is and that it is whole.
    identify(database, path)
    check(database, path)
    database.pragma('journal_mode = WAL')
    configure(database)
    migrate(database)
    return { database, lock }
  } catch (error) {
    database?.close()
    lock.close()
    throw error instanceof StoreError ? error : unusable(path, error)
  }
}

/** How each connection to the file works: a commit that returned is on the disk; pages that come often stay in memory. */
export function configure(database: Database.Database): void {
  database.pragma('synchronous = FULL')
  database.pragma(`cache_size = ${0 - CACHE_SIZE_KIB}`)
  database.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`)
  database.pragma(`wal_autocheckpoint = ${LOG_PAGES}`)
}

export function closeDatabase({ database, lock }: OpenDatabase): void {
  database.close()
  lock?.close()
}

/** A lock that the system takes back when this process dies, in whatever way. */
function takeLock(path: string): Database.Database {
  const lockPath = `${path}.lock`
  try {
    createPrivately(lockPath)
    const lock = new Database(lockPath, { timeout: 0 })
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    if (codeOf(error).startsWith('SQLITE_BUSY')) {
      throw new StoreError(`another host holds ${path}: stop it, or give this one another data directory`)
    }
    throw unusable(path, error)
  }
}

function createPrivately(path: string): void {
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600))
  chmodSync(path, 0o600)
}

function identify(database: Database.Database, path: string): void {
  const owner = Number(database.pragma('application_id', { simple: true }))
  const tables = database.prepare('SELECT count(*) AS count FROM sqlite_schema').get() as { count: number }
  if (owner !== APPLICATION_ID && (owner !== 0 || tables.count > 0)) {
    throw new StoreError(`${path} is a database of another program: give another data directory`)
  }
  const version = versionOf(database)
  if (version > MIGRATIONS.length) {
    throw new StoreError(
      `${path} has schema ${version}, this program knows up to ${MIGRATIONS.length}: use a newer program`,
    )
  }
}

function versionOf(database: Database.Database): number {
  return Number(database.pragma('user_version', { simple: true }))
}

function migrate(database: Database.Database): void {
  const version = versionOf(database)
  if (version === MIGRATIONS.length) return
  database
    .transaction(() => {
      for (const step of MIGRATIONS.slice(version)) database.exec(step)
      database.pragma(`application_id = ${APPLICATION_ID}`)
      database.pragma(`user_version = ${MIGRATIONS.length}`)
    })
    .immediate()
}

function check(database: Database.Database, path: string): void {
  if (statSync(path).size > FULL_CHECK_SIZE_MAX) return
  const answer = String(database.pragma('quick_check(1)', { simple: true }))
  if (answer !== 'ok') throw damaged(path)
}

function damaged(path: string): StoreError {
  return new StoreError(`${path} is damaged: move it away and restore the last copy of it`)
}

function unusable(path: string, error: unknown): StoreError {
  const code = codeOf(error)
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') return damaged(path)
  if (code === 'SQLITE_FULL' || code === 'ENOSPC' || NO_ROOM_CODES.has(code))
    return new StoreError(`${path} can't be used, the disk is full: free some space`)
  if (code === 'EACCES' || code === 'EPERM' || code === 'SQLITE_READONLY') {
    return new StoreError(`${path} may not be written: check its owner and mode`)
  }
  if (code === 'EROFS')
    return new StoreError(`${path} may not be written, the disk is read-only: make it writable`)
  if (code === 'ENOENT' || code === 'SQLITE_CANTOPEN') {
    return new StoreError(`${path} can't be opened: make its directory first`)
  }
  return new StoreError(`${path} can't be used: ${code === '' ? 'unknown reason' : code}`, { cause: error })
}

/**
 * Writes that failed before the commit: nothing was kept, and the next attempt may succeed. A failed fsync is none of
 * them: what is on the disk after it nobody knows.
 */
const NO_ROOM_CODES: ReadonlySet<string> = new Set([
  'SQLITE_IOERR_WRITE',
  'SQLITE_IOERR_SHMSIZE',
  'SQLITE_IOERR_TRUNCATE',
])

/** What a failed read or write means to the caller; bugs stay what they are. */
export function storeErrorOf(error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return error
  if (error.code.startsWith('SQLITE_CONSTRAINT')) return error
  if (error.code === 'SQLITE_FULL')
    return new StoreError('the disk is full: free some space', { kind: 'full' })
  if (NO_ROOM_CODES.has(error.code)) {
    return new StoreError(
      `the disk takes nothing more (${error.code}): make it writable, or free some space`,
      { kind: 'full' },
    )
  }
  if (error.code.startsWith('SQLITE_CORRUPT')) {
    return new StoreError('the host database is damaged: move it away and restore the last copy of it')
  }
  return new StoreError(`the host database can't be used: ${error.code}`, { cause: error })
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : ''
}
