import { performance } from 'node:perf_hooks'
import type { HostCore } from '../core/host-core.ts'
import type { Inbound, Outcome } from '../core/inbound.ts'
import type { ExplainRow, IssuerRow } from '../core/records.ts'
import { NO_ROWS, rowCountOf, Snapshot, StoreError } from '../core/store-port.ts'
import { isStale, isWorthRepeating, postgresErrorOf } from '../store/postgres-errors.ts'
import { PostgresFetch } from '../store/postgres-fetch.ts'
import { PostgresPayments } from '../store/postgres-payments.ts'
import type { PostgresPlace } from '../store/postgres-place.ts'
import { fetchIssuers, LEASE } from '../store/postgres-reads.ts'
import { BEGIN, COMMIT, type PostgresSession, step } from '../store/postgres-session.ts'
import { writeSteps } from '../store/postgres-writer.ts'
import type { CodeTagger } from '../wallet/payment-code.ts'
import type { BatchDecider } from './batch-decider.ts'
import { PostgresLane } from './postgres-lane.ts'
import { RememberedRows } from './remembered-rows.ts'
import { type DeciderLog, StoreOutage, TRY_AFTER_MS } from './store-outage.ts'

export interface PostgresDeciderOptions {
  readonly core: HostCore
  readonly place: PostgresPlace
  readonly log: DeciderLog
  /** Makes and checks payment codes; without it, none are taken, and no signatures. */
  readonly tagger?: CodeTagger
  /** Batches in flight at a time, each on a connection of its own. */
  readonly laneCount?: number
  /** Messages of a batch at most: what comes while all lanes are busy is joined up to here. */
  readonly batchMax?: number
  /** A server that is away is tried without a message when nobody was refused for so long. */
  readonly tryAfterMs?: number
  /** Hears how many rows became durable together. */
  readonly onCommit?: (rowCount: number) => void
}

type Outcomes = readonly (Outcome | undefined)[]

/** What one call asked for: a batch, or frames to be noted. */
interface Job {
  readonly batch: readonly Inbound[]
  readonly explains: readonly ExplainRow[]
  readonly resolve: (outcomes: Outcomes) => void
  readonly reject: (error: unknown) => void
}

const LANE_COUNT = 2
const BATCH_MAX = 256
const LEASE_SIZE = 10_000
/** Its record, and the order of a payment by code. */
const NUMBERS_OF_MESSAGE = 2
/** A batch that others are in the way of for so long is refused. */
const REPEAT_FOR_MS = 8000
/** What another process changes in the issuers holds here after this time. */
const ISSUERS_AGE_MS = 1000

/**
 * Decides on a database that other processes decide on as well. A batch is one transaction: it locks the rows that its
 * decisions rest on, reads them, decides, writes and commits, in three round trips; replies leave after the commit. A
 * batch that others were in the way of begins again. While the database is away, requests are refused; a batch of which
 * nobody knows whether it was committed is not answered.
 */
export class PostgresDecider implements BatchDecider {
  readonly #core: HostCore
  readonly #place: PostgresPlace
  readonly #log: DeciderLog
  readonly #tagger: CodeTagger | undefined
  readonly #outage: StoreOutage
  readonly #batchMax: number
  readonly #onCommit: (rowCount: number) => void
  readonly #lanes: readonly PostgresLane[]
  readonly #free: PostgresLane[]
  readonly #known = new RememberedRows()
  readonly #jobs: Job[] = []
  #issuers: { readonly rows: readonly IssuerRow[]; readonly atMs: number } | undefined
  /** Record numbers that the batches in flight may use. */
  #reserved = 0

  constructor(options: PostgresDeciderOptions) {
    const {
      core,
      place,
      log,
      laneCount = LANE_COUNT,
      batchMax = BATCH_MAX,
      tryAfterMs = TRY_AFTER_MS,
    } = options
    this.#core = core
    this.#place = place
    this.#log = log
    this.#tagger = options.tagger
    this.#outage = new StoreOutage(log, { afterMs: tryAfterMs, attempt: () => this.#enqueue([], []) })
    this.#batchMax = batchMax
    this.#onCommit = options.onCommit ?? (() => {})
    this.#lanes = Array.from({ length: laneCount }, () => new PostgresLane(place))
    this.#free = [...this.#lanes]
  }

  decide(batch: readonly Inbound[]): Promise<Outcomes> {
    return this.#enqueue(batch, [])
  }

  /** Why frames were rejected is worth a record, but no stop: it is in the log as well. */
  async note(explains: readonly ExplainRow[]): Promise<void> {
    await this.#enqueue([], explains)
  }

