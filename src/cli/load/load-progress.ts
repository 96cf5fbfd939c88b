import type { LoadSecond } from '../../load/load-result.ts'
import { count, milliseconds } from '../../load/report/text-report.ts'

/** The line of a second that is written over, where somebody watches. */
export function showProgress(totalSeconds: number): (second: LoadSecond) => void {
  if (!process.stderr.isTTY) return () => {}
  return (second) => {
    const { offered, answered, faults, waiting, connected } = second
    const parts = [
      `${second.second + 1}/${totalSeconds} s${second.warm ? ' warm-up' : ''}`,
      `offered ${count(offered)}/s`,
      `answered ${count(answered)}/s`,
      `p50 ${milliseconds(second.p50Ms)}`,
      `p99 ${milliseconds(second.p99Ms)}`,
      `p99.9 ${milliseconds(second.p999Ms)}`,
      `max ${milliseconds(second.maxMs)} ms`,
      ...Object.entries(faults).map(([fault, times]) => `${fault} ${count(times)}`),
      `waiting ${count(waiting)}`,
      `${connected} connected`,
    ]
    process.stderr.write(`\r\x1b[K${parts.join('  ')}`)
  }
}

/** Ends the line that `showProgress` wrote. */
export function endProgress(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
}
