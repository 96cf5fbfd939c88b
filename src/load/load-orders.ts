import type { ArrivalProcess, RateStep } from './arrivals.ts'
import type { LineAddress } from './load-line.ts'

/** How fast requests leave, of all processes together. */
export type PacingOrder =
  | { readonly kind: 'closed'; readonly outstanding: number }
  | { readonly kind: 'open'; readonly process: ArrivalProcess; readonly steps: readonly RateStep[] }

/** Whom the terminals speak to and what they know: a file of ours, which holds keys and so is never an argument. */
export type SubjectOrder =
  | { readonly kind: 'estate'; readonly file: string }
  | { readonly kind: 'target'; readonly file: string }

/** What one process of a load is told. It has no secrets: it is seen in the list of processes. */
export interface LoadOrders {
  /** This process, from 0, and all of them. */
  readonly index: number
  readonly workers: number
  readonly seed: number
  readonly address: LineAddress
  readonly subject: SubjectOrder
  /** Path of the mix; undefined: the weights of the target. */
  readonly mixFile: string | undefined
  /** A target's running number begins here; a load of our own host does not use it. */
  readonly firstNumber: number
  /** Of all processes together. */
  readonly connections: number
  readonly pacing: PacingOrder
  readonly timeoutMs: number
  readonly durationMs: number
  /** Whole seconds at the beginning that are not counted. */
  readonly warmupMs: number
}
