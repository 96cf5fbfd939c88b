import { readlinkSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { workerData } from 'node:worker_threads'
import Database from 'better-sqlite3'
import type { CheckpointWorkerData } from './commit-thread.ts'
import { configure } from './sqlite-file.ts'

// The thread that copies what is committed from the write-ahead log into the file, so that no commit has to wait for that.

const LOOK_EVERY_MS = 100
/** 16 MiB. Less is left alone: the same pages often come again. */
const PENDING_PAGES_MIN = 4096

/** Lets the threads that decide and commit go first. Where the system can't do that for one thread, nothing changes. */
function stepBack(): void {
  try {
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1))
    setPriority(thread, constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // It competes with them then.
  }
}

/** What SQLite says of its log, in pages. */
interface LogState {
  readonly log: number
  /** Those of them that are in the file as well. */
  readonly checkpointed: number
}

const { path } = workerData as CheckpointWorkerData
const database = new Database(path, { fileMustExist: true })
configure(database)

/** Pages that only the log has. Its size says nothing of them: it never shrinks. */
function pendingPages(): number {
  // Looks and copies nothing. SQLite before 3.51 knows no such thing and copies what there is.
  const [state] = database.pragma('wal_checkpoint(NOOP)') as readonly LogState[]
  return state === undefined ? 0 : state.log - state.checkpointed
}

stepBack()
setInterval(() => {
  try {
    // Passive: it takes what it can get and holds up nobody.
    if (pendingPages() >= PENDING_PAGES_MIN) database.pragma('wal_checkpoint(PASSIVE)')
  } catch {
    // Full or busy: the thread that commits meets the same, and says so.
  }
}, LOOK_EVERY_MS)
