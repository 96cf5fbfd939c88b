import { RunCheck } from '../check/run-check.ts'
import type { Plan, Step } from '../plan/plan.ts'
import { countPromises } from '../promise-count.ts'
import { Story } from '../report/story.ts'
import { terminalId } from '../world/sim-estate.ts'
import { SimWorld } from '../world/sim-world.ts'
import { type CardCase, cardCase } from './card-names.ts'
import { compareExpectedBooks } from './compare-books.ts'
import { compareStep } from './expectations.ts'
import type { Scenario, ScenarioStep } from './scenario.ts'
import type { ScenarioResult } from './scenario-result.ts'
import { ScenarioScript, SIGN_IN_STEP } from './scenario-script.ts'
import { ScenarioWatch } from './scenario-watch.ts'

/** Runs a scenario in virtual time, with all checks of the simulated world on. */
export function runScenario(scenario: Scenario): ScenarioResult {
  const plan = planOf(scenario)
  const tid = terminalId(0)
  const check = new RunCheck(plan, [tid])
  const story: Story = new Story(check, () => world.clock.nowMs())
  const watch = new ScenarioWatch(story, (id) => isIdle(scenario, id))
  const world: SimWorld = new SimWorld(
    plan,
    watch,
    () =>
      new ScenarioScript(
        scenario,
        (name) => cardOf()(name),
        (id) => watch.recordOf(id),
        () => world.wallet,
      ),
  )
  const cardOf = (): CardCase => cardCase(world.estate.cardsOf(0), world.estate.testCards())
  const cards = [...world.estate.cardsOf(0), ...world.estate.testCards()]
  check.watch(
    world,
    cards.map(({ pan }) => pan),
  )
  const opening = new Map(
    world.store.listAccounts().map(({ pan, state }) => [pan.lookup, state.balanceMinor]),
  )
  check.promises(countPromises(() => world.run()))
  check.story(story.text)
  check.finish(world, opening)
  const books = scenario.books
  return {
    skipped: undefined,
    differences: [
      ...scenario.steps.flatMap((step) => compareStep(step, watch.recordOf(step.id))),
      ...(books === undefined ? [] : compareExpectedBooks(books, tid, world.store, cardOf(), opening)),
    ],
    findings: check.findings,
    steps: watch.steps,
    story: story.text,
    notChecked: [],
  }
}

/** A step that succeeds without an outcome: time goes by, or the terminal is switched off and on. */
export function isIdle({ steps }: Scenario, id: number): boolean {
  const deed = steps.find((step) => step.id === id)?.deed
  return deed === 'wait' || deed === 'power cycle'
}

/** Before the first step, and not looked at: messages and faults of a step are then its own. */
const SIGN_IN: Pick<ScenarioStep, 'id' | 'deed' | 'faults' | 'pauseMs'> = {
  id: SIGN_IN_STEP,
  deed: 'sign in',
  faults: [],
  pauseMs: 0,
}

/** The day of one terminal; what its steps are is in the script. */
export function planOf(scenario: Scenario): Plan {
  const steps = [...(scenario.signsIn ? [SIGN_IN] : []), ...scenario.steps].map(
    ({ id, deed, faults, pauseMs }): Step => ({
      id,
      deed: deed === 'power cycle' ? 'powerCycle' : 'wait',
      amountMinor: 0,
      pick: 0,
      pauseMs,
      faults,
    }),
  )
  return {
    seed: scenario.seed,
    hosts: scenario.hosts,
    terminals: [{ index: 0, profile: scenario.profile, sharedLine: scenario.sharedLine, steps }],
  }
}
