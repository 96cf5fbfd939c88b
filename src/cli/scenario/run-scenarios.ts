import { renameSync, writeFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import type { Scenario } from '../../../sim/scenario/scenario.ts'
import type { ScenarioResult } from '../../../sim/scenario/scenario-result.ts'
import { Finding, UsageFailure } from '../failure.ts'
import { junitReport } from './junit-report.ts'
import { countOf, newRun, type ScenarioRun } from './scenario-run.ts'
import { renderRun, renderSum } from './text-report.ts'

export interface RunScenariosOptions {
  readonly scenarios: readonly Scenario[]
  /** The world that they run in. */
  readonly run: (scenario: Scenario) => ScenarioResult | Promise<ScenarioResult>
  readonly verbose: boolean
  readonly json: boolean
  /** Called after each, with the chart. */
  readonly progress?: ((line: object) => void) | undefined
  readonly junit: string | undefined
  readonly print: (text: string) => void
}

/** Runs all scenarios, one after the other, and reports. @throws {Finding} when one failed. */
export async function runScenarios(options: RunScenariosOptions): Promise<void> {
  const { scenarios, run, json, verbose, junit, print, progress } = options
  const runs: ScenarioRun[] = []
  const startMs = performance.now()
  for (const scenario of scenarios) {
    const beginMs = performance.now()
    const result = await run(scenario)
    const each = newRun(scenario, result, performance.now() - beginMs)
    runs.push(each)
    progress?.({ scenario: { ...jsonRun(each), story: result.story } })
    if (!json) print(renderRun(each, verbose))
  }
  if (json) print(`${JSON.stringify(jsonReport(runs))}\n`)
  else print(renderSum(runs, performance.now() - startMs))
  if (junit !== undefined) writeWhole(junit, junitReport(runs))
  const failed = countOf(runs, 'failed')
  if (failed > 0) throw new Finding(`${failed} of ${runs.length} scenarios failed`)
  if (countOf(runs, 'passed') === 0) throw new Finding('no scenario could be run here')
}

function jsonReport(runs: readonly ScenarioRun[]): object {
  return {
    passed: countOf(runs, 'passed'),
    failed: countOf(runs, 'failed'),
    skipped: countOf(runs, 'skipped'),
    scenarios: runs.map(jsonRun),
  }
}

function jsonRun({ scenario, result, status, elapsedMs }: ScenarioRun): object {
  return {
    file: scenario.file,
    name: scenario.name,
    zh: scenario.nameZh ?? null,
    status,
    elapsedMs: Math.round(elapsedMs),
    reason: result.skipped ?? null,
    outcomes: scenario.steps.map(({ id, title }) => ({
      step: title,
      outcome: result.steps.find((step) => step.id === id)?.outcome ?? '',
    })),
    differences: result.differences,
    findings: result.findings,
    notChecked: result.notChecked,
  }
}

function writeWhole(path: string, text: string): void {
  try {
    writeFileSync(`${path}.part`, text)
    renameSync(`${path}.part`, path)
  } catch {
    throw new UsageFailure(`${path} can not be written: check its folder and the space on disk`)
  }
}
