import { findingsOf, signInWords } from '../../load/load-findings.ts'
import type { LineAddress } from '../../load/load-line.ts'
import type { LoadOrders, PacingOrder, SubjectOrder } from '../../load/load-orders.ts'
import type { BooksFigures, LoadResult, LoadSecond } from '../../load/load-result.ts'
import { LoadTally, mergeKinds } from '../../load/load-tally.ts'
import { vitalsOf } from '../../load/process-vitals.ts'
import { judgeSoak } from '../../load/soak-verdict.ts'
import type { ProcessVitals } from '../../load/soak-watch.ts'
import { SoakWatch } from '../../load/soak-watch.ts'
import { Finding, UsageFailure } from '../failure.ts'
import { startWorkers } from './load-workers.ts'
import { INTERRUPTED } from './own-host.ts'
import type { WorkerEnd } from './worker-line.ts'

/** A load as it was asked for, whomever it is for. */
export interface LoadPlan {
  readonly address: LineAddress
  readonly subject: SubjectOrder
  /** One line each, for the report. */
  readonly subjectText: string
  readonly mixName: string
  readonly mixFile: string | undefined
  /** Where a target's running number begins. */
  readonly firstNumber: number
  readonly workers: number
  readonly seed: number
  readonly connections: number
  readonly pacing: PacingOrder
  readonly timeoutMs: number
  readonly durationMs: number
  readonly warmupMs: number
  /** Seconds between samples of a soak; undefined: no soak. */
  readonly sampleSeconds: number | undefined
  /** Process of the host, where it is known. */
  readonly hostPid: number | undefined
}

export interface LoadHooks {
  readonly second: (second: LoadSecond) => void
  /** Before the load: terminals that have signed in so far. */
  readonly ready: (tills: number) => void
  /** All is answered: what the host's books say, where they can be read. */
  readonly books: (() => Promise<Pick<BooksFigures, 'rows' | 'wrong'>>) | undefined
  /** What was used up of the estate. */
  readonly used: (ends: readonly WorkerEnd[]) => void
}

/** Runs a load with its processes. @throws {Finding | UsageFailure} when it could not begin. */
export async function runLoad(plan: LoadPlan, hooks: LoadHooks): Promise<LoadResult> {
  const startedAt = new Date().toISOString()
  const steps = plan.pacing.kind === 'open' ? plan.pacing.steps : []
  const tally = new LoadTally(plan.workers, steps)
  const watch = watchOf(plan)
  const ready = new Map<number, number>()
  const workers = startWorkers(ordersOf(plan), {
    second(worker, tick) {
      watch?.add(worker, tick)
      const second = tally.add(tick)
      if (second !== undefined) hooks.second(second)
    },
    ready(worker, tills) {
      ready.set(worker, tills)
      hooks.ready([...ready.values()].reduce((sum, each) => sum + each, 0))
    },
  })
  const stop = (): void => workers.stop()
  for (const signal of SIGNALS) process.on(signal, stop)
  try {
    const ends = await workers.ends
    tally.finish()
    hooks.used(ends)
    refuseToBegin(plan, ends)
    const books = await booksOf(hooks, ends)
    return resultOf(plan, tally, ends, { startedAt, books, watch })
  } finally {
    for (const signal of SIGNALS) process.off(signal, stop)
  }
}

/** What ends a load early. */
export const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

function watchOf({ workers, sampleSeconds, durationMs, hostPid }: LoadPlan): SoakWatch | undefined {
  if (sampleSeconds === undefined) return undefined
  const unknown: ProcessVitals = { rssBytes: undefined, descriptors: undefined }
  const host = (): ProcessVitals => (hostPid === undefined ? unknown : vitalsOf(hostPid))
  return new SoakWatch(workers, sampleSeconds, durationMs / 1000, host, () => performance.now())
}

