import { describe, expect, it } from 'vitest'
import { DEFAULT_RATES } from '../../sim/plan/make-plan.ts'
import { runSeeds } from '../../sim/seeds.ts'

const MINUTES = 60_000

describe('simulated world', () => {
  it(
    '150 more seeds: no check fails',
    () => {
      const report = runSeeds(
        {
          terminals: 3,
          days: 1,
          rates: DEFAULT_RATES,
          first: 2,
          count: 150,
          stride: 2,
          failuresMax: 5,
          goOn: () => true,
        },
        () => performance.now(),
      )
      expect(report.failures).toEqual([])
      expect(report.slips).toBeGreaterThan(150 * 15)
    },
    3 * MINUTES,
  )
})
