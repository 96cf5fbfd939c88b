import type { LoadSecond } from '../../load/load-result.ts'
import { count, milliseconds } from '../../load/report/text-report.ts'

const LOG_SECONDS = 60

/** The line of a second: written over where somebody watches, else one line a minute, the first at once. */
export function showProgress(totalSeconds: number): (second: LoadSecond) => void {
  const { isTTY } = process.stderr
  return (second) => {
    if (!isTTY && second.second % LOG_SECONDS !== 0) return
    const { offered, answered, faults, waiting, connected } = second
    const parts = [
      second.second < totalSeconds
        ? `${second.second + 1}/${totalSeconds} s${second.warm ? ' warm-up' : ''}`
        : 'last replies',
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
    process.stderr.write(isTTY ? `\r\x1b[K${parts.join('  ')}` : `${parts.join('  ')}\n`)
  }
}

const READY_FIRST_MS = 3000
const READY_LOG_MS = 10_000

/** Terminals that have signed in: said when it takes longer than a moment. */
export function showReady(nowMs: () => number = Date.now): (tills: number) => void {
  const { isTTY } = process.stderr
  let nextMs: number | undefined
  return (tills) => {
    nextMs ??= nowMs() + READY_FIRST_MS
    if (!isTTY && nowMs() < nextMs) return
    nextMs = nowMs() + READY_LOG_MS
    const words = `signing in: ${count(tills)} terminals are ready`
    process.stderr.write(isTTY ? `\r\x1b[K${words}` : `${words}\n`)
  }
}

/** A second as a line of JSON, for a program that watches. */
export function writeProgress(second: LoadSecond): void {
  process.stderr.write(`${JSON.stringify(second)}\n`)
}

/** Ends the line that `showProgress` wrote. */
export function endProgress(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
}
