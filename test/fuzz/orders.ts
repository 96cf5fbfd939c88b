import type { Complaint } from './judge.ts'

/** What a worker is told when it starts. */
export interface WorkerOrders {
  readonly target: string
  readonly seed: number
  readonly worker: number
  /** Ends after so many executions or so many milliseconds, whichever comes first. */
  readonly executions: number
  readonly milliseconds: number
  /** Inputs to judge without any search, and without instrumentation; then no search follows. */
  readonly replay: readonly Uint8Array[] | undefined
  /** The input under way: see `SharedInput`. */
  readonly shared: SharedArrayBuffer
}

/** What a worker tells. */
export type WorkerReport =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'found'; readonly input: Uint8Array; readonly complaint: Complaint }
  | { readonly kind: 'done'; readonly progress: Progress; readonly corpus: readonly Uint8Array[] }

export interface Progress {
  readonly executions: number
  readonly elapsedMs: number
  readonly pool: number
  /** Blocks run, of those in loaded files. */
  readonly blocks: number
  readonly blocksLoaded: number
  /** Memory in use after the last full collection, less that of the first, in bytes. */
  readonly growth: number
}

export const NO_PROGRESS: Progress = {
  executions: 0,
  elapsedMs: 0,
  pool: 0,
  blocks: 0,
  blocksLoaded: 0,
  growth: 0,
}
