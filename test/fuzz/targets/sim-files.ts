import { parseFaultRates } from '../../../sim/plan/fault-rates-file.ts'
import { faultCount } from '../../../sim/plan/plan.ts'
import { parsePlan } from '../../../sim/plan/plan-file.ts'
import { type FuzzTarget, must } from '../fuzz-target.ts'
import { changeJson, jsonBytes, textOfInput } from '../json-mutator.ts'
import { seedPlans } from '../seed-plans.ts'

/** Plans and fault rates of the simulated world: refused in one line, or of the right form in every part. */
export const target: FuzzTarget = {
  sizeMax: 6000,
  seeds: () => [
    ...seedPlans(),
    jsonBytes({ loseReply: 50, cutPowerInAppend: 0, all: 2 }),
    jsonBytes({ all: 0 }),
  ],
  run(input) {
    const text = textOfInput(input)
    const rates = parseFaultRates(text, 'rates.json')
    if (rates.ok)
      for (const rate of Object.values(rates.value))
        must(Number.isInteger(rate) && rate >= 0 && rate <= 1000, 'a rate out of range')
    else must(/^rates\.json[^\n]+$/.test(rates.error), 'refused without the name of the file')
    const plan = parsePlan(text, 'plan.json')
    if (!plan.ok) {
      must(/^plan\.json[^\n]+$/.test(plan.error), 'refused without the name of the file')
      return
    }
    must(Number.isInteger(faultCount(plan.value.plan)), 'faults that can not be counted')
    for (const { index, steps, profile } of plan.value.plan.terminals) {
      must(Number.isInteger(index) && index >= 0 && typeof profile === 'object', 'a terminal of another form')
      for (const step of steps) {
        must(
          Number.isInteger(step.id) && Number.isFinite(step.pauseMs) && step.pauseMs >= 0,
          'a step of another form',
        )
        must(Array.isArray(step.faults) && Number.isFinite(step.amountMinor), 'a step of another form')
      }
    }
  },
  mutate: changeJson,
}
