import { invariant } from '../../base/invariant.ts'

/** Record numbers leased from the store in ranges: unique among all processes, never used twice. */
export class NumberLease {
  readonly #ranges: { next: number; end: number }[] = []
  #left = 0

  get left(): number {
    return this.#left
  }

  add(first: number, count: number): void {
    this.#ranges.push({ next: first, end: first + count })
    this.#left += count
  }

  take(): number {
    const range = this.#ranges[0]
    invariant(range !== undefined, 'no record number was leased for this message')
    const number = range.next++
    this.#left--
    if (range.next === range.end) this.#ranges.shift()
    return number
  }
}
