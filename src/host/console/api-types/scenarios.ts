import { z } from 'zod'

/** A scenario of the project. */
export const SCENARIO_LINE = z.object({
  /** `scenarios/faults/lose-reply.yaml` */
  file: z.string(),
  /** Its folder: `days`, `faults`, `response-codes`. */
  kind: z.string(),
  name: z.string(),
  zh: z.string().nullable(),
  about: z.string().nullable(),
})

export const SCENARIO_OUTCOME = z.object({
  file: z.string(),
  name: z.string(),
  zh: z.string().nullable(),
  status: z.enum(['passed', 'failed', 'skipped']),
  elapsedMs: z.number(),
  /** Why it was skipped. */
  reason: z.string().nullable(),
  outcomes: z.array(z.object({ step: z.string(), outcome: z.string() })),
  /** What was expected and did not come. */
  differences: z.array(
    z.object({ where: z.string(), what: z.string(), expected: z.string(), came: z.array(z.string()) }),
  ),
  /** What the checks of the world found. */
  findings: z.array(z.object({ check: z.string(), detail: z.string() })),
  notChecked: z.array(z.string()),
  /** Message and event chart. */
  story: z.string(),
})

export const SCENARIO_RUN_LINE = z.object({
  number: z.number(),
  by: z.string(),
  startedAtMs: z.number(),
  endedAtMs: z.number().nullable(),
  status: z.enum(['running', 'passed', 'failed', 'cancelled', 'broken']),
  total: z.number(),
  passed: z.number(),
  failed: z.number(),
  skipped: z.number(),
  /** Why it is broken, in one sentence. */
  problem: z.string().nullable(),
})

export const SCENARIO_RUN = SCENARIO_RUN_LINE.extend({ results: z.array(SCENARIO_OUTCOME) })

export type ScenarioLine = z.infer<typeof SCENARIO_LINE>
export type ScenarioOutcome = z.infer<typeof SCENARIO_OUTCOME>
export type ScenarioRunLine = z.infer<typeof SCENARIO_RUN_LINE>
export type ScenarioRunView = z.infer<typeof SCENARIO_RUN>
