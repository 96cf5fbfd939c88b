import {
  type DecisionStore,
  type LookupKeys,
  rowCountOf,
  type Snapshot,
  type StoreRows,
} from '../core/store-port.ts'
import { CommitThread } from './commit-thread.ts'
import { addToPack, emptyPack } from './packed-rows.ts'
import { RecentRows } from './recent-rows.ts'
import { fillSnapshot } from './row-source.ts'
import { storeErrorOf } from './sqlite-file.ts'
import type { SqliteStore } from './sqlite-store.ts'

/** Somebody who waits for a commit. */
interface Waiter {
  readonly generation: number
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** With fewer record numbers left than this the next lease is asked for, long before the last is used. */
const NUMBERS_LOW = 50_000
const LEASE_SIZE = 200_000
/**
 * Transactions that are worth a commit of their own while another is under way, and as many more for each that waits
 * behind it: the disk is kept busy, and when it falls behind, what it gets becomes larger. Fewer wait and go together.
 */
const LARGE_ORDER = 32
/** Even large ones wait when so many are on their way. */
const ORDERS_MAX = 16

/**
 * The store of a busy host: rows that are asked for with every message are kept in memory, and a second thread commits,
 * while this one decides the next batch on rows that are still on their way. All batches that wait together become
 * one commit. A decision is answered after its commit, whichever way it went; when a commit fails, so do all that
 * were decided after it, and memory starts again from the disk.
 */
export class GroupCommitStore implements DecisionStore {
  readonly #store: SqliteStore
  readonly #recent: RecentRows
  readonly #onNumbers: (first: number, count: number) => void
  readonly #onCommit: (rowCount: number) => void
  #thread: CommitThread | undefined
  #isReady = false
  /** The thread ended by itself: this thread does without. */
  #isGone = false
  #isLeasing = false
  #generation = 0
  /** Decided and not handed over, and who waits for it. */
  #packed = emptyPack()
  #packedCount = 0
  #queue: Waiter[] = []
  #queuedCount = 0
  /** Handed over, one list for each order. */
  readonly #orders: Waiter[][] = []
  /** Rows of each order. */
  readonly #orderCounts: number[] = []

  /** `onNumbers` takes record numbers that were leased ahead; `onCommit` hears how many rows became durable together. */
  constructor(
    store: SqliteStore,
    onNumbers: (first: number, count: number) => void,
    onCommit: (rowCount: number) => void = () => {},
  ) {
    this.#store = store
    this.#onCommit = onCommit
    this.#recent = new RecentRows(store.rows)
    this.#onNumbers = onNumbers
    store.announceCommits(() => this.#giveWay())
  }

  /** Whether `commitLater` may be used: the thread runs. */
  get isThreaded(): boolean {
    return this.#isReady
  }

  /** Nothing waits for its commit. */
  get isIdle(): boolean {
    return this.#queue.length === 0 && this.#orders.length === 0
  }

  /** Starts the thread that commits; `started` is called once it is used. */
  startThread(started: () => void = () => {}): void {
    if (this.#thread !== undefined || this.#isGone || this.#store.path === undefined) return
    this.#thread = new CommitThread(this.#store.path, {
      ready: () => {
        this.#isReady = true
        started()
      },
      committed: () => this.#committed(),
      leased: (first, count) => {
        this.#isLeasing = false
        if (count > 0) this.#onNumbers(first, count)
      },
      failed: (error) => this.#failed(error),
      ended: (error) => {
        this.#thread = undefined
        this.#isGone = true
        this.#isReady = false
        this.#isLeasing = false
        this.#failed(error)
      },
    })
  }

  fetch(keys: LookupKeys, into: Snapshot): void {
    try {
      into.issuers = this.#store.listIssuers()
      fillSnapshot(this.#recent, keys, into)
    } catch (error) {
      throw storeErrorOf(error)
    }
  }

  /** On this thread, at once. Only while nothing waits for the other thread. */
  commit(rows: StoreRows): void {
    this.#store.commitQuietly(rows)
    this.#generation++
    this.#recent.add(rows, this.#generation)
    this.#recent.settle(this.#generation)
    this.#onCommit(rowCountOf(rows))
  }

  leaseNumbers(count: number): number {
    return this.#store.leaseNumbers(count)
  }

  /** Asks for more record numbers in time. */
  leaseAhead(numbersLeft: number): void {
    if (this.#isLeasing || numbersLeft >= NUMBERS_LOW) return
    this.#isLeasing = true
    this.#thread?.lease(LEASE_SIZE)
  }

  /** Resolves when `rows`, and all that came before, are durable; rejects with `StoreError` when they are not. */
  commitLater(rows: StoreRows | undefined): Promise<void> {
    if (rows !== undefined) {
      this.#generation++
      this.#recent.add(rows, this.#generation)
      addToPack(this.#packed, rows)
      this.#packedCount += rowCountOf(rows)
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ generation: this.#generation, resolve, reject })
      this.#queuedCount += rows?.newTransactions.length ?? 0
      this.#handOverIfDue()
    })
  }

  /** Lets the commit under way end, then ends the thread; nothing more is committed. The file may be closed at once. */
  async close(): Promise<void> {
    const thread = this.#thread
    this.#thread = undefined
    this.#isReady = false
    await thread?.end()
  }

  #handOverIfDue(): void {
    const orderCount = this.#orders.length
    const isDue = this.#queuedCount >= LARGE_ORDER * orderCount && orderCount < ORDERS_MAX
    if (isDue) this.#handOver()
  }

  #handOver(): void {
    if (this.#queue.length === 0) return
    this.#queuedCount = 0
    const order = this.#queue
    this.#queue = []
    this.#orders.push(order)
    this.#thread?.commit(this.#packed)
    this.#packed = emptyPack()
    this.#orderCounts.push(this.#packedCount)
    this.#packedCount = 0
  }

  #committed(): void {
    const order = this.#orders.shift()
    if (order === undefined) return
    const rowCount = this.#orderCounts.shift() ?? 0
    if (rowCount > 0) this.#onCommit(rowCount)
    this.#handOverIfDue()
    const last = order[order.length - 1]
    if (last !== undefined) this.#recent.settle(last.generation)
    for (const { resolve } of order) resolve()
  }

  /** What was decided after the failed commit rests on it. */
  #failed(error: unknown): void {
    const waiting = [...this.#orders.flat(), ...this.#queue]
    this.#orders.length = 0
    this.#queue = []
    this.#queuedCount = 0
    this.#packed = emptyPack()
    this.#orderCounts.length = 0
    this.#packedCount = 0
    this.#recent.forget()
    for (const { reject } of waiting) reject(error)
  }

  /** Somebody else is about to write: let all that waits become durable first, and forget what may change. */
  #giveWay(): void {
    this.#handOver()
    this.#thread?.drain()
    this.#recent.forget()
  }
}
