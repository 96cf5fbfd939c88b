import { MemorySlab } from '../../base/memory-slab.ts'
import type { CancelTimer, Clock } from '../../base/ports.ts'
import { parseEnvelope } from '../../iso8583/framing/envelope.ts'
import { dialectsThatDecode } from '../core/dialects.ts'
import type { ExplainLimit } from '../core/explain-limit.ts'
import type { Inbound, Outcome, OutcomeSummary } from '../core/inbound.ts'
import type { Dialect, ExplainRow } from '../core/records.ts'
import { StoreError } from '../core/store-port.ts'
import type { Connection, Rejection } from '../gateway/connection.ts'
import { dialectOfFrame, envelopeKindOf } from '../gateway/gateway-options.ts'
import type { AnswerObserver } from './answer-observer.ts'
import type { BatchDecider } from './batch-decider.ts'
import { BatchSize } from './batch-size.ts'
import { FairQueue } from './fair-queue.ts'
import type { HostMetrics } from './host-metrics.ts'

/** What the service tells: masked summaries, never a message. */
export interface ServiceLog {
  decided(peer: string, summary: OutcomeSummary): void
  explained(peer: string, explain: ExplainRow): void
  /** So many explanations were left out since this was last said. */
  suppressed?(count: number): void
  /** Nothing more is answered after this. `reason` says what to do. */
  stopped(reason: string): void
}

export interface HostServiceOptions {
  readonly decider: BatchDecider
  readonly clock: Clock
  /** Milliseconds since 1970 in UTC. */
  readonly epochMs: () => number
  /** Runs `work` once the frames of this turn are all in. */
  readonly defer: (work: () => void) => void
  readonly log: ServiceLog
  /** How much is explained, for this and the core together. */
  readonly explains?: ExplainLimit
  readonly metrics?: HostMetrics
  /** The store failed: close everything. */
  readonly onFatal: (reason: string) => void
}

interface Waiting {
  readonly connection: Connection
  readonly inbound: Inbound
  /** When its bytes came in, by the gateway's clock. */
  readonly receivedMs: number
}

/** How long explanations that are left out are counted before it is said. */
const SUPPRESSED_AFTER_MS = 1000

/** More are decided in parts: where another thread commits, it has the first part while the second is decided. */
const DECIDED_AT_ONCE = 32

/** `finishing`: no more is taken, what is in flight is answered. `over`: nobody is answered any more. */
type Phase = 'running' | 'finishing' | 'over'

/**
 * Frames of one turn of the event loop are one batch: decided in order, committed once, and only then answered. When
 * there are too many for one, each client in turn has its share, and the rest comes with the next turn. A
 * decider that answers later may have several batches in flight. When it can't commit any more, nobody is answered and
 * the service stops: a terminal without an answer reverses, a terminal with a false one does not.
 */
export class HostService {
  readonly #options: HostServiceOptions
  readonly #inFlight = new Set<Promise<void>>()
  readonly #memory = new MemorySlab()
  readonly #queue = new FairQueue<Connection, Waiting>(({ connection }) => connection)
  readonly #batchSize = new BatchSize()
  readonly #observers = new Set<AnswerObserver>()
  #rejections: ExplainRow[] = []
  #deferred = false
  #phase: Phase = 'running'
  #cancelReport: CancelTimer | undefined

  constructor(options: HostServiceOptions) {
    this.#options = options
  }

  /** `observer` hears of all that is answered from now on; returns what ends it. */
  observe(observer: AnswerObserver): () => void {
    this.#observers.add(observer)
    return () => void this.#observers.delete(observer)
  }

