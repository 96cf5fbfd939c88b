import { performance } from 'node:perf_hooks'
import type { CancelTimer, LocalDateTime } from '../../base/ports.ts'
import type { TerminalClock } from '../runtime/terminal-world.ts'

/** Longest delay of `setTimeout`; a longer one would fire at once. */
const TIMER_MS_MAX = 2_147_483_647

/** The machine's clock, set to the host's time by an offset. Wall time is that of the process's zone. */
export class SystemClock implements TerminalClock {
  #offsetMs: number
  readonly #offsetChanged: (offsetMs: number) => void

  /** `offsetMs`: what an earlier `offsetChanged` gave. `offsetChanged`: keeps it for the next start. */
  constructor(offsetMs = 0, offsetChanged: (offsetMs: number) => void = () => {}) {
    this.#offsetMs = offsetMs
    this.#offsetChanged = offsetChanged
  }

  get offsetMs(): number {
    return this.#offsetMs
  }

  nowMs(): number {
    return performance.now()
  }

  localTime(): LocalDateTime {
    const now = new Date(Date.now() + this.#offsetMs)
    return {
      year: now.getFullYear(),
      month: now.getMonth() + 1,
      day: now.getDate(),
      hour: now.getHours(),
      minute: now.getMinutes(),
      second: now.getSeconds(),
    }
  }

  setLocalTime(localTime: LocalDateTime): void {
    const { year, month, day, hour, minute, second } = localTime
    const wanted = new Date(year, month - 1, day, hour, minute, second).getTime()
    // Whole seconds: the host's time has no more, and a finer offset would pretend to.
    this.#offsetMs = Math.round((wanted - Date.now()) / 1000) * 1000
    this.#offsetChanged(this.#offsetMs)
  }

  schedule(atMs: number, fire: () => void): CancelTimer {
    const delayMs = Math.min(Math.max(0, atMs - this.nowMs()), TIMER_MS_MAX)
    const timer = setTimeout(() => {
      // A timer may fire a fraction early by the monotonic clock; the contract says at or after.
      if (this.nowMs() >= atMs) fire()
      else cancel = this.schedule(atMs, fire)
    }, Math.ceil(delayMs))
    let cancel: CancelTimer = () => clearTimeout(timer)
    return () => cancel()
  }
}
