import type { Worker } from 'node:worker_threads'
import Database from 'better-sqlite3'
import { StoreError } from '../core/store-port.ts'
import type { PackedRows } from './packed-rows.ts'
import { storeErrorOf } from './sqlite-file.ts'
import { startWorker } from './start-worker.ts'

export interface CheckpointWorkerData {
  readonly path: string
}

export interface CommitWorkerData {
  readonly path: string
  /** Shared: orders done. */
  readonly done: Int32Array
}

export type CommitOrder =
  | {
      readonly kind: 'commit'
      readonly rows: PackedRows
      /** Orders of one epoch rest on each other: when one fails, those behind it are not performed. */
      readonly epoch: number
    }
  | { readonly kind: 'lease'; readonly count: number }

export type CommitAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'committed' }
  /** `count` 0: none could be had. */
  | { readonly kind: 'leased'; readonly first: number; readonly count: number }
  | {
      readonly kind: 'failed'
      readonly epoch: number
      readonly message: string
      readonly code: string | undefined
    }

export interface CommitListener {
  ready(): void
  /** The oldest order is done. */
  committed(): void
  leased(first: number, count: number): void
  /** The oldest order failed as a whole, and with it all sent since. */
  failed(error: unknown): void
  /** The thread is no more; nothing sent to it will be answered. */
  ended(error: unknown): void
}

const COMMIT_WORKER = new URL('./commit-worker.ts', import.meta.url).href
const CHECKPOINT_WORKER = new URL('./checkpoint-worker.ts', import.meta.url).href

/** Longest wait of `drain`: a commit that takes longer is a disk that hangs. */
const DRAIN_TIMEOUT_MS = 30_000

/** A thread that writes rows to the host's file, one order after the other, and one that keeps its log short. */
export class CommitThread {
  readonly #worker: Worker
  readonly #checkpointer: Worker
  readonly #done = new Int32Array(new SharedArrayBuffer(4))
  readonly #listener: CommitListener
  #sent = 0
  #epoch = 0
  #isEnding = false

  constructor(path: string, listener: CommitListener) {
    this.#listener = listener
    this.#worker = startWorker(COMMIT_WORKER, { path, done: this.#done } satisfies CommitWorkerData)
    this.#checkpointer = startWorker(CHECKPOINT_WORKER, { path } satisfies CheckpointWorkerData)
    // Without it the log is copied by the thread that commits, later and in larger parts.
    this.#checkpointer.on('error', () => {})
    this.#worker.on('message', (answer: CommitAnswer) => this.#answered(answer))
    this.#worker.on('error', (error) => {
      if (!this.#isEnding) listener.ended(new StoreError(`the thread that writes ended: ${error.message}`))
    })
  }

  commit(rows: PackedRows): void {
    this.#send({ kind: 'commit', rows, epoch: this.#epoch })
  }

  /** Asks for `count` record numbers. */
  lease(count: number): void {
    this.#send({ kind: 'lease', count })
  }

  #send(order: CommitOrder): void {
    this.#sent++
    this.#worker.postMessage(order)
  }

  /** Returns when all orders sent are done, without the event loop; their answers still come by it. */
  drain(): void {
    const deadline = Date.now() + DRAIN_TIMEOUT_MS
    for (let done = Atomics.load(this.#done, 0); done < this.#sent; done = Atomics.load(this.#done, 0)) {
      const left = deadline - Date.now()
      if (left <= 0) throw new StoreError('the disk does not answer')
      Atomics.wait(this.#done, 0, done, left)
    }
  }

  /** Lets what is under way end, then ends the thread. */
  async end(): Promise<void> {
    this.#isEnding = true
    this.drain()
    await Promise.all([this.#worker.terminate(), this.#checkpointer.terminate()])
  }

  #answered(answer: CommitAnswer): void {
    const { kind } = answer
    if (kind === 'ready') this.#listener.ready()
    else if (kind === 'committed') this.#listener.committed()
    else if (kind === 'leased') this.#listener.leased(answer.first, answer.count)
    else if (answer.epoch === this.#epoch) {
      this.#epoch++
      this.#listener.failed(errorOf(answer))
    }
  }
}

/** The error as it was on the other side, where only its words cross. */
function errorOf({
  message,
  code,
}: {
  readonly message: string
  readonly code: string | undefined
}): unknown {
  return code === undefined ? new Error(message) : storeErrorOf(new Database.SqliteError(message, code))
}
