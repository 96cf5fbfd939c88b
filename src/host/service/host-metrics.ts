import { ExplainLimit } from '../core/explain-limit.ts'
import type { OperationName, Outcome } from '../core/inbound.ts'
import { GatewayTally } from '../gateway/gateway-tally.ts'
import { NumberHistogram } from './number-histogram.ts'
import type { DeciderLog } from './store-outage.ts'

/** The estate in one look. */
export interface EstateGauges {
  readonly terminals: number
  /** Heard within the last minutes. */
  readonly active: number
  readonly alarmsUp: number
  readonly alarmsCritical: number
  readonly ticketsUnsolved: number
}

/** Never made of what a client sends: there are few. */
type CountedOperation = OperationName | 'undecided'

interface Count {
  value: number
}

const LATENCY_BOUNDS_SECONDS: readonly number[] = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
]
const BATCH_BOUNDS: readonly number[] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]
const ROW_BOUNDS: readonly number[] = [1, 4, 16, 64, 256, 1024, 4096]

/** Stands for the response code where nothing was answered. */
const NO_CODE = 'none'

/**
 * What a host counts. Messages only add to plain numbers here, one pass a batch; whoever shows them makes metrics of
 * them when asked.
 */
export class HostMetrics {
  readonly gateway = new GatewayTally()
  readonly explains = new ExplainLimit()
  /** Seconds from the chunk that a request came in with to its reply's being written. */
  readonly latency = new NumberHistogram(LATENCY_BOUNDS_SECONDS)
  readonly batchSizes = new NumberHistogram(BATCH_BOUNDS)
  readonly commitRows = new NumberHistogram(ROW_BOUNDS)
  /** Frames too short for what stands before each message. */
  shortFrames = 0
  /** Requests that were taken and are not decided yet. */
  waiting = 0
  outages = 0
  /** Set by whoever watches the estate: read when somebody asks for the metrics. */
  estate: (() => EstateGauges) | undefined
  readonly #messages = new Map<CountedOperation, Map<string, Count>>()
  #trouble: string | undefined

  /** Why nothing can be recorded now. */
  get trouble(): string | undefined {
    return this.#trouble
  }

  /** Messages by what they asked for and the code that they were answered with. */
  *messages(): Iterable<{ readonly operation: string; readonly code: string; readonly count: number }> {
    for (const [operation, codes] of this.#messages) {
      for (const [code, { value }] of codes) yield { operation, code, count: value }
    }
  }

  /** A request was taken. */
  taken(): void {
    this.waiting++
  }

  /** A batch was decided and its replies written. Late replies of test behaviour have no part in the latency. */
  answered(
    batch: readonly { readonly receivedMs: number }[],
    outcomes: readonly (Outcome | undefined)[],
    nowMs: number,
  ): void {
    const { length } = batch
    this.waiting -= length
    this.batchSizes.add(length)
    for (let index = 0; index < length; index++) {
      const outcome = outcomes[index]
      if (outcome === undefined) {
        this.#count('undecided', NO_CODE)
        continue
      }
      const { plan, reply, summary } = outcome
      const isAnswered = plan.kind === 'reply' && reply !== undefined
      this.#count(summary.operation, isAnswered ? summary.responseCode : NO_CODE)
      if (isAnswered && plan.delayMs === 0) {
        this.latency.add((nowMs - (batch[index]?.receivedMs ?? nowMs)) / 1000)
      }
    }
  }

  /** `rowCount` rows became durable together. */
  committed(rowCount: number): void {
    this.commitRows.add(rowCount)
  }

  /** `log`, with what it is told about the store counted. */
  hear<Log extends DeciderLog>(log: Log): Log {
    return {
      ...log,
      outage: (reason) => {
        this.outages++
        this.#trouble = reason
        log.outage(reason)
      },
      recovered: (refusedCount) => {
        this.#trouble = undefined
        log.recovered(refusedCount)
      },
    }
  }

  #count(operation: CountedOperation, code: string): void {
    let codes = this.#messages.get(operation)
    if (codes === undefined) {
      codes = new Map()
      this.#messages.set(operation, codes)
    }
    const count = codes.get(code)
    if (count === undefined) codes.set(code, { value: 1 })
    else count.value++
  }
}
