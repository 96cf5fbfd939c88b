import { describe, expect, it } from 'vitest'
import { studentTail, testSlope } from '../../src/base/slope-test.ts'
import { LoadRandom } from '../../src/load/load-random.ts'
import { judgeSoak, type SoakSample } from '../../src/load/soak-verdict.ts'

const MB = 1024 * 1024
const minutes = Array.from({ length: 60 }, (_, index) => index * 60)

/** Sum of twelve draws: near enough to a normal law of deviation 1. */
function noise(random: LoadRandom): number {
  let sum = -6
  for (let count = 0; count < 12; count++) sum += random.fraction()
  return sum
}

function samplesOf(hostRss: (index: number) => number): readonly SoakSample[] {
  return minutes.map((atSeconds, index) => ({
    atSeconds,
    generatorRssBytes: 150 * MB,
    generatorDescriptors: 30,
    hostRssBytes: hostRss(index),
    hostDescriptors: undefined,
    p50Ms: 2,
    p99Ms: 5,
  }))
}

function verdictOf(hostRss: (index: number) => number): string | undefined {
  return judgeSoak(samplesOf(hostRss)).measures.find(({ name }) => name === 'hostRssBytes')?.verdict
}

describe("Student's t", () => {
  // Two-sided 5 % and 1 % points. Source: Abramowitz and Stegun, table 26.10.
  it.each([
    [12.706, 1, 0.05],
    [2.228, 10, 0.05],
    [3.169, 10, 0.01],
    [2.042, 30, 0.05],
    [2.66, 60, 0.01],
  ])('t = %d at %d degrees has a tail of %d', (t, freedom, tail) => {
    expect(studentTail(t, freedom)).toBeCloseTo(tail, 3)
  })
})

describe('slope test', () => {
  it('finds the line that is there', () => {
    const found = testSlope(
      minutes,
      minutes.map((at) => 5 + at / 100),
    )
    expect(found?.slope).toBeCloseTo(0.01, 10)
    expect(found?.growth).toBeCloseTo(35.4, 6)
    expect(found?.probability).toBe(0)
  })

  it('five samples prove nothing', () => {
    expect(testSlope([1, 2, 3, 4, 5], [1, 2, 3, 4, 5])).toBeUndefined()
  })

  it('noise without a slope is believed at most as often as its probability says', () => {
    const random = new LoadRandom(11, 0)
    let believed = 0
    for (let run = 0; run < 1000; run++) {
      const found = testSlope(
        minutes,
        minutes.map(() => noise(random)),
      )
      if ((found?.probability ?? 1) < 0.05) believed++
    }
    // Rather less often: it never knows that there is no correlation.
    expect(believed).toBeGreaterThan(5)
    expect(believed).toBeLessThan(60)
  })

  // 5 of 500 are what the probability says.
  it.each([
    [0.5, 60, 10],
    [0.8, 60, 10],
    [0.95, 60, 10],
    [1, 60, 12],
    [0.8, 12, 20],
    [1, 12, 35],
  ])(
    'a series that keeps %d of what it was is not taken for a slope, over %d samples',
    (kept, count, max) => {
      const random = new LoadRandom(12, 0)
      const times = minutes.slice(0, count)
      let believed = 0
      for (let run = 0; run < 500; run++) {
        let state = kept === 1 ? 0 : noise(random) / Math.sqrt(1 - kept * kept)
        const series = times.map(() => {
          state = kept * state + noise(random)
          return state
        })
        if ((testSlope(times, series)?.probability ?? 1) < 0.01) believed++
      }
      expect(believed).toBeLessThanOrEqual(max)
    },
  )

  it('a growth that goes on is sure although it bends, and a single step is not', () => {
    // Descriptors of the leaking host of the tests on a machine that had other things to do.
    const bent = [41, 44, 46, 48, 51, 60, 63, 65, 68, 70, 72, 74]
    expect(testSlope(minutes.slice(0, bent.length), bent)?.probability).toBeLessThan(0.001)
    const slower = minutes.map((_, index) => Math.sqrt(index))
    expect(testSlope(minutes, slower)?.probability).toBeLessThan(0.001)
    const step = minutes.map((_, index) => (index < 25 ? 0 : 1))
    expect(testSlope(minutes, step)?.probability).toBeGreaterThan(0.1)
  })
})

describe('verdict of a soak', () => {
  it('a leak of 1 MB a minute is seen through noise and the saw of a heap', () => {
    const random = new LoadRandom(13, 0)
    expect(verdictOf((index) => (200 + index + 6 * noise(random)) * MB)).toBe('rising')
    expect(verdictOf((index) => (200 + index + 10 * (index % 5)) * MB)).toBe('rising')
  })

  it('noise, a saw, and a start that fills the caches are no leak', () => {
    const random = new LoadRandom(14, 0)
    expect(verdictOf(() => (200 + 8 * noise(random)) * MB)).toBe('steady')
    expect(verdictOf((index) => (200 + 20 * (index % 6)) * MB)).toBe('steady')
    expect(verdictOf((index) => (200 - 120 * Math.exp(-index / 3)) * MB)).toBe('steady')
  })

  it('growth that is sure and too small to matter is no leak', () => {
    expect(verdictOf((index) => (200 + index / 100) * MB)).toBe('steady')
  })

  it('a host that gets slower shows in the median, where a busy machine hides it in the p99', () => {
    const random = new LoadRandom(1, 3)
    const samples = samplesOf(() => 200 * MB).map((sample, index) => ({
      ...sample,
      p50Ms: 5 + index * 0.5 + noise(random),
      p99Ms: 5 + index * 0.5 + 400 * random.fraction(),
    }))
    const { measures, steady } = judgeSoak(samples)
    const verdicts = Object.fromEntries(measures.map(({ name, verdict }) => [name, verdict]))
    expect(verdicts).toMatchObject({ p50Ms: 'rising', p99Ms: 'steady' })
    expect(steady).toBe(false)
  })

  it('what the system does not tell is not judged', () => {
    const { measures, steady } = judgeSoak(samplesOf(() => 200 * MB))
    expect(measures.find(({ name }) => name === 'hostDescriptors')?.verdict).toBe('notMeasured')
    expect(steady).toBe(true)
  })

  it('too few samples are no good verdict', () => {
    expect(judgeSoak(samplesOf(() => 200 * MB).slice(0, 6)).steady).toBe(false)
  })
})
