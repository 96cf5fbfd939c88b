import { err, ok, type Result } from '../../src/base/result.ts'
import { FAULT_NAMES } from './fault-kinds.ts'
import type { Plan, Step } from './plan.ts'

/** A plan that once failed, and what it showed. */
export interface KeptPlan {
  readonly format: 'tillwire-plan-1'
  /** What was wrong, in one sentence. */
  readonly found: string
  readonly plan: Plan
}

/** Reads what `tillwire sim --save` wrote. The error is one line for the user. */
export function parsePlan(text: string, name: string): Result<KeptPlan, string> {
  let value: Partial<KeptPlan> | null
  try {
    value = JSON.parse(text) as Partial<KeptPlan> | null
  } catch {
    return err(`${name} is not JSON: it was not written by "tillwire sim --save"`)
  }
  if (value?.format !== 'tillwire-plan-1' || !Array.isArray(value.plan?.terminals))
    return err(`${name} is no plan of "tillwire sim --save"`)
  for (const { steps } of value.plan.terminals) {
    for (const { faults } of steps as readonly Step[]) {
      const unknown = faults.find((fault) => !FAULT_NAMES.includes(fault.kind))
      if (unknown !== undefined) return err(`${name}: ${unknown.kind} is no fault of this release`)
    }
  }
  return ok(value as KeptPlan)
}
