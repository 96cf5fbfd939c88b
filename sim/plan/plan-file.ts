import { z } from 'zod'
import { oneLine } from '../../src/base/one-line.ts'
import { err, ok, type Result } from '../../src/base/result.ts'
import { parseProfile } from '../../src/terminal/adapters/profile-file.ts'
import { FAULT_NAMES } from './fault-kinds.ts'
import { DEED_NAMES } from './make-plan.ts'
import type { Plan } from './plan.ts'

/** A plan that once failed, and what it showed. */
export interface KeptPlan {
  readonly format: 'tillwire-plan-1'
  /** What was wrong, in one sentence. */
  readonly found: string
  readonly plan: Plan
}

const count = z.int().min(0)
const fault = z.strictObject({
  kind: z.string(),
  nth: z.int().min(1),
  ms: count,
  part: count,
  device: z.enum(['reader', 'pinPad', 'printer']).optional(),
})
const step = z.strictObject({
  id: count,
  deed: z.string(),
  amountMinor: count,
  pick: count,
  pauseMs: count,
  isNight: z.literal(true).optional(),
  faults: z.array(fault),
})
const kept = z.strictObject({
  format: z.literal('tillwire-plan-1'),
  found: z.string(),
  plan: z.strictObject({
    seed: count,
    hosts: z.union([z.literal(1), z.literal(2)]),
    terminals: z.array(
      z.strictObject({
        index: count,
        profile: z.record(z.string(), z.unknown()),
        sharedLine: z.boolean(),
        steps: z.array(step),
      }),
    ),
  }),
})

/** Reads what `tillwire sim --save` wrote. The error is one line for the user. */
export function parsePlan(text: string, name: string): Result<KeptPlan, string> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return err(`${name} is not JSON: it was not written by "tillwire sim --save"`)
  }
  const parsed = kept.safeParse(value)
  if (!parsed.success) {
    const place = oneLine(parsed.error.issues[0]?.path.map(String).join('.') || 'its top level')
    return err(`${name} is no plan of "tillwire sim --save" (wrong at ${place})`)
  }
  for (const { profile, steps } of parsed.data.plan.terminals) {
    const checked = parseProfile(JSON.stringify(profile), name)
    if (!checked.ok) return err(checked.error.message)
    for (const { deed, faults } of steps) {
      if (!DEED_NAMES.includes(deed)) return err(`${name}: ${oneLine(deed)} is no deed of this release`)
      const unknown = faults.find(({ kind }) => !(FAULT_NAMES as readonly string[]).includes(kind))
      if (unknown !== undefined) return err(`${name}: ${oneLine(unknown.kind)} is no fault of this release`)
    }
  }
  // Every member was checked above; names of deeds and faults by this release's own lists.
  return ok(parsed.data as KeptPlan)
}
