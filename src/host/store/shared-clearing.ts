import type { ClearingStore } from '../core/clearing-port.ts'
import type { Synced } from './desk-calls.ts'
import type { PostgresClearing } from './postgres-clearing.ts'

/** Clearing in a shared database, each call of which returns when it is done. `clearing`: of a desk. */
export function sharedClearing(clearing: Synced<PostgresClearing>): ClearingStore {
  return {
    clear: (request) => clearing.clear(request),
    unfiledRuns: () => clearing.unfiledRuns(),
    markFiled: (runId) => clearing.markFiled(runId),
    run: (id) => clearing.run(id),
    payouts: (filter) => clearing.payouts(filter),
    *itemLines(runId) {
      for (let after = 0; ; ) {
        const some = clearing.lines(runId, after)
        if (some === undefined) return
        yield some.lines
        after = some.lastId
      }
    },
    deviceFees: (runId) => clearing.deviceFees(runId),
    feeSchedules: (mid) => clearing.feeSchedules(mid),
    putFeeSchedule: (schedule) => clearing.putFeeSchedule(schedule),
  }
}
