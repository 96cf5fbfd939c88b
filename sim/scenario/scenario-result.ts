import type { Finding } from '../check/finding.ts'
import type { Difference } from './expectations.ts'
import type { StepRecord } from './step-record.ts'

/** What came of a scenario, in whichever world it ran. */
export interface ScenarioResult {
  /** Why it could not be run there; then nothing else holds anything. */
  readonly skipped: string | undefined
  readonly differences: readonly Difference[]
  /** What the checks of the world found, whatever the scenario expects. */
  readonly findings: readonly Finding[]
  readonly steps: readonly StepRecord[]
  /** Message and event chart. */
  readonly story: string
  /** What could not be looked at in that world: the books of a foreign host. */
  readonly notChecked: readonly string[]
}

export type ScenarioStatus = 'passed' | 'failed' | 'skipped'

export function statusOf({ skipped, differences, findings }: ScenarioResult): ScenarioStatus {
  if (skipped !== undefined) return 'skipped'
  return differences.length === 0 && findings.length === 0 ? 'passed' : 'failed'
}
