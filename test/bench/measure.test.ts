import { describe, expect, it } from 'vitest'
import { lastTaken, medianOf, ratioOf, sampleOf, timeTogether } from '../../bench/measure.ts'

describe('samples', () => {
  it('have a median and the median distance from it', () => {
    expect(medianOf([3, 1, 2])).toBe(2)
    expect(medianOf([4, 1, 2, 3])).toBe(2.5)
    expect(sampleOf([10, 12, 11, 50, 9])).toMatchObject({ median: 11, spread: 1 })
  })

  it('are compared round by round, above 1 is better', () => {
    const own = sampleOf([10, 20, 40])
    const other = sampleOf([30, 60, 120])
    expect(ratioOf('lower', own, other)).toMatchObject({ median: 3, spread: 0 })
    expect(ratioOf('higher', own, other).median).toBeCloseTo(1 / 3)
  })

  it('come from works that ran in turns, each with its result taken', async () => {
    const calls = { long: 0, short: 0 }
    const spin = (count: number): number => {
      let sum = 0
      for (let index = 0; index < count; index++) sum += Math.sqrt(index)
      return sum
    }
    const { long, short } = await timeTogether(
      {
        long: () => {
          calls.long++
          return spin(20_000)
        },
        short: () => {
          calls.short++
          return spin(200)
        },
      },
      { rounds: 5, sliceMs: 10 },
    )
    expect(long.rounds).toHaveLength(5)
    expect(long.median).toBeGreaterThan(short.median * 5)
    expect(Math.min(calls.long, calls.short)).toBeGreaterThan(5 * 50)
    expect(lastTaken()).toBe(spin(200))
  })
})
