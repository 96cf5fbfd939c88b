/** Counts of numbers by size, as plain numbers: adding one allocates nothing. */
export class NumberHistogram {
  /** Upper bounds, each included, in rising order. */
  readonly bounds: readonly number[]
  /** One for each bound, and one for what is above the last; not summed up. */
  readonly counts: Float64Array
  sum = 0

  constructor(bounds: readonly number[]) {
    this.bounds = bounds
    this.counts = new Float64Array(bounds.length + 1)
  }

  add(value: number): void {
    const { bounds } = this
    let index = 0
    while (index < bounds.length && value > (bounds[index] as number)) index++
    this.counts[index] = (this.counts[index] as number) + 1
    this.sum += value
  }
}
