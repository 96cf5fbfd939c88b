import { chmodSync, closeSync, existsSync, openSync } from 'node:fs'
import Database from 'better-sqlite3'

/** What is wrong with the back office's file, in one sentence that says what to do. */
export class OfficeError extends Error {
  override readonly name = 'OfficeError'
}

const BUSY_TIMEOUT_MS = 5000
/** Bytes `TILO`: another program's database is not ours to change. */
const APPLICATION_ID = 0x54494c4f

/**
 * The back office's own SQLite file, apart from the records of payments: people, orders, evidence, tickets. Each module
 * owns the tables that begin with its name, and brings them up to date by `migrate`.
 */
export class OfficeDatabase {
  readonly db: Database.Database

  /** `:memory:` or a path; made with mode 0600. @throws {OfficeError} when the file can't be used. */
  constructor(path: string) {
    let db: Database.Database | undefined
    try {
      if (path !== ':memory:') createPrivately(path)
      db = new Database(path, { timeout: BUSY_TIMEOUT_MS })
      const id = db.pragma('application_id', { simple: true })
      const isNew = db.prepare('SELECT count(*) AS n FROM sqlite_schema').pluck().get() === 0
      if (!isNew && id !== APPLICATION_ID)
        throw new OfficeError(`${path} is another program's database: move it away`)
      db.pragma('journal_mode = WAL')
      db.pragma('synchronous = FULL')
      db.pragma('foreign_keys = ON')
      // Nothing is written that stands there already: a host must start on a disk that is full.
      if (id !== APPLICATION_ID) db.pragma(`application_id = ${APPLICATION_ID}`)
      db.exec(
        'CREATE TABLE IF NOT EXISTS office_steps (module TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT',
      )
    } catch (error) {
      db?.close()
      throw error instanceof OfficeError ? error : unusable(path, error)
    }
    this.db = db
  }

  /**
   * Carries out those `steps` of a module that the file has not seen, in order and in one transaction. A step that was
   * released is never changed: a new one is added behind it.
   */
  migrate(module: string, steps: readonly string[]): void {
    this.transaction(() => {
      const done = this.db.prepare('SELECT count FROM office_steps WHERE module = ?').pluck().get(module) ?? 0
      if (typeof done !== 'number' || done > steps.length)
        throw new OfficeError(
          `the back office's file was written by a newer release (${module}): use that one`,
        )
      if (done === steps.length) return
      for (const step of steps.slice(done)) this.db.exec(step)
      this.db
        .prepare(
          'INSERT INTO office_steps VALUES (?, ?) ON CONFLICT (module) DO UPDATE SET count = excluded.count',
        )
        .run(module, steps.length)
    })
  }

  /** All that `act` writes becomes durable together, or nothing of it. May be nested. */
  transaction<T>(act: () => T): T {
    return this.db.transaction(act).immediate()
  }

  close(): void {
    this.db.close()
  }
}

function createPrivately(path: string): void {
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600))
  chmodSync(path, 0o600)
}

/** What SQLite and the system say when there is no room. */
const NO_ROOM: ReadonlySet<string> = new Set([
  'SQLITE_FULL',
  'SQLITE_IOERR_SHMSIZE',
  'SQLITE_IOERR_WRITE',
  'ENOSPC',
])

function unusable(path: string, error: unknown): OfficeError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (NO_ROOM.has(code)) return new OfficeError(`cannot use ${path}, the disk is full: free some space`)
  const reason = error instanceof Error ? error.message : 'unknown reason'
  return new OfficeError(
    `cannot use ${path} (${reason}): check the disk, or restore the file from your backup`,
  )
}