  /** Ends the connections; nothing may be in flight any more. */
  async close(): Promise<void> {
    this.#outage.end()
    await Promise.all(this.#lanes.map((lane) => lane.end()))
  }

  /** Cuts the connections, whatever is in flight. */
  abort(): void {
    this.#outage.end()
    for (const lane of this.#lanes) lane.destroy()
  }

  #enqueue(batch: readonly Inbound[], explains: readonly ExplainRow[]): Promise<Outcomes> {
    return new Promise((resolve, reject) => {
      this.#jobs.push({ batch, explains, resolve, reject })
      this.#begin()
    })
  }

  #begin(): void {
    while (this.#jobs.length > 0) {
      const lane = this.#free.pop()
      if (lane === undefined) return
      void this.#carryOut(lane, this.#nextJobs()).finally(() => {
        this.#free.push(lane)
        this.#begin()
      })
    }
  }

  #nextJobs(): readonly Job[] {
    let count = 0
    let size = 0
    for (const { batch } of this.#jobs) {
      if (count > 0 && size + batch.length > this.#batchMax) break
      size += batch.length
      count++
    }
    return this.#jobs.splice(0, count)
  }

  /** Never rejects: each job is told. */
  async #carryOut(lane: PostgresLane, jobs: readonly Job[]): Promise<void> {
    try {
      const explains = jobs.flatMap((job) => job.explains)
      const outcomes = await this.#decided(
        lane,
        jobs.flatMap((job) => job.batch),
        explains,
      )
      let start = 0
      for (const { batch, resolve } of jobs) {
        resolve(outcomes.slice(start, start + batch.length))
        start += batch.length
      }
    } catch (error) {
      for (const { reject } of jobs) reject(error)
    }
  }

  /** A request that the core can't decide is a bug; it must not take its neighbours down with it. */
  async #decided(
    lane: PostgresLane,
    batch: readonly Inbound[],
    explains: readonly ExplainRow[],
  ): Promise<Outcomes> {
    try {
      return await this.#repeatedly(lane, batch, explains)
    } catch (error) {
      const meaning = postgresErrorOf(error, this.#place.name)
      if (meaning instanceof StoreError) return this.#refuse(lane, batch, meaning)
      if (batch.length > 1) {
        const outcomes: (Outcome | undefined)[] = []
        for (const inbound of batch) outcomes.push(...(await this.#decided(lane, [inbound], [])))
        return outcomes
      }
      this.#log.fault(
        `a request could not be decided: ${meaning instanceof Error ? meaning.message : 'unknown'}`,
      )
      return batch.map(() => undefined)
    }
  }

  async #repeatedly(
    lane: PostgresLane,
    batch: readonly Inbound[],
    explains: readonly ExplainRow[],
  ): Promise<Outcomes> {
    const untilMs = performance.now() + REPEAT_FOR_MS
    for (;;) {
      try {
        const outcomes = await this.#attempt(await lane.session(), batch, explains)
        return outcomes
      } catch (error) {
        const isOld = isStale(error)
        if (isOld) lane.destroy()
        else await lane.rollBack()
        if (!(isOld || isWorthRepeating(error)) || performance.now() > untilMs) throw error
      }
    }
  }

  async #attempt(
    session: PostgresSession,
    batch: readonly Inbound[],
    explains: readonly ExplainRow[],
  ): Promise<Outcomes> {
    if (batch.length + explains.length === 0) return this.#tryToWrite(session)
    const numbers = batch.length * NUMBERS_OF_MESSAGE
    this.#reserved += numbers
    try {
      while (this.#core.numbersLeft < this.#reserved) await this.#lease(session)
      const snapshot = new Snapshot()
      snapshot.issuers = await this.#freshIssuers(session)
      const payments = new PostgresPayments(session, this.#tagger, () => this.#core.takeNumber())
      const work = this.#core.receive(batch, payments.ports)
      const reads = new PostgresFetch(session, snapshot, true)
      await reads.fill(work.needs(), [BEGIN])
      await payments.fill(work.needsOfPayments(snapshot))
      await reads.fill(work.needsOfCards(snapshot))
      const { rows = NO_ROWS, outcomes } = work.decide(snapshot)
      const kept = { ...rows, explains: [...rows.explains, ...explains] }
      const writes = [...writeSteps(kept), ...payments.writes()]
      await session.run([...writes, COMMIT])
      this.#known.remember(snapshot)
      if (writes.length > 0) {
        this.#onCommit(rowCountOf(kept))
        this.#outage.over()
      }
      return outcomes
    } finally {
      this.#reserved -= numbers
    }
  }

  async #tryToWrite(session: PostgresSession): Promise<Outcomes> {
    await session.run([step(LEASE, 0)])
    this.#outage.over()
    return []
  }

  /** In a transaction of its own: numbers that were used stay used when the batch begins again. */
  async #lease(session: PostgresSession): Promise<void> {
    const count = Math.max(LEASE_SIZE, this.#reserved)
    const [rows] = await session.run([step(LEASE, count)])
    this.#core.addNumbers(Number(rows?.[0]?.[0]) - count, count)
  }

  async #freshIssuers(session: PostgresSession): Promise<readonly IssuerRow[]> {
    const atMs = performance.now()
    if (this.#issuers === undefined || atMs - this.#issuers.atMs > ISSUERS_AGE_MS) {
      this.#issuers = { rows: await fetchIssuers(session), atMs }
    }
    return this.#issuers.rows
  }

  async #refuse(lane: PostgresLane, batch: readonly Inbound[], error: StoreError): Promise<Outcomes> {
    if (error.kind === 'fatal') throw error
    this.#outage.refused(error, batch.length)
    if (batch.length === 0) return []
    const current =
      error.kind === 'full' ? await this.#readOnly(lane, batch).catch(() => undefined) : undefined
    return this.#core.refuse(batch, {
      snapshot: current ?? this.#known.snapshot(this.#core.receive(batch).needs().terminals),
      isCurrent: current !== undefined,
      isInDoubt: error.kind === 'inDoubt',
    })
  }

  /** What is full can still be read: who asks is known then, and what has its answer already. */
  async #readOnly(lane: PostgresLane, batch: readonly Inbound[]): Promise<Snapshot> {
    const session = await lane.session()
    const snapshot = new Snapshot()
    const work = this.#core.receive(batch)
    const reads = new PostgresFetch(session, snapshot, false)
    await reads.fill(work.needs())
    await reads.fill(work.needsOfCards(snapshot))
    return snapshot
  }
}
