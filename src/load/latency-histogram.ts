import hdr from 'hdr-histogram-js'

/** Microseconds up to an hour, three significant digits. */
export type LatencyHistogram = hdr.Histogram

const LONGEST_US = 3_600_000_000

export function createHistogram(): LatencyHistogram {
  return hdr.build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: LONGEST_US,
    numberOfSignificantValueDigits: 3,
  })
}

/** `ms` with its fraction; what is longer than an hour counts as an hour. */
export function recordMs(histogram: LatencyHistogram, ms: number): void {
  histogram.recordValue(Math.min(Math.max(Math.round(ms * 1000), 1), LONGEST_US))
}

/** As text that a worker can hand over. */
export function packHistogram(histogram: LatencyHistogram): string {
  return hdr.encodeIntoCompressedBase64(histogram)
}

/** Adds what `packHistogram` made to `sum`. */
export function addPacked(sum: LatencyHistogram, packed: string): void {
  sum.add(hdr.decodeFromCompressedBase64(packed))
}

/** Milliseconds below or at which `percentile` per cent of all values are; 0 when there are none. */
export function percentileMs(histogram: LatencyHistogram, percentile: number): number {
  return histogram.totalCount === 0 ? 0 : histogram.getValueAtPercentile(percentile) / 1000
}