  frame(connection: Connection, frame: Uint8Array): void {
    if (this.#phase !== 'running') return
    const { dialect } = connection.options
    const parsed = parseEnvelope(frame, envelopeKindOf(dialect))
    if (parsed === undefined) {
      this.#tooShort(connection, frame)
      return
    }
    // The splitter's view ends with this turn; the batch may be decided in the next.
    const bytes = this.#memory.keep(frame)
    const inbound: Inbound = {
      dialect: dialectOfFrame(dialect, bytes),
      envelope: parsed.envelope,
      bytes,
      start: parsed.start,
      end: bytes.length,
      receivedAt: { ms: this.#options.epochMs(), localTime: this.#options.clock.localTime() },
    }
    this.#queue.push({ connection, inbound, receivedMs: connection.lastByteMs })
    this.#options.metrics?.taken()
    this.#schedule()
  }

  rejected(connection: Connection, rejection: Rejection): void {
    if (!this.#mayExplain()) return
    const reason =
      rejection.kind === 'oversized'
        ? `the length announces ${rejection.size} bytes, more than a frame may have; the connection is closed`
        : 'the first bytes are no length of this port; the connection is closed'
    this.#reject(connection, reason, 0, dialectsThatDecode(rejection.chunk))
  }

  /** Decides what has come in and takes no more. A promise when answers are still to come: all are sent then. */
  finish(): void | Promise<void> {
    if (this.#phase !== 'running') return
    this.#decide(Number.POSITIVE_INFINITY)
    // It may have stopped over this.
    if (this.#isOver) return
    this.#reportSuppressed()
    this.#phase = 'finishing'
    if (this.#inFlight.size > 0) return Promise.all(this.#inFlight).then(() => {})
  }

  /** Answers nothing more: what has come in is lost, as by a power cut. */
  abandon(): void {
    this.#end()
  }

  get #isOver(): boolean {
    return this.#phase === 'over'
  }

  #tooShort(connection: Connection, frame: Uint8Array): void {
    connection.settle()
    if (this.#options.metrics !== undefined) this.#options.metrics.shortFrames++
    if (this.#mayExplain()) {
      const reason = `a frame of ${frame.length} bytes is shorter than TPDU and header`
      this.#reject(connection, reason, frame.length, dialectsThatDecode(frame))
    }
    connection.misread()
  }

  #mayExplain(): boolean {
    if (this.#options.explains?.take('unreadable', this.#options.epochMs()) !== false) return true
    this.#reportLater()
    return false
  }

  #reject(connection: Connection, reason: string, offset: number, decodableAs: readonly Dialect[]): void {
    const explain: ExplainRow = {
      receivedAtMs: this.#options.epochMs(),
      dialect: connection.options.dialect,
      tid: '',
      mti: '',
      stan: undefined,
      responseCode: '',
      reason,
      field: undefined,
      offset,
      decodableAs,
    }
    this.#options.log.explained(connection.peer, explain)
    this.#rejections.push(explain)
    this.#schedule()
  }

  #schedule(): void {
    if (this.#deferred) return
    this.#deferred = true
    this.#options.defer(() => {
      this.#deferred = false
      this.#decide(this.#batchSize.max)
    })
  }

  #decide(countMax: number): void {
    const batch = this.#queue.take(countMax)
    const explains = this.#rejections
    this.#rejections = []
    if (this.#phase !== 'running') return
    if (this.#queue.size > 0) this.#schedule()
    const { decider } = this.#options
    if (explains.length > 0) {
      this.#await(
        () => decider.note(explains),
        () => {},
      )
    }
    for (let at = 0; at < batch.length && !this.#isOver; at += DECIDED_AT_ONCE) {
      this.#decidePart(batch.length <= DECIDED_AT_ONCE ? batch : batch.slice(at, at + DECIDED_AT_ONCE))
    }
  }

  #decidePart(part: readonly Waiting[]): void {
    const { decider, clock } = this.#options
    const startMs = clock.nowMs()
    let decidedMs = 0
    this.#await(
      () => {
        const deciding = decider.decide(part.map(({ inbound }) => inbound))
        decidedMs = clock.nowMs() - startMs
        return deciding
      },
      (outcomes) => {
        const answerMs = clock.nowMs()
        this.#answer(part, outcomes)
        this.#batchSize.learn(part.length, decidedMs + clock.nowMs() - answerMs)
      },
    )
  }

