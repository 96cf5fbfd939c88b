import { performance } from 'node:perf_hooks'
import type { Clock, LocalDateTime } from '../../base/ports.ts'

/** The machine's clock, in its own time zone. */
export const hostClock: Clock = {
  nowMs: () => performance.now(),
  localTime(): LocalDateTime {
    const now = new Date()
    return {
      year: now.getFullYear(),
      month: now.getMonth() + 1,
      day: now.getDate(),
      hour: now.getHours(),
      minute: now.getMinutes(),
      second: now.getSeconds(),
    }
  },
  schedule(atMs, fire) {
    const timer = setTimeout(fire, Math.max(0, atMs - performance.now()))
    return () => clearTimeout(timer)
  },
}
