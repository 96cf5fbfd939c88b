import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { LocalDateTime } from '../../base/ports.ts'
import type { JournalRecord } from '../flows/journal-record.ts'
import { applyRecord, type TerminalState } from '../flows/terminal-state.ts'
import type { RecordStore } from '../runtime/state-keeper.ts'
import type { AppendOutcome } from '../runtime/terminal-world.ts'
import { encodeRecord, linkOf } from './journal-chain.ts'
import {
  type JournalContent,
  readContent,
  readSettings,
  type Snapshot,
  writeSetting,
  writeSnapshot,
} from './journal-content.ts'
import { checkDatabase, createJournalFile, openForReading, openForWriting } from './journal-database.ts'
import { JournalFailure, journalFailureOf } from './journal-failure.ts'
import { type HeadMark, JournalHead, readHead } from './journal-head.ts'

export interface JournalOptions {
  /** Made with mode 0700 when it is not there. */
  readonly directory: string
  /** Size that the file may reach; beyond it an append fails as on a full disk. */
  readonly sizeMaxBytes?: number
}

const SIZE_MAX_BYTES = 512 * 1024 * 1024
const FILE = 'journal.db'
/** So much may stay empty in the file. */
const EMPTY_BYTES_MAX = 256 * 1024

/** The terminal's journal in SQLite: an append is durable when it returns, or nothing of it is there. */
export class SqliteJournal implements RecordStore {
  readonly #path: string
  readonly #lock: Database.Database
  readonly #database: Database.Database
  readonly #headFile: JournalHead
  readonly #insert: Database.Statement<[number, Uint8Array, string]>
  readonly #settings: Map<string, string>
  #head: HeadMark
  #open = true

  /** The fold of what was in the journal when it was opened. */
  readonly openingState: TerminalState

  constructor(path: string, lock: Database.Database, opened: OpenedJournal) {
    this.#path = path
    this.#lock = lock
    this.#database = opened.database
    this.#headFile = opened.headFile
    this.#settings = new Map(opened.settings)
    this.#head = opened.content.head
    this.openingState = opened.content.state
    this.#insert = opened.database.prepare('INSERT INTO record (sequence, body, link) VALUES (?, ?, ?)')
  }

  /** Number of the last record; 0 in an empty journal. */
  get lastSequence(): number {
    return this.#head.sequence
  }

  /** One transaction for all of `records`. `reason` of a failure is a message for the operator. */
  append(records: readonly JournalRecord[], done: (outcome: AppendOutcome) => void): void {
    done(this.#append(records))
  }

  #append(records: readonly JournalRecord[]): AppendOutcome {
    if (!this.#open) return { kind: 'failed', reason: `${this.#path} is closed` }
    try {
      let { sequence, link } = this.#head
      this.#database.transaction(() => {
        for (const record of records) {
          const body = encodeRecord(record)
          sequence++
          link = linkOf(link, sequence, body)
          this.#insert.run(sequence, body, link)
        }
      })()
      this.#head = { sequence, link }
      this.#headFile.write(this.#head)
      return { kind: 'durable' }
    } catch (error) {
      return { kind: 'failed', reason: journalFailureOf(error, this.#path).message }
    }
  }

  /** A value that is kept beside the records. */
  setting(name: string): string | undefined {
    return this.#settings.get(name)
  }

  /** @throws {JournalFailure} when it can't be made durable. */
  storeSetting(name: string, value: string): void {
    this.#guard(() => writeSetting(this.#database, name, value))
    this.#settings.set(name, value)
  }

  /** All records that are kept one by one, oldest first. @throws {JournalFailure} */
  records(): readonly JournalRecord[] {
    return this.#guard(() => readContent(this.#database, this.#path)).records.map(({ record }) => record)
  }

  /**
   * Replaces the records of settled batches by their fold; those of the last `keepBatches` and of the open
   * batch stay, but for those that were settled before `settledBefore`. All at once or not at all. Returns how many records went. @throws {JournalFailure}
   */
  compact(keepBatches: number, settledBefore?: LocalDateTime): number {
    return this.#guard(() => {
      const content = readContent(this.#database, this.#path)
      const snapshot = snapshotBefore(content, keepBatches, settledBefore)
      if (snapshot === undefined) return 0
      const count = this.#database
        .prepare('SELECT count(*) FROM record WHERE sequence <= ?')
        .pluck()
        .get(snapshot.sequence)
      this.#database.transaction(() => writeSnapshot(this.#database, snapshot))()
      this.#giveSpaceBack()
      return Number(count)
    })
  }

