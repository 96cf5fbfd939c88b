import { CareRefusal } from '../monitoring/care-refusal.ts'
import { ConsoleProblem, changedMeanwhile, notFound } from './console-problem.ts'

/** Does `act`; what alarms, tickets and maintenance refuse is answered as a problem of the console. @throws {ConsoleProblem} */
export function cared<T>(act: () => T): T {
  try {
    return act()
  } catch (error) {
    if (!(error instanceof CareRefusal)) throw error
    const { kind, text, present } = error
    if (kind === 'changed') throw changedMeanwhile(present)
    const said = text ?? { zh: '记录', en: 'record' }
    throw kind === 'notFound' ? notFound(said) : new ConsoleProblem(400, 'badInput', said)
  }
}
