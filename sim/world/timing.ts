import type { CancelTimer } from '../../src/base/ports.ts'

/** Time as the parts of a world use it: virtual in the simulator, real over real lines. */
export interface Timing {
  /** Monotonic milliseconds. */
  nowMs(): number
  /** Calls `fire` once, at or after `atMs` of `nowMs`. */
  schedule(atMs: number, fire: () => void): CancelTimer
  /** Calls `fire` after `delayMs`. */
  after(delayMs: number, fire: () => void): CancelTimer
}
