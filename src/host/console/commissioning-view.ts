import { UNSIGNED } from '../estate/commissioning.ts'
import { GO_LIVE_STEPS, STEP_TITLES } from '../estate/commissioning-steps.ts'
import { EXERCISE_NAMES, TRAINING_EXERCISES } from '../estate/training-exercises.ts'
import type { CommissioningView } from './api-types/commissioning.ts'
import type { ConsoleContext } from './console-app.ts'

/** A terminal's way to its first real sale, as its page shows it. */
export function commissioningView(
  { field, host }: Pick<ConsoleContext, 'field' | 'host'>,
  tid: string,
  serial: string,
): CommissioningView {
  const row = host.store.listTerminals().find((each) => each.tid === tid)
  const evidence = field.commissioning.evidence(tid, serial)
  const missing = field.commissioning.missing(tid, serial)
  const isPassed = missing.length === 0
  const isAccepted = isPassed && field.commissioning.isAccepted(tid, serial)
  const lacking = isPassed && !isAccepted ? [UNSIGNED] : missing
  return {
    tid,
    stage: row?.setup?.stage ?? 'live',
    steps: GO_LIVE_STEPS.map((step) => {
      const last = evidence.find((each) => each.step === step)
      return {
        step,
        title: STEP_TITLES[step],
        verdict: last?.verdict ?? 'none',
        endedAtMs: last?.endedAtMs ?? null,
        softwareVersion: last?.softwareVersion ?? '',
        reasons: [...(last?.reasons ?? [])],
        figures: { ...last?.figures },
      }
    }),
    missing: lacking.map(({ zh, en }) => ({ zh, en })),
    isPassed,
    isAccepted,
    reports: [...field.acceptance.list(tid)],
    training: field.training.of(tid).map(({ operator, isDone, results }) => ({
      operator,
      isDone,
      exercises: EXERCISE_NAMES.map((exercise) => ({
        exercise,
        title: TRAINING_EXERCISES[exercise],
        atMs: results.find((each) => each.exercise === exercise)?.atMs ?? null,
      })),
    })),
  }
}
