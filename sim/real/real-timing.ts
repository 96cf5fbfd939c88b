import type { CancelTimer } from '../../src/base/ports.ts'
import { SystemClock } from '../../src/terminal/adapters/system-clock.ts'
import type { Timing } from '../world/timing.ts'

/** The machine's time for one run: what is still to come when the run ends never comes. */
export class RealTiming extends SystemClock implements Timing {
  readonly #open = new Set<CancelTimer>()
  #isOver = false

  override schedule(atMs: number, fire: () => void): CancelTimer {
    if (this.#isOver) return () => {}
    const cancel = super.schedule(atMs, () => {
      this.#open.delete(cancel)
      fire()
    })
    this.#open.add(cancel)
    return () => {
      this.#open.delete(cancel)
      cancel()
    }
  }

  after(delayMs: number, fire: () => void): CancelTimer {
    return this.schedule(this.nowMs() + delayMs, fire)
  }

  /** The run is over. */
  stop(): void {
    this.#isOver = true
    for (const cancel of this.#open) cancel()
    this.#open.clear()
  }
}
