import type { Inbound, Outcome } from '../core/inbound.ts'
import type { ExplainRow } from '../core/records.ts'

/**
 * What the service has batches decided by. An answer that is there at once is sent at once; a promise lets the next
 * batches start meanwhile.
 */
export interface BatchDecider {
  /**
   * One outcome for each message, in order, once all that they rest on is durable. Undefined stands for a message that
   * could not be decided, which is a bug: its line is cut.
   *
   * Throws or rejects when nothing may be answered any more.
   */
  decide(
    batch: readonly Inbound[],
  ): readonly (Outcome | undefined)[] | Promise<readonly (Outcome | undefined)[]>
  /** Keeps why frames were rejected. */
  note(explains: readonly ExplainRow[]): void | Promise<void>
}
