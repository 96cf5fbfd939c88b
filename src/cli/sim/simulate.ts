import { writeFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { makePlan } from '../../../sim/plan/make-plan.ts'
import { faultCount, type Plan } from '../../../sim/plan/plan.ts'
import type { KeptPlan } from '../../../sim/plan/plan-file.ts'
import { runPlan } from '../../../sim/run-plan.ts'
import { runSeeds, type SeedFailure, type SeedsReport } from '../../../sim/seeds.ts'
import { shrinkPlan } from '../../../sim/shrink.ts'
import { Finding } from '../failure.ts'
import { progressOf } from './progress.ts'
import { runInWorkers } from './seed-workers.ts'
import { renderReport } from './seeds-report.ts'
import type { SimulateOptions } from './simulate-options.ts'

const SHRINK_RUNS_MAX = 600

/** Runs the seeds, reports, and tells the shortest story of the first failure. @throws {Finding} when a check failed. */
export async function simulate(options: SimulateOptions): Promise<void> {
  process.on('unhandledRejection', (error) => {
    throw error
  })
  const report = options.verbose || options.workers === 1 ? runHere(options) : await runInWorkers(options)
  const [failure] = report.failures
  if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`)
  else process.stdout.write(renderReport(report))
  if (failure === undefined) return
  if (!options.json) tellFailures(report.failures, options)
  if (options.shrink) tellShortest(failure, options)
  throw new Finding(`${report.failures.length} of ${report.seeds} seeds failed`)
}

function runHere(options: SimulateOptions): SeedsReport {
  const say = progressOf(options)
  if (options.verbose) {
    for (let seed = options.first; seed < options.first + options.count; seed++) {
      runPlan(makePlan(seed, options), (story) => process.stdout.write(`── seed ${seed}\n${story}`))
    }
  }
  return runSeeds(
    {
      ...options,
      stride: 1,
      goOn: (report) => {
        say(report)
        return true
      },
    },
    () => performance.now(),
  )
}

function tellFailures(failures: readonly SeedFailure[], options: SimulateOptions): void {
  for (const { seed, findings } of failures) {
    process.stdout.write(`\n✗ tillwire sim --seed ${seed}${argumentsOf(options)}\n`)
    for (const { check, detail } of findings) process.stdout.write(`    ${check}: ${detail}\n`)
  }
}

/** What makes another run the same, besides the seed. */
function argumentsOf({ days, terminals, faultsFile }: SimulateOptions): string {
  return [
    days === 1 ? '' : ` --days ${days}`,
    terminals === 3 ? '' : ` --terminals ${terminals}`,
    faultsFile === undefined ? '' : ` --faults ${faultsFile}`,
  ].join('')
}

function tellShortest({ seed, findings }: SeedFailure, options: SimulateOptions): void {
  const [first] = findings
  if (first === undefined) return
  const say = options.json ? () => {} : (text: string): unknown => process.stdout.write(text)
  say(`\nLooking for the shortest story of seed ${seed} …\n`)
  const shortest = shrinkPlan(makePlan(seed, options), { check: first.check, runsMax: SHRINK_RUNS_MAX })
  const { findings: left } = runPlan(shortest, (story) => say(`${sizeText(shortest)}\n\n${story}`))
  for (const { check, detail } of left) say(`! ${check}: ${detail}\n`)
  if (options.save === undefined) return
  const kept: KeptPlan = {
    format: 'tillwire-plan-1',
    found: `${first.check}: ${first.detail}`,
    plan: shortest,
  }
  writeFileSync(options.save, `${JSON.stringify(kept, undefined, 1)}\n`)
  say(`written to ${options.save}\n`)
}

function sizeText(plan: Plan): string {
  const steps = plan.terminals.reduce((sum, terminal) => sum + terminal.steps.length, 0)
  return `${plan.terminals.length} terminals, ${steps} steps, ${faultCount(plan)} faults, ${plan.hosts} hosts`
}
