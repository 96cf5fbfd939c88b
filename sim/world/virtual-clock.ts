import type { CancelTimer, Clock, LocalDateTime } from '../../src/base/ports.ts'
import type { TerminalClock } from '../../src/terminal/runtime/terminal-world.ts'

interface Timer {
  readonly atMs: number
  /** Timers of one moment fire in the order in which they were set. */
  readonly order: number
  fire: (() => void) | undefined
}

/** Wall time at virtual zero, as milliseconds of a clock without zone. */
const EPOCH_MS = Date.UTC(2026, 10, 23, 8, 0, 0)

/** Time that jumps to the next deadline. */
export class VirtualClock implements Clock {
  #nowMs = 0
  #order = 0
  /** A binary heap; cancelled timers stay in it until they come up. */
  readonly #heap: Timer[] = []
  #live = 0

  /** Timers that have neither fired nor been cancelled. */
  get timerCount(): number {
    return this.#live
  }

  nowMs(): number {
    return this.#nowMs
  }

  localTime(): LocalDateTime {
    return localTimeAt(this.#nowMs)
  }

  /** Milliseconds since 1970 as a host counts them. */
  epochMs(): number {
    return EPOCH_MS + this.#nowMs
  }

  schedule(atMs: number, fire: () => void): CancelTimer {
    const timer: Timer = { atMs: Math.max(atMs, this.#nowMs), order: this.#order++, fire }
    this.#live++
    this.#push(timer)
    return () => {
      if (timer.fire === undefined) return
      timer.fire = undefined
      this.#live--
    }
  }

  /** Calls `fire` after `delayMs`. */
  after(delayMs: number, fire: () => void): CancelTimer {
    return this.schedule(this.#nowMs + delayMs, fire)
  }

  /** Fires the next timer; false when there is none. */
  step(): boolean {
    for (;;) {
      const timer = this.#pop()
      if (timer === undefined) return false
      const { fire } = timer
      if (fire === undefined) continue
      timer.fire = undefined
      this.#live--
      this.#nowMs = timer.atMs
      fire()
      return true
    }
  }

  #push(timer: Timer): void {
    const heap = this.#heap
    let index = heap.length
    heap.push(timer)
    while (index > 0) {
      const parent = (index - 1) >> 1
      const above = heap[parent] as Timer
      if (isBefore(above, timer)) break
      heap[index] = above
      index = parent
    }
    heap[index] = timer
  }

  #pop(): Timer | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return first
    let index = 0
    for (;;) {
      let child = index * 2 + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Timer, heap[child] as Timer)) child++
      const below = heap[child] as Timer
      if (isBefore(last, below)) break
      heap[index] = below
      index = child
    }
    heap[index] = last
    return first
  }
}

function isBefore(left: Timer, right: Timer): boolean {
  return left.atMs < right.atMs || (left.atMs === right.atMs && left.order < right.order)
}

/** Wall time at `virtualMs`, which may be before the start of the world. */
function localTimeAt(virtualMs: number): LocalDateTime {
  const date = new Date(EPOCH_MS + virtualMs)
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  }
}

/** A clock of one machine: its wall time can be wrong, jump, and be set. */
export class DriftingClock implements TerminalClock {
  readonly #clock: VirtualClock
  #offsetMs = 0

  constructor(clock: VirtualClock) {
    this.#clock = clock
  }

  nowMs(): number {
    return this.#clock.nowMs()
  }

  localTime(): LocalDateTime {
    return localTimeAt(this.#clock.nowMs() + this.#offsetMs)
  }

  epochMs(): number {
    return this.#clock.epochMs() + this.#offsetMs
  }

  setLocalTime({ year, month, day, hour, minute, second }: LocalDateTime): void {
    const wantedMs = Date.UTC(year, month - 1, day, hour, minute, second)
    this.#offsetMs = wantedMs - this.#clock.epochMs()
  }

  jump(byMs: number): void {
    this.#offsetMs += byMs
  }

  schedule(atMs: number, fire: () => void): CancelTimer {
    return this.#clock.schedule(atMs, fire)
  }
}
