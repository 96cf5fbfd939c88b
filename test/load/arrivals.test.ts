import { describe, expect, it } from 'vitest'
import { type ArrivalProcess, Arrivals, type RateStep } from '../../src/load/arrivals.ts'
import { LoadRandom } from '../../src/load/load-random.ts'

function all(steps: readonly RateStep[], process: ArrivalProcess, seed = 1, phase = 1): readonly number[] {
  const arrivals = new Arrivals(steps, process, new LoadRandom(seed, 0), phase)
  const times: number[] = []
  for (let at = arrivals.next(); at !== undefined; at = arrivals.next()) times.push(at)
  return times
}

describe('arrivals', () => {
  it('even arrivals lie at equal distances', () => {
    expect(all([{ ratePerSecond: 10, durationMs: 1000 }], 'even')).toEqual([
      100, 200, 300, 400, 500, 600, 700, 800, 900,
    ])
  })

  it('the processes of one load interleave', () => {
    const step = [{ ratePerSecond: 10, durationMs: 1000 }]
    const first = all(step, 'even', 1, 0.5)
    expect(first.slice(0, 3)).toEqual([50, 150, 250])
  })

  it('poisson arrivals have the rate, and distances of an exponential law', () => {
    const times = all([{ ratePerSecond: 1000, durationMs: 100_000 }], 'poisson', 7)
    expect(times.length / 100_000).toBeCloseTo(1, 1)
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0))
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length
    expect(mean).toBeCloseTo(1, 1)
    expect(Math.sqrt(variance)).toBeCloseTo(1, 1)
    // P(gap > 1) = 1/e and P(gap > 2) = 1/e².
    const above = (least: number): number => gaps.filter((gap) => gap > least).length / gaps.length
    expect(above(1)).toBeCloseTo(Math.exp(-1), 2)
    expect(above(2)).toBeCloseTo(Math.exp(-2), 2)
  })

  it('poisson arrivals depend on the seed and on nothing else', () => {
    const step = [{ ratePerSecond: 50, durationMs: 1000 }]
    expect(all(step, 'poisson', 3)).toEqual(all(step, 'poisson', 3))
    expect(all(step, 'poisson', 3)).not.toEqual(all(step, 'poisson', 4))
  })

  it('each step has its own rate and its own time', () => {
    const steps = [
      { ratePerSecond: 100, durationMs: 10_000 },
      { ratePerSecond: 400, durationMs: 10_000 },
    ]
    for (const process of ['even', 'poisson'] as const) {
      const times = all(steps, process)
      const early = times.filter((at) => at < 10_000).length
      expect(early / 1000).toBeCloseTo(1, 0)
      expect((times.length - early) / 4000).toBeCloseTo(1, 1)
      expect(times.every((at, index) => at >= (times[index - 1] ?? 0))).toBe(true)
      expect(times.at(-1)).toBeLessThan(20_000)
    }
  })
})
