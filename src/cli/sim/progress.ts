import { performance } from 'node:perf_hooks'
import type { SeedsReport } from '../../../sim/seeds.ts'
import type { SimulateOptions } from './simulate-options.ts'

const PROGRESS_MS = 500

/** A line that is written over, where somebody watches. */
export function progressOf({ count, json }: SimulateOptions): (report: SeedsReport) => void {
  if (json || !process.stderr.isTTY) return () => {}
  let toldMs = 0
  return (report) => {
    if (performance.now() - toldMs < PROGRESS_MS && report.seeds < count) return
    toldMs = performance.now()
    const perSecond = Math.round(report.transactions / (report.elapsedMs / 1000))
    process.stderr.write(
      `\r\x1b[K${report.seeds} of ${count} seeds, ${report.transactions} transactions, ${perSecond} a second, ${report.failures.length} failed`,
    )
    if (report.seeds >= count) process.stderr.write('\n')
  }
}
