import { ok, type Result } from '../../../base/result.ts'
import type { Reason, StepEvidence } from '../../flows/commissioning/step-evidence.ts'
import type { EvidenceStore } from '../evidence-store.ts'
import type { Terminal } from '../terminal.ts'
import { type EvidenceAnswer, sendEvidence } from './evidence-client.ts'
import { judgeTraining } from './judge-training.ts'

export interface DeliveryParts {
  readonly terminal: Pick<Terminal, 'run' | 'profile'>
  readonly store: EvidenceStore
  readonly consoleUrl: string
  readonly softwareVersion: string
  readonly nowMs: () => number
}

/**
 * Sends what no host has yet: evidence, and exercises that were done since. What can't be sent stays for the next time.
 * Undefined when there is nothing new and `isAsked` is not set; with it the newest goes again, to hear what is missing.
 */
export async function deliverEvidence(
  parts: DeliveryParts,
  isAsked = false,
): Promise<Result<EvidenceAnswer, Reason> | undefined> {
  const { terminal, store, consoleUrl } = parts
  noteExercises(parts)
  const unsent = store.unsent()
  const { terminalId } = terminal.profile
  // The folder may have been another terminal's before.
  const due = (unsent.length === 0 && isAsked ? store.newest() : unsent).filter(
    (each) => each.terminalId === terminalId,
  )
  if (due.length === 0) return isAsked ? ok({ failed: [], missing: [NOTHING_DONE] }) : undefined
  const sent = await sendEvidence(terminal, consoleUrl, due)
  if (sent.ok) store.markSent(due)
  return sent
}

/** Whether there is anything that no host has yet. */
export function isDeliveryDue(store: EvidenceStore): boolean {
  return hasNewExercises(store) || store.unsent().length > 0
}

const NOTHING_DONE = {
  step: 'network',
  zh: '本机还没有做过任何验收步骤',
  en: 'no step was done at this terminal yet',
}

/** Exercises come between commissionings too: people leave, others are trained. */
function noteExercises({ terminal, store, softwareVersion, nowMs }: DeliveryParts): void {
  if (!hasNewExercises(store)) return
  const results = store.exercises()
  const { terminalId, serialNumber } = terminal.profile
  const atMs = Math.max(nowMs(), ...results.map((each) => each.atMs))
  store.add({
    ...judgeTraining(store),
    step: 'training',
    startedAtMs: atMs,
    endedAtMs: atMs,
    softwareVersion,
    terminalId,
    serialNumber,
  })
}

function hasNewExercises(store: EvidenceStore): boolean {
  const last: StepEvidence | undefined = store.latest('training')
  return store.exercises().some(({ atMs }) => atMs > (last?.endedAtMs ?? -1))
}
