import type { CancelTimer, LocalDateTime } from '../../../src/base/ports.ts'
import type { TerminalClock } from '../../../src/terminal/runtime/terminal-world.ts'

interface Timer {
  readonly atMs: number
  readonly fire: () => void
}

/** Time that passes only when a test says so. */
export class VirtualClock implements TerminalClock {
  #nowMs = 0
  #localTime: LocalDateTime = { year: 2026, month: 1, day: 2, hour: 3, minute: 4, second: 5 }
  readonly #timers = new Set<Timer>()

  get timerCount(): number {
    return this.#timers.size
  }

  nowMs(): number {
    return this.#nowMs
  }

  localTime(): LocalDateTime {
    return this.#localTime
  }

  setLocalTime(localTime: LocalDateTime): void {
    this.#localTime = localTime
  }

  schedule(atMs: number, fire: () => void): CancelTimer {
    const timer = { atMs, fire }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** Fires what falls due within `durationMs`, in order. */
  advance(durationMs: number): void {
    const endMs = this.#nowMs + durationMs
    for (;;) {
      const [next] = [...this.#timers].filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)
      if (next === undefined) break
      this.#timers.delete(next)
      this.#nowMs = Math.max(this.#nowMs, next.atMs)
      next.fire()
    }
    this.#nowMs = endMs
  }
}
