import { describe, expect, it } from 'vitest'
import { MinuteSeries } from '../../../src/host/console/records/minute-series.ts'
import type { Outcome } from '../../../src/host/core/inbound.ts'

function outcome(operation: string, responseCode: string): Outcome {
  return { summary: { operation, responseCode } } as unknown as Outcome
}

describe('payments by the minute', () => {
  it('counts what is a payment, and forgets what is older than an hour', () => {
    let nowMs = 1_000 * 60_000
    const series = new MinuteSeries(() => nowMs)
    series.answered([], [outcome('sale', '00'), outcome('sale', '51'), undefined, outcome('echo', '00')])
    nowMs += 60_000
    series.answered([], [outcome('reversal', '00'), outcome('refund', '10')])
    const list = series.list()
    expect(list).toHaveLength(60)
    expect(list.slice(-2)).toEqual([
      { minute: 1000, approved: 1, declined: 1, reversed: 0 },
      { minute: 1001, approved: 1, declined: 0, reversed: 1 },
    ])
    nowMs += 60 * 60_000
    expect(
      series.list().every(({ approved, declined, reversed }) => approved + declined + reversed === 0),
    ).toBe(true)
  })
})
