import type { z } from 'zod'
import type { ScenarioFault } from './scenario.ts'

/** What the shape of the file makes of a value, at the member that is wrong. */
export function faultOfIssue(issue: z.core.$ZodIssue): ScenarioFault {
  const path = issue.path.filter((each) => typeof each !== 'symbol')
  return {
    path: issue.code === 'unrecognized_keys' ? [...path, issue.keys[0] ?? ''] : path,
    message: issue.message,
  }
}
