import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { invariant } from '../../src/base/invariant.ts'
import { openSqliteJournal } from '../../src/terminal/adapters/sqlite-journal.ts'
import type { JournalRecord } from '../../src/terminal/flows/journal-record.ts'
import { DEFAULT_PROFILE, type TerminalProfile } from '../../src/terminal/flows/terminal-profile.ts'
import type { CaPublicKey } from '../../src/terminal/kernel/kernel-config.ts'
import { RunCheck } from '../check/run-check.ts'
import { Story } from '../report/story.ts'
import type { CardCase } from '../scenario/card-names.ts'
import { compareExpectedBooks } from '../scenario/compare-books.ts'
import { compareStep } from '../scenario/expectations.ts'
import { isIdle, planOf } from '../scenario/run-scenario.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { ScenarioResult } from '../scenario/scenario-result.ts'
import { ScenarioScript } from '../scenario/scenario-script.ts'
import { ScenarioWatch } from '../scenario/scenario-watch.ts'
import { terminalId } from '../world/sim-estate.ts'
import { makeHostRecords } from './host-records.ts'
import { notProvokable } from './not-provokable.ts'
import { OwnHost } from './own-host.ts'
import { RealTiming } from './real-timing.ts'
import { type RealHost, RealWorld } from './real-world.ts'

/** What each run with a host of our own begins with. */
export interface RealSetup {
  /** Holds host, board and terminal as they are after the terminal got its keys and its cashier logged on. */
  readonly directory: string
  readonly cardOf: CardCase
  /** What the terminal's journal holds then. */
  readonly records: readonly JournalRecord[]
}

/** Where one run happens. */
export interface RunPlace {
  /** An empty folder. */
  readonly directory: string
  readonly interrupted: AbortSignal
}

const NOTHING_HAPPENS: Scenario = {
  file: '',
  name: '',
  nameZh: undefined,
  about: undefined,
  seed: 1,
  hosts: 1,
  sharedLine: false,
  signsIn: false,
  profile: {},
  steps: [],
  books: undefined,
}

/** Sets up a host and commissions a terminal with it: once, since it takes its time. */
export async function prepareRealRuns(place: RunPlace): Promise<RealSetup> {
  const { directory } = place
  const cardOf = makeHostRecords(join(directory, 'host'))
  const { findings } = await runInPlace(NOTHING_HAPPENS, { directory, cardOf, records: [] }, place)
  invariant(findings.length === 0, `a terminal can not be commissioned: ${findings[0]?.detail}`)
  const journal = openSqliteJournal({ directory: join(directory, 'terminal') })
  try {
    return { directory, cardOf, records: journal.records() }
  } finally {
    journal.close()
  }
}

/** Runs a scenario over pseudo-terminals and TCP, with the real host, in real time. */
export async function runRealScenario(
  scenario: Scenario,
  setup: RealSetup,
  place: RunPlace,
): Promise<ScenarioResult> {
  const skipped = notProvokable(scenario, 'own')
  if (skipped !== undefined) return skippedResult(skipped)
  cpSync(setup.directory, place.directory, { recursive: true })
  return await runInPlace(scenario, setup, place)
}

async function runInPlace(scenario: Scenario, setup: RealSetup, place: RunPlace): Promise<ScenarioResult> {
  const profile = { ...DEFAULT_PROFILE, terminalId: terminalId(0), ...scenario.profile }
  const run = new RealRun(scenario, profile, setup.cardOf, place)
  run.foundInJournal(setup.records)
  const host = new OwnHost({
    directory: join(place.directory, 'host'),
    clock: run.clock,
    fault: (reason) => run.watch.hostFault('host 1', reason),
    tell: (text) => run.watch.tell('host 1', text),
  })
  try {
    await host.start()
    const { personalisation, estate } = host.host
    return await run.with(host, personalisation.caKeys, (padKey) =>
      estate.keyBlockFor(profile.terminalId, padKey),
    )
  } finally {
    run.clock.stop()
    await host.close()
  }
}

export function skippedResult(reason: string): ScenarioResult {
  return { skipped: reason, differences: [], findings: [], steps: [], story: '', notChecked: [] }
}

/** One scenario in the real world, with whichever host. */
export class RealRun {
  readonly clock = new RealTiming()
  readonly watch: ScenarioWatch
  readonly #scenario: Scenario
  readonly #profile: TerminalProfile
  readonly #cardOf: CardCase
  readonly #place: RunPlace
  readonly #check: RunCheck
  readonly #story: Story

  constructor(scenario: Scenario, profile: TerminalProfile, cardOf: CardCase, place: RunPlace) {
    this.#scenario = scenario
    this.#profile = profile
    this.#cardOf = cardOf
    this.#place = place
    this.#check = new RunCheck(planOf(scenario), [profile.terminalId])
    const begunMs = this.clock.nowMs()
    this.#story = new Story(this.#check, () => Math.round(this.clock.nowMs() - begunMs))
    this.watch = new ScenarioWatch(this.#story, (id) => isIdle(scenario, id))
  }

  /** Records of an earlier life of the terminal. */
  foundInJournal(records: readonly JournalRecord[]): void {
    this.#check.durable(this.#profile.terminalId, records)
  }

  async with(
    host: RealHost,
    caKeys: readonly CaPublicKey[],
    keyBlockFor: (padProtectionKey: string) => string,
  ): Promise<ScenarioResult> {
    const { directory, interrupted } = this.#place
    const [plan] = planOf(this.#scenario).terminals
    invariant(plan !== undefined, 'a scenario without a terminal')
    const world = await RealWorld.assemble({
      directory,
      clock: this.clock,
      seed: this.#scenario.seed,
      plan,
      profile: this.#profile,
      caKeys,
      host,
      keyBlockFor,
      watch: this.watch,
      script: new ScenarioScript(this.#scenario, this.#cardOf, (id) => this.watch.recordOf(id)),
      interrupted,
    })
    const cards = this.#scenario.steps.flatMap(({ card }) => (card === undefined ? [] : [this.#cardOf(card)]))
    this.#check.watch(
      world,
      cards.map(({ pan }) => pan),
    )
    const opening = new Map(
      world.store?.listAccounts().map(({ pan, state }) => [pan.lookup, state.balanceMinor]),
    )
    try {
      await world.run()
    } finally {
      await world.close()
    }
    this.#check.finish(world, opening)
    return this.#result(world, opening)
  }

  #result({ store }: RealWorld, opening: ReadonlyMap<string, number>): ScenarioResult {
    const { steps, books } = this.#scenario
    const { terminalId: tid } = this.#profile
    return {
      skipped: undefined,
      differences: [
        ...steps.flatMap((step) => compareStep(step, this.watch.recordOf(step.id))),
        ...(books === undefined || store === undefined
          ? []
          : compareExpectedBooks(books, tid, store, this.#cardOf, opening)),
      ],
      findings: this.#check.findings,
      steps: this.watch.steps,
      story: this.#story.text,
      notChecked: books !== undefined && store === undefined ? ["the host's books: they are its own"] : [],
    }
  }
}
