import { judged, type Reason, type StepResult } from '../../flows/commissioning/step-evidence.ts'
import { EXERCISES } from '../../flows/training/exercises.ts'
import type { EvidenceStore } from '../evidence-store.ts'

/** Whether people are trained: one operator at least has done all exercises. Says who has still to do what. */
export function judgeTraining(store: Pick<EvidenceStore, 'exercises' | 'openExercises'>): StepResult {
  const results = store.exercises()
  const operators = [...new Set(results.map(({ operator }) => operator))]
  const open = operators.map((operator) => ({ operator, exercises: store.openExercises(operator) }))
  const reasons: Reason[] = []
  if (operators.length === 0)
    reasons.push({
      zh: '尚无操作员完成练习：请运行 tillwire terminal --training',
      en: 'no operator has done any exercise: run tillwire terminal --training',
    })
  else if (open.every(({ exercises }) => exercises.length > 0))
    for (const { operator, exercises } of open)
      reasons.push({
        zh: `操作员 ${operator} 还需完成：${titles(exercises, 'zh')}`,
        en: `operator ${operator} has still to do: ${titles(exercises, 'en')}`,
      })
  const trained = open.filter(({ exercises }) => exercises.length === 0).length
  return judged(reasons, { operators: operators.length, trained, exercises: EXERCISES.length }, results)
}

function titles(ids: readonly string[], language: 'zh' | 'en'): string {
  return EXERCISES.filter(({ id }) => ids.includes(id))
    .map((each) => each[language])
    .join('; ')
}
