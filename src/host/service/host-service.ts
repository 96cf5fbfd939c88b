import type { Clock } from '../../base/ports.ts'
import { parseEnvelope } from '../../iso8583/framing/envelope.ts'
import { dialectsThatDecode } from '../core/dialects.ts'
import type { HostCore } from '../core/host-core.ts'
import type { Inbound, Outcome, OutcomeSummary } from '../core/inbound.ts'
import type { Dialect, ExplainRow } from '../core/records.ts'
import { type DecisionStore, NO_ROWS, StoreError } from '../core/store-port.ts'
import type { Connection, Rejection } from '../gateway/connection.ts'
import { dialectOfFrame, envelopeKindOf } from '../gateway/gateway-options.ts'

/** What the service tells: masked summaries, never a message. */
export interface ServiceLog {
  decided(peer: string, summary: OutcomeSummary): void
  explained(peer: string, explain: ExplainRow): void
  /** Nothing more is answered after this. `reason` says what to do. */
  stopped(reason: string): void
  fault(reason: string): void
}

export interface HostServiceOptions {
  readonly core: HostCore
  readonly store: DecisionStore
  readonly clock: Clock
  /** Milliseconds since 1970 in UTC. */
  readonly epochMs: () => number
  /** Runs `work` once the frames of this turn are all in. */
  readonly defer: (work: () => void) => void
  readonly log: ServiceLog
  /** The store failed: close everything. */
  readonly onFatal: (reason: string) => void
}

interface Waiting {
  readonly connection: Connection
  readonly inbound: Inbound
}

/**
 * Frames of one turn of the event loop are one batch: decided in order, committed once, and only then answered.
 * When the store can't commit, nobody is answered and the service stops: a terminal without an answer reverses,
 * a terminal with a false one does not.
 */
export class HostService {
  readonly #options: HostServiceOptions
  #batch: Waiting[] = []
  #rejections: ExplainRow[] = []
  #deferred = false
  #stopped = false

  constructor(options: HostServiceOptions) {
    this.#options = options
  }

  frame(connection: Connection, frame: Uint8Array): void {
    if (this.#stopped) return
    const { dialect } = connection.options
    const parsed = parseEnvelope(frame, envelopeKindOf(dialect))
    if (parsed === undefined) {
      connection.settle()
      this.#reject(
        connection,
        `a frame of ${frame.length} bytes is shorter than TPDU and header`,
        frame.length,
        dialectsThatDecode(frame),
      )
      return
    }
    // The splitter's view ends with this turn; the batch may be decided in the next.
    const bytes = new Uint8Array(frame)
    const inbound: Inbound = {
      dialect: dialectOfFrame(dialect, bytes),
      envelope: parsed.envelope,
      bytes,
      start: parsed.start,
      end: bytes.length,
      receivedAt: { ms: this.#options.epochMs(), localTime: this.#options.clock.localTime() },
    }
    this.#batch.push({ connection, inbound })
    this.#schedule()
  }

  rejected(connection: Connection, rejection: Rejection): void {
    const reason =
      rejection.kind === 'oversized'
        ? `the length announces ${rejection.size} bytes, more than a frame may have; the connection is closed`
        : 'the first bytes are no length of this port; the connection is closed'
    this.#reject(connection, reason, 0, dialectsThatDecode(rejection.chunk))
  }

  /** Decides what has come in and stops taking more. */
  finish(): void {
    this.#decide()
    this.#stopped = true
  }

  /** Decides nothing more: what has come in is lost, as by a power cut. */
  abandon(): void {
    this.#stopped = true
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
      this.#decide()
    })
  }

  #decide(): void {
    const batch = this.#batch
    const explains = this.#rejections
    this.#batch = []
    this.#rejections = []
    if (this.#stopped) return
    try {
      if (explains.length > 0) this.#options.store.commit({ ...NO_ROWS, explains })
      if (batch.length > 0) this.#answer(batch, this.#process(batch))
    } catch (error) {
      // Abandoned meanwhile: whoever did it knows.
      if (!this.#stopped) this.#stop(error)
    }
  }

  /** A request that the core can't decide is a bug; it must not take its neighbours down with it. */
  #process(batch: readonly Waiting[]): readonly (Outcome | undefined)[] {
    const { core, store } = this.#options
    try {
      return core.process(
        batch.map((waiting) => waiting.inbound),
        store,
      )
    } catch (error) {
      if (error instanceof StoreError) throw error
      if (batch.length > 1) return batch.flatMap((waiting) => this.#process([waiting]))
      this.#options.log.fault(
        `a request could not be decided: ${error instanceof Error ? error.message : 'unknown'}`,
      )
      return [undefined]
    }
  }

  #answer(batch: readonly Waiting[], outcomes: readonly (Outcome | undefined)[]): void {
    const touched = new Set<Connection>()
    for (const [index, { connection }] of batch.entries()) {
      const outcome = outcomes[index]
      touched.add(connection)
      if (outcome !== undefined) this.#tell(connection, outcome)
      this.#carryOut(connection, outcome)
    }
    for (const connection of touched) connection.flush()
  }

  #tell(connection: Connection, { explain, summary }: Outcome): void {
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
    this.#stopped = true
    const reason =
      error instanceof StoreError
        ? error.message
        : `the store failed: ${error instanceof Error ? error.message : 'unknown reason'}`
    this.#options.log.stopped(reason)
    this.#options.onFatal(reason)
  }
}
