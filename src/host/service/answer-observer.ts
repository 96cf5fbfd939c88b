import type { Inbound, Outcome } from '../core/inbound.ts'

/** A request as the service had it. The bytes are the service's: whoever keeps something copies it. */
export interface ObservedRequest {
  readonly inbound: Inbound
  /** When its bytes came in, by the service's clock. */
  readonly receivedMs: number
}

/**
 * Hears of each batch once its replies are written, on the host's own thread: it must be quick, and it must not keep card
 * numbers. An outcome is undefined where nothing could be decided.
 */
export interface AnswerObserver {
  answered(
    requests: readonly ObservedRequest[],
    outcomes: readonly (Outcome | undefined)[],
    nowMs: number,
  ): void
}
