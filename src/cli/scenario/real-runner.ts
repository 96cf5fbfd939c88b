import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { prepareRealRuns, type RunPlace, runRealScenario } from '../../../sim/real/run-real-scenario.ts'
import type { Scenario } from '../../../sim/scenario/scenario.ts'
import type { ScenarioResult } from '../../../sim/scenario/scenario-result.ts'
import { Finding } from '../failure.ts'

type Run = (scenario: Scenario) => Promise<ScenarioResult>

/** Gives `work` the means to run scenarios in real time with a host of our own. Nothing is left behind. */
export function withOwnHost<T>(work: (run: Run) => Promise<T>): Promise<T> {
  return inTemporaryFolder(async (folder, interrupted) => {
    const directory = join(folder, 'setup')
    mkdirSync(directory, { mode: 0o700 })
    const setup = await prepareRealRuns({ directory, interrupted })
    return work((scenario) =>
      inPlace(folder, interrupted, (place) => runRealScenario(scenario, setup, place)),
    )
  })
}

/** A folder that is gone afterwards, also when the user presses Ctrl-C. @throws {Finding} then. */
export async function inTemporaryFolder<T>(
  work: (folder: string, interrupted: AbortSignal) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'tillwire-scenario-'))
  const interrupt = new AbortController()
  const stop = (): void => interrupt.abort()
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, stop)
  try {
    return await work(folder, interrupt.signal)
  } finally {
    for (const signal of signals) process.off(signal, stop)
    rmSync(folder, { recursive: true, force: true })
  }
}

/** One run in a folder of its own. @throws {Finding} when the user interrupts it. */
export async function inPlace(
  folder: string,
  interrupted: AbortSignal,
  run: (place: RunPlace) => Promise<ScenarioResult>,
): Promise<ScenarioResult> {
  const directory = mkdtempSync(join(folder, 'run-'))
  try {
    const result = await run({ directory, interrupted })
    if (interrupted.aborted) throw new Finding('interrupted')
    return result
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