  /** Bytes that the file may still take, pages in it that hold nothing among them. */
  get roomBytes(): number {
    const [most, used, free, size] = ['max_page_count', 'page_count', 'freelist_count', 'page_size'].map(
      (name) => Number(this.#database.pragma(name, { simple: true })),
    )
    return ((most ?? 0) - (used ?? 0) + (free ?? 0)) * (size ?? 0)
  }

  /** Once much of the file is empty. It takes room itself: without any, the pages stay, and new records use them. */
  #giveSpaceBack(): void {
    const [used, free, size] = ['page_count', 'freelist_count', 'page_size'].map((name) =>
      Number(this.#database.pragma(name, { simple: true })),
    )
    if ((free ?? 0) * (size ?? 0) < EMPTY_BYTES_MAX || (free ?? 0) * 2 < (used ?? 0)) return
    try {
      this.#database.exec('VACUUM')
      this.#database.pragma('wal_checkpoint(TRUNCATE)')
    } catch (error) {
      if (!(error instanceof Database.SqliteError)) throw error
    }
  }

  /** Leaves one whole file without a write-ahead log, and lets go of the lock. */
  close(): void {
    if (!this.#open) return
    this.#open = false
    this.#database.close()
    this.#headFile.close()
    releaseLock(this.#lock)
  }

  #guard<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw journalFailureOf(error, this.#path)
    }
  }
}

interface OpenedJournal {
  readonly database: Database.Database
  readonly headFile: JournalHead
  readonly content: JournalContent
  readonly settings: ReadonlyMap<string, string>
}

/**
 * Opens the journal in a folder, or makes a new one, for this process alone.
 *
 * It is read from end to end first, without changing a byte. What is damaged stays as it is, and a copy of it
 * is laid beside it.
 *
 * @throws {JournalFailure} with one message that says what to do.
 */
export function openSqliteJournal(options: JournalOptions): SqliteJournal {
  const path = join(options.directory, FILE)
  try {
    mkdirSync(options.directory, { recursive: true, mode: 0o700 })
    const lock = takeLock(options.directory)
    try {
      return new SqliteJournal(path, lock, openFiles(path, options))
    } catch (error) {
      releaseLock(lock)
      throw error
    }
  } catch (error) {
    throw journalFailureOf(error, path)
  }
}

function openFiles(
  path: string,
  { directory, sizeMaxBytes = SIZE_MAX_BYTES }: JournalOptions,
): OpenedJournal {
  const headPath = join(directory, 'journal.head')
  const mark = readHead(headPath)
  if (!existsSync(path)) {
    if (mark !== undefined && mark !== 'damaged' && mark.sequence > 0) throw missing(path, 0, mark, directory)
    // SQLite would play a log that is left over into the new file.
    if (existsSync(`${path}-wal`))
      throw new JournalFailure(
        'recordsMissing',
        `${path} is gone, but ${path}-wal is there: put journal.db back, or remove journal.db-wal to begin with an empty journal`,
      )
    createJournalFile(path)
  }
  const { content, settings } = verify(path, directory, mark === 'damaged' ? undefined : mark)
  const database = openForWriting(path, sizeMaxBytes)
  try {
    const headFile = new JournalHead(headPath)
    headFile.write(content.head)
    return { database, headFile, content, settings }
  } catch (error) {
    database.close()
    throw error
  }
}

/** Reads everything; a finding is thrown with the place of the copy in it. */
function verify(
  path: string,
  directory: string,
  mark: HeadMark | undefined,
): Pick<OpenedJournal, 'content' | 'settings'> {
  try {
    const database = openForReading(path)
    try {
      checkDatabase(database, path)
      const content = readContent(database, path)
      checkHead(content, mark, path, directory)
      return { content, settings: readSettings(database, path) }
    } finally {
      database.close()
    }
  } catch (error) {
    const failure = journalFailureOf(error, path)
    if (failure.kind !== 'corrupt' && failure.kind !== 'notAJournal') throw failure
    throw new JournalFailure(failure.kind, `${failure.message}. ${advice(keepCopy(path, directory), path)}`)
  }
}

function checkHead(
  content: JournalContent,
  mark: HeadMark | undefined,
  path: string,
  directory: string,
): void {
  if (mark === undefined) return
  const { snapshot, records, head } = content
  if (mark.sequence > head.sequence) throw missing(path, head.sequence, mark, directory)
  if (mark.sequence < snapshot.sequence) return
  const link =
    mark.sequence === snapshot.sequence
      ? snapshot.link
      : records.find(({ sequence }) => sequence === mark.sequence)?.link
  if (link !== mark.link)
    throw new JournalFailure(
      'corrupt',
      `${path} is damaged: record ${mark.sequence} is not the one that was written`,
    )
}

function missing(path: string, found: number, mark: HeadMark, directory: string): JournalFailure {
  return new JournalFailure(
    'recordsMissing',
    `${path} ends at record ${found}, but ${mark.sequence} had been written: put the newest copy of journal.db and ` +
      `journal.db-wal back; if there is none, remove ${join(directory, 'journal.head')} to go on without them, ` +
      'and compare the batch with the acquirer',
  )
}

function advice(copy: string, path: string): string {
  return (
    `Nothing was changed; a copy is in ${copy}. Put a good copy back, or move ${path}* and journal.head away ` +
    'to begin with an empty journal, and settle what was open with the acquirer'
  )
}

/** Copies the files once for each state of damage; a second start finds the copy. */
function keepCopy(path: string, directory: string): string {
  const hash = createHash('sha256')
  const files = ['', '-wal'].filter((suffix) => existsSync(`${path}${suffix}`))
  for (const suffix of files) hash.update(readFileSync(`${path}${suffix}`))
  const copy = join(directory, `journal-damaged-${hash.digest('hex').slice(0, 12)}`)
  if (existsSync(copy)) return copy
  mkdirSync(copy, { mode: 0o700 })
  for (const suffix of files) copyFileSync(`${path}${suffix}`, join(copy, `${FILE}${suffix}`))
  return copy
}

function snapshotBefore(
  content: JournalContent,
  keepBatches: number,
  settledBefore: LocalDateTime | undefined,
): Snapshot | undefined {
  const ends = content.records.flatMap(({ record, ...mark }) =>
    record.kind === 'batchClosed' ? [{ ...mark, settledAt: record.summary.localTime }] : [],
  )
  const isOld = ({ settledAt }: { readonly settledAt: LocalDateTime }): boolean =>
    settledBefore !== undefined && sortable(settledAt) < sortable(settledBefore)
  const last = ends.filter((end, index) => index < ends.length - keepBatches || isOld(end)).at(-1)
  if (last === undefined) return undefined
  let { state } = content.snapshot
  for (const { sequence, record } of content.records) {
    if (sequence > last.sequence) break
    state = applyRecord(state, record)
  }
  return { sequence: last.sequence, link: last.link, state }
}

function sortable({ year, month, day, hour, minute, second }: LocalDateTime): number {
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

/**
 * A lock of the operating system, which ends with the process however it ends. It is on a file of its own:
 * a lock on the journal would be lost as soon as anything in this process read the journal's bytes.
 */
function takeLock(directory: string): Database.Database {
  const lock = new Database(join(directory, 'journal.lock'), { timeout: 0 })
  try {
    lock.exec('BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    lock.close()
    throw error
  }
}

function releaseLock(lock: Database.Database): void {
  lock.exec('ROLLBACK')
  lock.close()
}
