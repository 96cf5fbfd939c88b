import type fc from 'fast-check'
import { expect } from 'vitest'
import type { Clock } from '../src/base/ports.ts'

interface Timer {
  readonly atMs: number
  readonly order: number
  readonly fire: () => void
}

const TIME = { year: 2026, month: 11, day: 23, hour: 8, minute: 0, second: 0 } as const

/**
 * Events that may come in any order: each is something that an operating system, a device or a person does in its own
 * time, and the scheduler picks which comes next. Time-outs come whenever it likes too, the earliest first.
 */
export class Races {
  readonly clock: Clock
  /** What was thrown where nobody would have caught it. */
  readonly errors: unknown[] = []
  readonly #scheduler: fc.Scheduler
  #timers: Timer[] = []
  #nowMs = 0
  #order = 0

  constructor(scheduler: fc.Scheduler) {
    this.#scheduler = scheduler
    this.clock = {
      nowMs: () => this.#nowMs,
      localTime: () => TIME,
      schedule: (atMs, fire) => this.#schedule(atMs, fire),
    }
  }

  get timerCount(): number {
    return this.#timers.length
  }

  /** `work` is done some time. */
  later(what: string, work: () => void): void {
    void this.#scheduler.schedule(Promise.resolve(), what).then(() => this.now(work))
  }

  /** What throws here would have ended the program. */
  now(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.errors.push(error)
    }
  }

  /** The next `count` events, where there are so many: for worlds that come to no end by themselves. */
  async settleWithin(count: number): Promise<void> {
    for (let event = 0; event < count && this.#scheduler.count() > 0; event++)
      await this.#scheduler.waitNext(1)
    expect(this.errors).toEqual([])
  }

  /** Until nothing is left that could happen. */
  async settle(): Promise<void> {
    await this.#scheduler.waitIdle()
    expect(this.errors).toEqual([])
  }

  #schedule(atMs: number, fire: () => void): () => void {
    const timer: Timer = { atMs, order: this.#order++, fire }
    this.#timers.push(timer)
    this.later('time passes', () => this.#fireFirst())
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer)
    }
  }

  #fireFirst(): void {
    const [first] = this.#timers.sort((left, right) => left.atMs - right.atMs || left.order - right.order)
    if (first === undefined) return
    this.#timers = this.#timers.filter((each) => each !== first)
    this.#nowMs = Math.max(this.#nowMs, first.atMs)
    first.fire()
  }
}
