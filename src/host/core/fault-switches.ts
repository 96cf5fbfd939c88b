import type { TestBehaviour } from './test-behaviour.ts'

/** A fault that somebody switched on while the host runs. */
export interface FaultSwitch {
  /** Undefined: each terminal that has no switch of its own. */
  readonly tid: string | undefined
  readonly behaviour: TestBehaviour
  /** Transactions that it still acts on; undefined: until somebody switches it off. */
  readonly timesLeft: number | undefined
  /** Transactions that it acted on. */
  readonly actedTimes: number
  /** Who switched it on, and when, in milliseconds since 1970. */
  readonly by: string
  readonly sinceMs: number
}

type Wanted = Omit<FaultSwitch, 'actedTimes'>

/**
 * What the host does wrong on purpose since somebody said so: to all terminals, or to one, whose own switch wins. It wins
 * over amounts and cards, acts on the same kinds of transactions, and is forgotten when the host ends.
 */
export class FaultSwitches {
  readonly #switches = new Map<string | undefined, FaultSwitch>()
  readonly #listeners = new Set<() => void>()

  /** `listener` is called after each change; returns what ends it. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Those that are on; the one for all terminals first. */
  list(): readonly FaultSwitch[] {
    return [...this.#switches.values()].sort((a, b) => (a.tid ?? '').localeCompare(b.tid ?? ''))
  }

  /** Takes the place of what was on for the same terminals. */
  turnOn(wanted: Wanted): void {
    this.#switches.set(wanted.tid, { ...wanted, actedTimes: 0 })
    this.#tell()
  }

  /** False when nothing was on for these terminals. */
  turnOff(tid: string | undefined): boolean {
    const wasOn = this.#switches.delete(tid)
    if (wasOn) this.#tell()
    return wasOn
  }

  /** What is done to a transaction of `tid`, which counts as one time. */
  take(tid: string): TestBehaviour | undefined {
    // Nearly always: the hot path pays for one comparison.
    if (this.#switches.size === 0) return undefined
    const found = this.#switches.get(tid) ?? this.#switches.get(undefined)
    if (found === undefined) return undefined
    const timesLeft = found.timesLeft === undefined ? undefined : found.timesLeft - 1
    if (timesLeft === 0) this.#switches.delete(found.tid)
    else this.#switches.set(found.tid, { ...found, timesLeft, actedTimes: found.actedTimes + 1 })
    if (timesLeft !== undefined) this.#tell()
    return found.behaviour
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}
