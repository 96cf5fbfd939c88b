import { InvariantError } from '../../base/invariant.ts'
import type { LoadRandom } from '../load-random.ts'
import type { Original } from './till-message.ts'

const KEPT_MAX = 64

/** Approved transactions that a terminal may still refer to; the oldest are forgotten. */
export class OriginalList {
  readonly #kept: Original[] = []

  get size(): number {
    return this.#kept.length
  }

  keep(original: Original): void {
    if (this.#kept.length >= KEPT_MAX) this.#kept.shift()
    this.#kept.push(original)
  }

  /** Takes one at random out of the list; there must be one. */
  take(random: LoadRandom): Original {
    const index = random.below(this.#kept.length)
    const [taken] = this.#kept.splice(index, 1)
    if (taken === undefined) throw new InvariantError('there is nothing to refer to')
    return taken
  }

  clear(): void {
    this.#kept.length = 0
  }
}