function ordersOf(plan: LoadPlan): readonly LoadOrders[] {
  const { subject, address, mixFile, firstNumber, workers, seed, connections, pacing } = plan
  const { timeoutMs, durationMs, warmupMs } = plan
  const common = { subject, address, mixFile, firstNumber, workers, seed, connections, pacing }
  return Array.from({ length: workers }, (_, index) => ({
    ...common,
    index,
    timeoutMs,
    durationMs,
    warmupMs,
  }))
}

function refuseToBegin({ address, subject }: LoadPlan, ends: readonly WorkerEnd[]): void {
  const { host, port } = address
  if (ends.every(({ began, failure }) => !began && failure === undefined)) throw new Finding(INTERRUPTED)
  if (ends.every(({ failure }) => failure === 'noConnection'))
    throw new UsageFailure(`nothing answers at ${host}:${port}: start the host, or check --host`)
  if (ends.every(({ failure }) => failure !== undefined))
    throw new Finding(
      `no terminal could sign in at ${host}:${port}${signInWords(ends)}: ${ADVICE[subject.kind]}`,
    )
}

const ADVICE: Readonly<Record<SubjectOrder['kind'], string>> = {
  estate: 'does the host know the terminals and their keys?',
  target:
    'check prefix, envelope, dialect and the first message of the target file against what the host logs',
}

async function booksOf({ books }: LoadHooks, ends: readonly WorkerEnd[]): Promise<BooksFigures | undefined> {
  if (books === undefined) return undefined
  return {
    answered: sumOf(ends, ({ bookedAnswered }) => bookedAnswered),
    sent: sumOf(ends, ({ bookedSent }) => bookedSent),
    ...(await books()),
  }
}

function resultOf(
  plan: LoadPlan,
  tally: LoadTally,
  ends: readonly WorkerEnd[],
  rest: {
    readonly startedAt: string
    readonly books: BooksFigures | undefined
    readonly watch: SoakWatch | undefined
  },
): LoadResult {
  const { faults, events, series, offered, sent, approved, declined } = tally
  const tills = sumOf(ends, (end) => end.tills)
  // A load that was stopped early counts the seconds that it had.
  const lastSecond = (series.at(-1)?.second ?? 0) + 1
  const seconds = Math.max(1, Math.min(plan.durationMs / 1000, lastSecond) - plan.warmupMs / 1000)
  const answered = approved + declined
  const result: Omit<LoadResult, 'findings'> = {
    format: 'tillwire-load-1',
    startedAt: rest.startedAt,
    subject: plan.subjectText,
    pacing: pacingText(plan.pacing),
    mix: plan.mixName,
    workers: plan.workers,
    connections: plan.connections,
    terminals: tills,
    seed: plan.seed,
    seconds,
    offered,
    sent,
    answered,
    approved,
    declined,
    failed: Object.values(faults).reduce((sum, times) => sum + times, 0),
    neverSent: sumOf(ends, (end) => end.neverSent),
    givenUp: sumOf(ends, (end) => end.givenUp),
    answeredPerSecond: answered / seconds,
    offeredPerSecond: offered / seconds,
    response: tally.response,
    service: tally.service,
    faults,
    events,
    codes: tally.codes,
    kinds: mergeKinds(ends),
    steps: tally.steps,
    curve: tally.curve,
    series,
    ownDelayMaxMs: tally.ownDelayMaxMs,
    books: rest.books,
    soak: rest.watch === undefined ? undefined : judgeSoak(rest.watch.samples),
  }
  const readyTills = sumOf(ends, (end) => end.readyTills)
  return { ...result, findings: findingsOf(result, { readyTills, tills, why: signInWords(ends) }) }
}

function pacingText(pacing: PacingOrder): string {
  if (pacing.kind === 'closed') return `closed loop, ${pacing.outstanding} under way on each connection`
  const rates = pacing.steps.map(
    ({ ratePerSecond, durationMs }) => `${ratePerSecond} a second for ${durationMs / 1000} s`,
  )
  return `open loop (${pacing.process}), ${rates.join(', then ')}`
}

function sumOf(ends: readonly WorkerEnd[], of: (end: WorkerEnd) => number): number {
  return ends.reduce((sum, end) => sum + of(end), 0)
}
