import {
  COMMISSIONING_STEPS,
  type CommissioningStep,
  type StepEvidence,
} from '../../flows/commissioning/step-evidence.ts'
import type { CommissioningSite } from './commissioning-site.ts'
import { STEP_WORK } from './commissioning-steps.ts'

export interface RunOptions {
  /** All when left out; in the usual order. */
  readonly steps?: readonly CommissioningStep[]
  /** Do again what passed before with this software. */
  readonly again?: boolean
}

/**
 * Does the steps in order, each to its durable evidence. A step that passed with this software on this terminal is not
 * done again unless that is asked for; the run ends early when somebody stops it, without evidence of the step it was in.
 */
export async function runCommissioning(
  site: CommissioningSite,
  { steps = COMMISSIONING_STEPS, again = false }: RunOptions = {},
): Promise<readonly StepEvidence[]> {
  const { store, tell, nowMs, terminal, softwareVersion } = site
  const evidence: StepEvidence[] = []
  for (const step of COMMISSIONING_STEPS.filter((each) => steps.includes(each))) {
    if (site.isStopped()) break
    const latest = store.latest(step)
    if (!again && latest !== undefined && isGood(latest, site)) {
      tell({ kind: 'kept', evidence: latest })
      evidence.push(latest)
      continue
    }
    tell({ kind: 'begun', step })
    const startedAtMs = nowMs()
    const result = await STEP_WORK[step](site)
    if (site.isStopped()) break
    const { terminalId, serialNumber } = terminal.profile
    const added = store.add({
      ...result,
      step,
      startedAtMs,
      endedAtMs: nowMs(),
      softwareVersion,
      terminalId,
      serialNumber,
    })
    tell({ kind: 'ended', evidence: added })
    evidence.push(added)
  }
  return evidence
}

function isGood(evidence: StepEvidence, { softwareVersion, terminal }: CommissioningSite): boolean {
  const { terminalId, serialNumber } = terminal.profile
  return (
    evidence.verdict === 'passed' &&
    evidence.softwareVersion === softwareVersion &&
    evidence.terminalId === terminalId &&
    evidence.serialNumber === serialNumber
  )
}
