import type { ClearingRun, DeviceFeeRow, PayoutRow } from './clearing.ts'
import type { FeeSchedule } from './fee-schedule.ts'

export interface ClearingRequest {
  /** `YYYY-MM-DD`. */
  readonly businessDate: string
  /** Batches that were closed before it and are not cleared yet, in milliseconds since 1970. */
  readonly cutoffMs: number
  readonly nowMs: number
}

export interface PayoutFilter {
  readonly mid?: string
  readonly runId?: number
  /** Newest first, at most this many. */
  readonly limit?: number
}

/** The part of a store that clears. Each call is one commit or none; all throw `StoreError` as the store does. */
export interface ClearingStore {
  /** Undefined when no closed batch and no device fee waits; then nothing is written. */
  clear(request: ClearingRequest): ClearingRun | undefined
  /** Runs whose file is still to be written, oldest first. */
  unfiledRuns(): readonly ClearingRun[]
  /** The file of the run is on disk. */
  markFiled(runId: number): void
  run(id: number): ClearingRun | undefined
  payouts(filter: PayoutFilter): readonly PayoutRow[]
  /** Lines of the cleared transactions of a run for its file, many in one text, each line ended. */
  itemLines(runId: number): Iterable<string>
  /** What terminals were charged for their month by a run, in the order of terminals. */
  deviceFees(runId: number): readonly DeviceFeeRow[]
  /** All versions that were agreed, of one merchant or of all. */
  feeSchedules(mid?: string): readonly FeeSchedule[]
  /** A version from the same day is replaced. */
  putFeeSchedule(schedule: FeeSchedule): void
}
