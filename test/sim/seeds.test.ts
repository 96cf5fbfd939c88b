import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { FAULT_KINDS, FAULT_NAMES } from '../../sim/plan/fault-kinds.ts'
import { DEFAULT_RATES, makePlan } from '../../sim/plan/make-plan.ts'
import { parsePlan } from '../../sim/plan/plan-file.ts'
import { runPlan } from '../../sim/run-plan.ts'
import { runSeeds, type SeedsReport } from '../../sim/seeds.ts'

const OPTIONS = { terminals: 3, days: 1, rates: DEFAULT_RATES }
const MINUTES = 60_000
const KEPT = new URL('../../sim/kept/', import.meta.url)

/** 300 seeds in all; two files run side by side. */
function run(first: number): SeedsReport {
  return runSeeds(
    { ...OPTIONS, first, count: 150, stride: 2, failuresMax: 5, goOn: () => true },
    performance.now.bind(performance),
  )
}

describe('simulated world', () => {
  it(
    '150 seeds with every fault: no check fails, and each kind of fault strikes',
    () => {
      const report = run(1)
      expect(report.failures).toEqual([])
      expect(report.transactions).toBeGreaterThan(150 * 15)
      const frequent = FAULT_NAMES.filter((kind) => FAULT_KINDS[kind].perMille >= 6)
      expect(frequent.filter((kind) => report.faults[kind] === 0)).toEqual([])
    },
    3 * MINUTES,
  )

  it('a run is its seed: every frame, record, outcome and moment again', () => {
    const digests = [7, 7, 8].map((seed) => runPlan(makePlan(seed, OPTIONS)).figures.digest)
    expect(digests[0]).toBe(digests[1])
    expect(digests[2]).not.toBe(digests[0])
  })

  it.each(readdirSync(KEPT).filter((name) => name.endsWith('.json')))('kept plan %s passes', (name) => {
    const kept = parsePlan(readFileSync(new URL(name, KEPT), 'utf8'), name)
    if (!kept.ok) throw new Error(kept.error)
    expect(runPlan(kept.value.plan).findings).toEqual([])
  })
})