  /** Goes on at once where the decider answers at once. */
  #await<T>(ask: () => T | Promise<T>, use: (answer: T) => void): void {
    const useUnlessOver = (answer: T): void => {
      if (!this.#isOver) use(answer)
    }
    try {
      const answer = ask()
      if (answer instanceof Promise) this.#keep(answer.then(useUnlessOver))
      else useUnlessOver(answer)
    } catch (error) {
      this.#stop(error)
    }
  }

  #keep(work: Promise<void>): void {
    const kept = work
      .catch((error: unknown) => this.#stop(error))
      .finally(() => {
        this.#inFlight.delete(kept)
      })
    this.#inFlight.add(kept)
  }

  #answer(batch: readonly Waiting[], outcomes: readonly (Outcome | undefined)[]): void {
    const touched = new Set<Connection>()
    for (let index = 0; index < batch.length; index++) {
      const { connection } = batch[index] as Waiting
      const outcome = outcomes[index]
      touched.add(connection)
      if (outcome !== undefined) this.#tell(connection, outcome)
      this.#carryOut(connection, outcome)
    }
    for (const connection of touched) connection.flush()
    const { metrics, explains, clock } = this.#options
    metrics?.answered(batch, outcomes, clock.nowMs())
    for (const observer of this.#observers) observer.answered(batch, outcomes, clock.nowMs())
    if (explains?.hasSuppressed === true) this.#reportLater()
  }

  #tell(connection: Connection, { explain, summary }: Outcome): void {
    if (summary.operation !== 'undecodable') connection.badFrameCount = 0
    else {
      connection.misread()
      // Nothing is said of each frame of a flood.
      if (explain === undefined) return
    }
    this.#options.log.decided(connection.peer, summary)
    if (explain !== undefined) this.#options.log.explained(connection.peer, explain)
  }

  #carryOut(connection: Connection, outcome: Outcome | undefined): void {
    if (outcome === undefined || outcome.plan.kind === 'disconnect') {
      connection.settle()
      connection.destroy()
      return
    }
    const { plan, reply } = outcome
    if (plan.kind === 'silent' || reply === undefined) {
      connection.settle()
      return
    }
    const { clock } = this.#options
    if (plan.delayMs > 0) {
      clock.schedule(clock.nowMs() + plan.delayMs, () => {
        this.#send(connection, reply, plan.copies)
        connection.flush()
      })
    } else this.#send(connection, reply, plan.copies)
  }

  #send(connection: Connection, reply: Uint8Array, copies: number): void {
    connection.settle()
    for (let copy = 0; copy < copies; copy++) connection.reply(reply)
  }

  #stop(error: unknown): void {
    // Abandoned or stopped meanwhile: whoever did it knows.
    if (this.#isOver) return
    this.#end()
    const reason =
      error instanceof StoreError
        ? error.message
        : `the store failed: ${error instanceof Error ? error.message : 'unknown reason'}`
    this.#options.log.stopped(reason)
    this.#options.onFatal(reason)
  }

  #end(): void {
    this.#phase = 'over'
    this.#cancelReport?.()
    this.#cancelReport = undefined
  }

  #reportLater(): void {
    if (this.#cancelReport !== undefined || this.#phase !== 'running') return
    const { clock } = this.#options
    this.#cancelReport = clock.schedule(clock.nowMs() + SUPPRESSED_AFTER_MS, () => this.#reportSuppressed())
  }

  #reportSuppressed(): void {
    this.#cancelReport?.()
    this.#cancelReport = undefined
    const count = this.#options.explains?.takeSuppressed() ?? 0
    if (count > 0) this.#options.log.suppressed?.(count)
  }
}
