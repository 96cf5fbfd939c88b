import type { Finding } from './check/finding.ts'
import { FAULT_NAMES, type FaultKind } from './plan/fault-kinds.ts'
import { makePlan, type PlanOptions } from './plan/make-plan.ts'
import type { Plan } from './plan/plan.ts'
import { runPlan } from './run-plan.ts'

/** What many runs come to. JSON-safe. */
export interface SeedsReport {
  seeds: number
  terminalDays: number
  transactions: number
  commands: number
  frames: number
  slips: number
  unexplained: number
  virtualMs: number
  elapsedMs: number
  faults: Record<FaultKind, number>
  failures: SeedFailure[]
}

export interface SeedFailure {
  readonly seed: number
  readonly findings: readonly Finding[]
}

export interface SeedsOptions extends PlanOptions {
  readonly first: number
  readonly count: number
  /** Seeds from one to the next: as many as there are processes that share the work. */
  readonly stride: number
  /** Failing seeds after which it ends. */
  readonly failuresMax: number
  /** After each seed; false ends it. */
  readonly goOn: (report: SeedsReport) => boolean
}

export function emptyReport(): SeedsReport {
  return {
    seeds: 0,
    terminalDays: 0,
    transactions: 0,
    commands: 0,
    frames: 0,
    slips: 0,
    unexplained: 0,
    virtualMs: 0,
    elapsedMs: 0,
    faults: Object.fromEntries(FAULT_NAMES.map((kind) => [kind, 0])) as Record<FaultKind, number>,
    failures: [],
  }
}

/** Runs seed after seed; `nowMs`: of a clock that goes on. */
export function runSeeds(options: SeedsOptions, nowMs: () => number): SeedsReport {
  const report = emptyReport()
  const startMs = nowMs()
  for (let number = 0; number < options.count; number++) {
    const seed = options.first + number * options.stride
    addRun(report, makePlan(seed, options), options.days)
    report.elapsedMs = nowMs() - startMs
    if (report.failures.length >= options.failuresMax || !options.goOn(report)) break
  }
  return report
}

function addRun(report: SeedsReport, plan: Plan, days: number): void {
  const { findings, figures, virtualMs } = runPlan(plan)
  report.seeds++
  report.terminalDays += plan.terminals.length * days
  report.transactions += figures.transactions
  report.commands += figures.commands
  report.frames += figures.frames
  report.slips += figures.slips
  report.unexplained += figures.unexplained
  report.virtualMs += virtualMs
  for (const [kind, count] of figures.faults) report.faults[kind] += count
  if (findings.length > 0) report.failures.push({ seed: plan.seed, findings })
}

/** The sum of what several processes did; the time is that of the slowest. */
export function addReports(reports: readonly SeedsReport[]): SeedsReport {
  const sum = emptyReport()
  for (const report of reports) {
    sum.seeds += report.seeds
    sum.terminalDays += report.terminalDays
    sum.transactions += report.transactions
    sum.commands += report.commands
    sum.frames += report.frames
    sum.slips += report.slips
    sum.unexplained += report.unexplained
    sum.virtualMs += report.virtualMs
    sum.elapsedMs = Math.max(sum.elapsedMs, report.elapsedMs)
    for (const kind of FAULT_NAMES) sum.faults[kind] += report.faults[kind]
    sum.failures.push(...report.failures)
  }
  sum.failures.sort((left, right) => left.seed - right.seed)
  return sum
}
