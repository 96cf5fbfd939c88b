import type { Outcome } from '../../core/inbound.ts'
import type { AnswerObserver, ObservedRequest } from '../../service/answer-observer.ts'

/** What came within one minute. */
export interface MinuteCount {
  /** Minutes since 1970. */
  readonly minute: number
  readonly approved: number
  readonly declined: number
  readonly reversed: number
}

export const MINUTES_KEPT = 60
const MINUTE_MS = 60_000
/** A few that come late push out none of the hour. */
const COUNTS_KEPT = 2 * MINUTES_KEPT
/** Answers that let the customer go with the goods. Source: response-codes, the set that counts as success. */
const SUCCESS: ReadonlySet<string> = new Set(['00', '10', '11', 'A2', 'A4', 'A5', 'A6'])
/** Messages about the line, keys and books: no payments. */
const NO_PAYMENT: ReadonlySet<string> = new Set([
  'signIn',
  'signOff',
  'echo',
  'download',
  'statusUpload',
  'scriptResult',
  'settlement',
  'batchUpload',
  'batchEnd',
  'qrOrder',
  'unsupported',
  'undecodable',
])

type Count = { -readonly [Key in keyof MinuteCount]: number }

/** Payments of the last hour by the minute, for a line on a page. Counts only: nothing of a message is kept. */
export class MinuteSeries implements AnswerObserver {
  readonly #nowMs: () => number
  readonly #counts: Count[] = []

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  answered(requests: readonly ObservedRequest[], outcomes: readonly (Outcome | undefined)[]): void {
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome === undefined || NO_PAYMENT.has(outcome.summary.operation)) continue
      const count = this.#countAt(requests[index]?.inbound.receivedAt.ms ?? this.#nowMs())
      if (outcome.summary.operation === 'reversal') count.reversed++
      else if (SUCCESS.has(outcome.summary.responseCode)) count.approved++
      else count.declined++
    }
  }

  /** Each minute of the last hour, the present one last; minutes without a payment too. */
  list(): readonly MinuteCount[] {
    const now = Math.floor(this.#nowMs() / MINUTE_MS)
    const known = new Map(this.#counts.map((count) => [count.minute, count]))
    return Array.from({ length: MINUTES_KEPT }, (_, index) => {
      const minute = now - MINUTES_KEPT + 1 + index
      return { ...(known.get(minute) ?? emptyCount(minute)) }
    })
  }

  /** What other hosts answered may be told late, but not by an hour. */
  #countAt(atMs: number): Count {
    const minute = Math.floor(atMs / MINUTE_MS)
    const last = this.#counts.at(-1)
    if (last?.minute === minute) return last
    const known = this.#counts.find((count) => count.minute === minute)
    if (known !== undefined) return known
    const count = emptyCount(minute)
    this.#counts.push(count)
    if (this.#counts.length > COUNTS_KEPT) this.#counts.shift()
    return count
  }
}

function emptyCount(minute: number): Count {
  return { minute, approved: 0, declined: 0, reversed: 0 }
}
