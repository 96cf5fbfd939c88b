import type { CancelTimer, Clock } from '../../base/ports.ts'
import { offlineRisk } from '../flows/offline-sale.ts'
import { activeProfile, type TerminalContext } from '../flows/terminal-context.ts'

/** While a terminal is idle and the host has not heard of all its offline sales, tries again and again to send them. */
export class OfflineSeeker {
  readonly #clock: Clock
  readonly #context: TerminalContext
  readonly #send: () => Promise<unknown>
  #stopTimer: CancelTimer | undefined

  /** `send`: a command like any other; those that were given before it go first. */
  constructor(clock: Clock, context: TerminalContext, send: () => Promise<unknown>) {
    this.#clock = clock
    this.#context = context
    this.#send = send
  }

  /** After each command: begins to wait, if there is something to wait for. */
  look(): void {
    this.stop()
    const { offlineSending, offlineRetryMs } = activeProfile(this.#context)
    if (offlineSending !== 'lineBack' || offlineRisk(this.#context.state).count === 0) return
    this.#stopTimer = this.#clock.schedule(this.#clock.nowMs() + offlineRetryMs, () => {
      this.#stopTimer = undefined
      // A terminal that had to stop says so to whoever commands it next.
      this.#send().catch(() => {})
    })
  }

  stop(): void {
    this.#stopTimer?.()
    this.#stopTimer = undefined
  }
}
