import { parentPort, workerData } from 'node:worker_threads'
import Database from 'better-sqlite3'
import type { CommitAnswer, CommitOrder, CommitWorkerData } from './commit-thread.ts'
import { configure } from './sqlite-file.ts'
import { SqliteWriter } from './sqlite-writer.ts'

// The thread that writes: it makes the rows of each order durable in one commit, and says so.

/** 320 MiB. At a rate that leaves no pause between commits the log comes so far, and one commit waits for the copy. */
const LOG_PAGES_MAX = 80_000

const { path, done } = workerData as CommitWorkerData
const database = new Database(path, { fileMustExist: true })
configure(database)
// Another thread does that before it is due here; this is for when it can't.
database.pragma(`wal_autocheckpoint = ${LOG_PAGES_MAX}`)
const writer = new SqliteWriter(database)
const lease = database.prepare<[number], { readonly next: number }>(
  'UPDATE numbers SET next = next + ? RETURNING next',
)

let failure: Extract<CommitAnswer, { kind: 'failed' }> | undefined

function perform(order: CommitOrder): CommitAnswer {
  if (order.kind === 'lease') return leaseNumbers(order.count)
  if (failure?.epoch === order.epoch) return failure
  try {
    writer.commit(order.rows)
    return { kind: 'committed' }
  } catch (error) {
    const { message, code } = error as Error & { readonly code?: unknown }
    failure = {
      kind: 'failed',
      epoch: order.epoch,
      message,
      code: typeof code === 'string' ? code : undefined,
    }
    return failure
  }
}

function leaseNumbers(count: number): CommitAnswer {
  try {
    const next = lease.get(count)?.next ?? 0
    return { kind: 'leased', first: next - count, count }
  } catch {
    // They are asked for again, and in the end by the thread that needs them, which can say why not.
    return { kind: 'leased', first: 0, count: 0 }
  }
}

parentPort?.on('message', (order: CommitOrder) => {
  const answer = perform(order)
  // Whoever waits without an event loop is woken here, whoever has one by the message.
  Atomics.add(done, 0, 1)
  Atomics.notify(done, 0)
  parentPort?.postMessage(answer)
})
parentPort?.postMessage({ kind: 'ready' } satisfies CommitAnswer)
