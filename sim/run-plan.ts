import type { Finding } from './check/finding.ts'
import { RunCheck, type RunFigures } from './check/run-check.ts'
import type { Plan } from './plan/plan.ts'
import { countPromises } from './promise-count.ts'
import { Story } from './report/story.ts'
import { terminalId } from './world/sim-estate.ts'
import { SimWorld } from './world/sim-world.ts'

export interface RunResult {
  readonly findings: readonly Finding[]
  readonly figures: RunFigures
  readonly virtualMs: number
}

/** Runs one plan with all checks on. `told`: gets what happened as a chart. */
export function runPlan(plan: Plan, told?: (story: string) => void): RunResult {
  const check = new RunCheck(
    plan,
    plan.terminals.map(({ index }) => terminalId(index)),
  )
  const story = told === undefined ? undefined : new Story(check, () => world.clock.nowMs())
  const world: SimWorld = new SimWorld(plan, story ?? check)
  const cards = plan.terminals.flatMap(({ index }) => world.estate.cardsOf(index))
  check.watch(
    world,
    cards.map(({ pan }) => pan),
  )
  const openingBalances = new Map(
    world.store.listAccounts().map(({ pan, state }) => [pan.lookup, state.balanceMinor]),
  )
  check.promises(countPromises(() => world.run()))
  if (story !== undefined) {
    check.story(story.text)
    told?.(story.text)
  }
  check.finish(world, openingBalances)
  return { findings: check.findings, figures: check.figures, virtualMs: world.clock.nowMs() }
}
