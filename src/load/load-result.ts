import type { LoadEvent, LoadFault } from './load-fault.ts'
import type { SoakVerdict } from './soak-verdict.ts'

/** Milliseconds. */
export interface LatencyFigures {
  readonly meanMs: number
  readonly p50Ms: number
  readonly p90Ms: number
  readonly p99Ms: number
  readonly p999Ms: number
  readonly maxMs: number
}

/** One second of all processes together. */
export interface LoadSecond {
  readonly second: number
  readonly warm: boolean
  readonly offered: number
  readonly sent: number
  /** Approved and declined. */
  readonly answered: number
  readonly failed: number
  /** The faults that there were. */
  readonly faults: Partial<Readonly<Record<LoadFault, number>>>
  readonly waiting: number
  readonly connected: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly p999Ms: number
  readonly maxMs: number
}

export interface KindFigures {
  readonly name: string
  readonly sent: number
  readonly approved: number
  readonly declined: number
  readonly failed: number
  readonly service: LatencyFigures
}

/** One level of an open loop. */
export interface StepFigures {
  readonly ratePerSecond: number
  readonly offered: number
  readonly answered: number
  readonly failed: number
  readonly response: LatencyFigures
}

/** What a host's own books say after a load. */
export interface BooksFigures {
  /** Requests that must have a row: they were answered. */
  readonly answered: number
  /** Requests that may have one. */
  readonly sent: number
  /** Rows of the load's terminals. */
  readonly rows: number
  /** Findings of the host's own check of its books. */
  readonly wrong: readonly string[]
}

/** A point of the percentile curve. */
export interface CurvePoint {
  readonly percentile: number
  readonly responseMs: number
  readonly serviceMs: number
}

/** All that a load came to. Without its warm-up, but for `series` and `books`. */
export interface LoadResult {
  readonly format: 'tillwire-load-1'
  /** ISO 8601. */
  readonly startedAt: string
  /** One line each: whom it was for, and how. */
  readonly subject: string
  readonly pacing: string
  readonly mix: string
  readonly workers: number
  readonly connections: number
  readonly terminals: number
  readonly seed: number
  /** Seconds that count. */
  readonly seconds: number
  readonly offered: number
  readonly sent: number
  readonly answered: number
  readonly approved: number
  readonly declined: number
  readonly failed: number
  /** Arrivals that no terminal was free for until the end. */
  readonly neverSent: number
  /** Requests that nobody waited for any more, because the load was interrupted twice. */
  readonly givenUp: number
  readonly answeredPerSecond: number
  readonly offeredPerSecond: number
  /** From the intended time to the reply. */
  readonly response: LatencyFigures
  /** From sending to the reply. */
  readonly service: LatencyFigures
  readonly faults: Readonly<Record<LoadFault, number>>
  readonly events: Readonly<Record<LoadEvent, number>>
  readonly codes: Readonly<Record<string, number>>
  readonly kinds: readonly KindFigures[]
  readonly steps: readonly StepFigures[]
  readonly curve: readonly CurvePoint[]
  readonly series: readonly LoadSecond[]
  /** The latest that the generator itself let a request leave. */
  readonly ownDelayMaxMs: number
  readonly books: BooksFigures | undefined
  readonly soak: SoakVerdict | undefined
  /** Empty: the load is good. */
  readonly findings: readonly string[]
}
