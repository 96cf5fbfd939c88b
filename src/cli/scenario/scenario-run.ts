import type { Scenario } from '../../../sim/scenario/scenario.ts'
import { type ScenarioResult, type ScenarioStatus, statusOf } from '../../../sim/scenario/scenario-result.ts'

/** One scenario that was run, for the reports. */
export interface ScenarioRun {
  readonly scenario: Scenario
  readonly result: ScenarioResult
  readonly status: ScenarioStatus
  readonly elapsedMs: number
}

export function newRun(scenario: Scenario, result: ScenarioResult, elapsedMs: number): ScenarioRun {
  return { scenario, result, status: statusOf(result), elapsedMs }
}

/** What went wrong, one line each, with what came instead indented below. */
export function failureLines({ result }: ScenarioRun): readonly string[] {
  const { differences, findings } = result
  const unique = [...new Set(findings.map(({ check, detail }) => `${check}: ${detail}`))]
  return [
    ...differences.flatMap(({ where, what, expected, came }) => [
      `${where}: ${what}: expected ${expected}`,
      ...came.map((line, index) => `${index === 0 ? '  came ' : '       '}${line}`),
    ]),
    ...unique.map((each) => `check of the world: ${each}`),
  ]
}

export function countOf(runs: readonly ScenarioRun[], status: ScenarioStatus): number {
  return runs.filter((each) => each.status === status).length
}
