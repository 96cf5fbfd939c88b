import { statSync } from 'node:fs'
import { workerData } from 'node:worker_threads'
import Database from 'better-sqlite3'
import type { CheckpointWorkerData } from './commit-thread.ts'
import { configure } from './sqlite-file.ts'

// The thread that copies what is committed from the write-ahead log into the file, so that no commit has to wait for that.

const LOOK_EVERY_MS = 100
/** A log below this is left alone: the same pages often come again. */
const LOG_SIZE_MIN = 4 * 1024 * 1024

const { path } = workerData as CheckpointWorkerData
const database = new Database(path, { fileMustExist: true })
configure(database)

setInterval(() => {
  const size = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0
  if (size < LOG_SIZE_MIN) return
  try {
    // Passive: it takes what it can get and holds up nobody.
    database.pragma('wal_checkpoint(PASSIVE)')
  } catch {
    // Full or busy: the thread that commits meets the same, and says so.
  }
}, LOOK_EVERY_MS)
