import { cpSync } from 'node:fs'
import { join } from 'node:path'
import type { TerminalSetup } from '../../src/terminal/adapters/profile-file.ts'
import type { StreamDialer } from '../../src/terminal/runtime/dialed-host-link.ts'
import type { CardName } from '../scenario/card-names.ts'
import { SCENARIO_PROFILE } from '../scenario/read-scenario.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { ScenarioResult } from '../scenario/scenario-result.ts'
import type { SimCard } from '../world/sim-estate.ts'
import { cardFileOf, caseOf } from './card-folder.ts'
import { ForeignHost } from './foreign-host.ts'
import { notProvokable } from './not-provokable.ts'
import { RealRun, type RunPlace, skippedResult } from './run-real-scenario.ts'

/** What a terminal needs to speak to a host that is somebody else's. */
export interface ForeignSetup {
  /** Reaches the host. */
  readonly dialer: StreamDialer
  readonly setup: TerminalSetup
  /** TR-31 block of the terminal's master key, for the pad of `boardDirectory`. */
  readonly keyBlock: string
  readonly boardDirectory: string
  readonly cardsDirectory: string
  readonly cards: ReadonlyMap<CardName, SimCard>
}

/** Runs a scenario with a terminal on pseudo-terminals against a host of which only the messages are seen. */
export async function runForeignScenario(
  scenario: Scenario,
  foreign: ForeignSetup,
  place: RunPlace,
): Promise<ScenarioResult> {
  const skipped = notProvokable(scenario, 'foreign') ?? missingCard(scenario, foreign)
  if (skipped !== undefined) return skippedResult(skipped)
  const { setup, keyBlock, boardDirectory, cards, dialer } = foreign
  cpSync(boardDirectory, join(place.directory, 'board'), { recursive: true })
  const profile = { ...setup.profile, ...SCENARIO_PROFILE, ...scenario.profile }
  const run = new RealRun(scenario, profile, caseOf(cards), place)
  try {
    return await run.with(new ForeignHost(dialer), setup.caKeys, () => keyBlock)
  } finally {
    run.clock.stop()
  }
}

function missingCard({ steps }: Scenario, { cards, cardsDirectory }: ForeignSetup): string | undefined {
  const missing = steps.map(({ card }) => card).find((card) => card !== undefined && !cards.has(card))
  return missing === undefined
    ? undefined
    : `no card "${missing}": put its image at ${cardFileOf(cardsDirectory, missing)} (tillwire card new --out)`
}
