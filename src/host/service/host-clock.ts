import { performance } from 'node:perf_hooks'
import type { Clock, LocalDateTime } from '../../base/ports.ts'

/** The machine's clock, in its own time zone. */
export const hostClock: Clock = {
  nowMs: () => performance.now(),
  localTime(): LocalDateTime {
    const second = Math.floor(Date.now() / 1000)
    if (second !== lastSecond) {
      lastSecond = second
      lastTime = localTimeOf(new Date(second * 1000))
    }
    return lastTime
  },
  schedule(atMs, fire) {
    const timer = setTimeout(fire, Math.max(0, atMs - performance.now()))
    return () => clearTimeout(timer)
  },
}

/** Every message asks for the time, which stays for a second. */
let lastSecond = Number.NaN
let lastTime: LocalDateTime = localTimeOf(new Date(0))

function localTimeOf(now: Date): LocalDateTime {
  return {
    year: now.getFullYear(),
    month: now.getMonth() + 1,
    day: now.getDate(),
    hour: now.getHours(),
    minute: now.getMinutes(),
    second: now.getSeconds(),
  }
}
