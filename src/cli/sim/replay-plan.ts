import { parsePlan } from '../../../sim/plan/plan-file.ts'
import { runPlan } from '../../../sim/run-plan.ts'
import { Finding, UsageFailure } from '../failure.ts'

/** Runs one kept plan and tells what today's program makes of it. @throws {UsageFailure | Finding} */
export function replayPlan(
  text: string,
  name: string,
  options: { readonly verbose: boolean; readonly json: boolean },
): void {
  const kept = parsePlan(text, name)
  if (!kept.ok) throw new UsageFailure(kept.error)
  const { findings, figures } = runPlan(
    kept.value.plan,
    options.verbose ? (story) => process.stdout.write(story) : undefined,
  )
  if (options.json) process.stdout.write(`${JSON.stringify({ found: kept.value.found, findings })}\n`)
  else {
    process.stdout.write(`${name}: ${kept.value.found}\n`)
    for (const { check, detail } of findings) process.stdout.write(`! ${check}: ${detail}\n`)
    process.stdout.write(`${figures.transactions} transactions, ${findings.length} findings\n`)
  }
  if (findings.length > 0) throw new Finding('the plan still fails')
}
