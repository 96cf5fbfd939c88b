import { faultCount, type Plan, type Step } from './plan/plan.ts'
import { runPlan } from './run-plan.ts'

export interface ShrinkOptions {
  /** The check that must go on failing. */
  readonly check: string
  /** Runs that may be spent. */
  readonly runsMax: number
  readonly progress?: (plan: Plan, runs: number) => void
}

/**
 * The shortest plan that was found to fail in the same check: fewer terminals, fewer steps, fewer faults, less
 * waiting. Tries big cuts first; what no longer fails is put back.
 */
export function shrinkPlan(failing: Plan, options: ShrinkOptions): Plan {
  let best = failing
  let runs = 0
  const tryPlan = (plan: Plan): boolean => {
    if (runs >= options.runsMax) return false
    runs++
    if (!runPlan(plan).findings.some(({ check }) => check === options.check)) return false
    best = plan
    options.progress?.(best, runs)
    return true
  }
  for (const { index } of failing.terminals) {
    if (tryPlan({ ...failing, terminals: failing.terminals.filter((each) => each.index === index) })) break
  }
  for (const { index } of best.terminals) {
    if (best.terminals.length > 1)
      tryPlan({ ...best, terminals: best.terminals.filter((each) => each.index !== index) })
  }
  if (best.hosts === 2) tryPlan({ ...best, hosts: 1 })
  for (let before = ''; before !== signature(best); ) {
    before = signature(best)
    shrinkSteps(() => best, tryPlan)
    shrinkFaults(() => best, tryPlan)
  }
  tryPlan(withSteps(best, (step) => ({ ...step, pauseMs: 0 })))
  tryPlan(
    withSteps(best, (step) => ({
      ...step,
      amountMinor: step.amountMinor >= 770_000 ? step.amountMinor : 100,
    })),
  )
  return best
}

function signature(plan: Plan): string {
  return `${plan.terminals.reduce((sum, { steps }) => sum + steps.length, 0)} ${faultCount(plan)}`
}

/** Takes out runs of steps, the longest first. */
function shrinkSteps(current: () => Plan, tryPlan: (plan: Plan) => boolean): void {
  for (const { index } of current().terminals) {
    const stepsOf = (): readonly Step[] =>
      current().terminals.find((each) => each.index === index)?.steps ?? []
    for (let size = Math.ceil(stepsOf().length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let at = stepsOf().length - size; at >= 0; at -= size) {
        const steps = stepsOf()
        const from = Math.max(0, at)
        const gone = new Set(steps.slice(from, from + size).map(({ id }) => id))
        tryPlan(
          mapTerminal(
            current(),
            index,
            steps.filter(({ id }) => !gone.has(id)),
          ),
        )
      }
    }
  }
}

function shrinkFaults(current: () => Plan, tryPlan: (plan: Plan) => boolean): void {
  tryPlan(withSteps(current(), (step) => ({ ...step, faults: [] })))
  for (const { index, steps } of current().terminals) {
    for (const { id, faults } of steps) {
      for (const fault of faults) {
        const plan = current()
        const terminal = plan.terminals.find((each) => each.index === index)
        if (terminal === undefined) continue
        tryPlan(
          mapTerminal(
            plan,
            index,
            terminal.steps.map((step) =>
              step.id === id ? { ...step, faults: step.faults.filter((each) => each !== fault) } : step,
            ),
          ),
        )
      }
    }
  }
}

function mapTerminal(plan: Plan, index: number, steps: readonly Step[]): Plan {
  return {
    ...plan,
    terminals: plan.terminals.map((terminal) =>
      terminal.index === index ? { ...terminal, steps } : terminal,
    ),
  }
}

function withSteps(plan: Plan, change: (step: Step) => Step): Plan {
  return {
    ...plan,
    terminals: plan.terminals.map((terminal) => ({ ...terminal, steps: terminal.steps.map(change) })),
  }
}
