import { performance } from 'node:perf_hooks'
import { StoreError } from '../core/store-port.ts'
import type { PostgresPlace } from '../store/postgres-place.ts'
import { PostgresSession, ROLLBACK } from '../store/postgres-session.ts'

const RECONNECT_PAUSE_MS = 200

/** One connection for one batch at a time, made again when it was lost, but not more often than a server can bear. */
export class PostgresLane {
  readonly #place: PostgresPlace
  #session: PostgresSession | undefined
  #failure: { readonly error: StoreError; readonly untilMs: number } | undefined

  constructor(place: PostgresPlace) {
    this.#place = place
  }

  /** Rejects with `StoreError`. */
  async session(): Promise<PostgresSession> {
    if (this.#session?.isOpen === true) return this.#session
    if (this.#failure !== undefined && performance.now() < this.#failure.untilMs) throw this.#failure.error
    try {
      this.#session = await PostgresSession.open(this.#place, true)
      this.#failure = undefined
      return this.#session
    } catch (error) {
      if (error instanceof StoreError) {
        this.#failure = { error, untilMs: performance.now() + RECONNECT_PAUSE_MS }
      }
      throw error
    }
  }

  /** Gives up what was begun; what can't be rolled back is cut, and the server rolls it back. */
  async rollBack(): Promise<void> {
    if (this.#session?.isOpen !== true) return
    await this.#session.run([ROLLBACK]).catch(() => this.#session?.destroy())
  }

  async end(): Promise<void> {
    await this.#session?.end()
  }

  destroy(): void {
    this.#session?.destroy()
  }
}
