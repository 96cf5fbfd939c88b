import { randomInt } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { oneLine } from '../../base/one-line.ts'
import type { PacingOrder } from '../../load/load-orders.ts'
import type { LoadResult } from '../../load/load-result.ts'
import { descriptorLimit, vitalsOf } from '../../load/process-vitals.ts'
import { renderHtml } from '../../load/report/html-report.ts'
import { renderText } from '../../load/report/text-report.ts'
import { MIX_KINDS } from '../../load/unionpay/load-kind.ts'
import { usedTerminal } from '../../load/unionpay/unionpay-cast.ts'
import { Finding, UsageFailure } from '../failure.ts'
import { castOf, readEstate, readMix, readTarget } from './load-cast.ts'
import {
  addressOf,
  DEFAULT_DURATION_MS,
  durationOf,
  type LoadFlags,
  mixFileOf,
  pacingOf,
  wholeNumberOf,
} from './load-options.ts'
import { endProgress, showProgress, showReady, writeProgress } from './load-progress.ts'
import { INTERRUPTED, startOwnHost } from './own-host.ts'
import { estateFileOf } from './prepare-command.ts'
import { writeEstate } from './prepare-estate.ts'
import { checkReportFile, writeReportFile } from './report-file.ts'
import { type LoadPlan, runLoad, SIGNALS } from './run-load.ts'
import type { WorkerEnd } from './worker-line.ts'

const SAMPLES_OF_SOAK = 60
/** One sample a second, the first fifth of which is not judged. */
const SOAK_MIN_MS = 12_000
/** Of a process besides its connections. */
const OTHER_DESCRIPTORS = 40
const OPEN_TERMINALS = 200
const TERMINALS_MAX = 20_000
const FIRST_NUMBER_MAX = 900_000

/** What does not depend on whom the load is for. */
type Shape = Omit<
  LoadPlan,
  'firstNumber' | 'address' | 'subject' | 'subjectText' | 'mixName' | 'mixFile' | 'hostPid'
>

/** `tillwire load`. @throws {UsageFailure | Finding} */
export async function loadCommand(flags: LoadFlags): Promise<void> {
  const shape = shapeOf(flags)
  refuseIdleFlags(flags)
  if (flags.html !== undefined) checkReportFile(flags.html)
  const result = await resultFor(flags, shape)
  endProgress()
  // What hours came to is on the screen before a full disk can keep it from being written.
  if (flags.json) process.stdout.write(`${JSON.stringify(result)}\n`)
  else process.stdout.write(renderText(result))
  if (flags.html !== undefined) writeReportFile(flags.html, renderHtml(result, flags.lang))
  const { length } = result.findings
  const [first] = result.findings
  if (first !== undefined) throw new Finding(`${length} ${length === 1 ? 'finding' : 'findings'}: ${first}`)
}

/** An option that would have no effect is a misunderstanding. @throws {UsageFailure} */
function refuseIdleFlags({ terminals, target, host, hostPid, soak }: LoadFlags): void {
  if (terminals !== undefined && target !== undefined)
    throw new UsageFailure('--terminals is for a host of its own: the target file says which there are')
  if (terminals !== undefined && host !== undefined)
    throw new UsageFailure('--terminals is for a host of its own: "tillwire load prepare" says how many')
  if (hostPid === undefined) return
  if (soak === undefined) throw new UsageFailure('--host-pid belongs to --soak')
  if (target === undefined && host === undefined)
    throw new UsageFailure('--host-pid is for a host that runs: the process of a host of its own is known')
}

function resultFor(flags: LoadFlags, shape: Shape): Promise<LoadResult> {
  if (flags.target !== undefined) return loadTarget(flags, flags.target, shape)
  if (flags.host !== undefined) return loadKnownHost(flags, shape)
  if (flags.data !== undefined) throw new UsageFailure('--data says whom --host knows: give both')
  return loadOwnHost(flags, shape)
}

function shapeOf(flags: LoadFlags): Shape {
  const { durationMs, ...times } = timesOf(flags)
  return {
    ...processesOf(flags),
    ...times,
    durationMs,
    seed: wholeNumberOf('--seed', flags.seed, 0, 2 ** 47),
    timeoutMs: Math.max(durationOf('--timeout', flags.timeout), 1),
    sampleSeconds:
      flags.soak === undefined ? undefined : Math.max(1, Math.round(durationMs / 1000 / SAMPLES_OF_SOAK)),
  }
}

function timesOf(flags: LoadFlags): Pick<Shape, 'pacing' | 'durationMs' | 'warmupMs'> {
  const { soak, duration, steps } = flags
  if (steps !== undefined && duration !== undefined)
    throw new UsageFailure('--steps say how long: leave out --duration')
  if (soak !== undefined && (duration !== undefined || steps !== undefined))
    throw new UsageFailure('--soak says how long: leave out --duration and --steps')
  const asked =
    soak !== undefined
      ? durationOf('--soak', soak)
      : duration === undefined
        ? DEFAULT_DURATION_MS
        : durationOf('--duration', duration)
  const pacing = pacingOf(flags, asked)
  const durationMs =
    pacing.kind === 'open' ? pacing.steps.reduce((sum, step) => sum + step.durationMs, 0) : asked
  const warmupMs = durationOf('--warmup', flags.warmup)
  if (durationMs < 1000) throw new UsageFailure('a load takes at least a second')
  if (warmupMs % 1000 !== 0 || warmupMs >= durationMs)
    throw new UsageFailure('--warmup takes whole seconds, fewer than the load has')
  if (soak !== undefined && durationMs - warmupMs < SOAK_MIN_MS)
    throw new UsageFailure(
      `--soak takes at least ${SOAK_MIN_MS / 1000} s behind its --warmup: fewer samples can not be judged`,
    )
  return { pacing, durationMs, warmupMs }
}

function processesOf(flags: LoadFlags): Pick<Shape, 'workers' | 'connections'> {
  const connections = wholeNumberOf('--connections', flags.connections, 1, 20_000)
  const workers = wholeNumberOf('--workers', flags.workers, 1, availableParallelism() * 8)
  if (workers > connections)
    throw new UsageFailure(`--workers: each needs a connection, and --connections is ${connections}`)
  const limit = descriptorLimit()
  if (limit !== undefined && Math.ceil(connections / workers) + OTHER_DESCRIPTORS > limit)
    throw new UsageFailure(
      `--connections: a process may have ${limit} files open here: raise "ulimit -n", or share them among more --workers`,
    )
  return { workers, connections }
}

function mixOf(flags: LoadFlags): { readonly mixName: string; readonly mixFile: string } {
  const mixName = flags.mix ?? (flags.soak === undefined ? 'stripe' : 'day')
  const mixFile = mixFileOf(mixName)
  const mix = readMix(mixFile, MIX_KINDS)
  if (!mix.ok) throw new UsageFailure(mix.error)
  return { mixName: `mix ${mixName}`, mixFile }
}

/** Enough that none of the requests that may be under way waits for a terminal. */
function terminalsOf(flags: LoadFlags, { connections, workers }: Shape, pacing: PacingOrder): number {
  const usual =
    pacing.kind === 'closed' ? connections * pacing.outstanding : Math.max(OPEN_TERMINALS, connections)
  const text = flags.terminals ?? String(Math.min(usual, TERMINALS_MAX))
  return wholeNumberOf('--terminals', text, workers, TERMINALS_MAX)
}

async function loadOwnHost(flags: LoadFlags, shape: Shape): Promise<LoadResult> {
  const mix = mixOf(flags)
  const terminals = terminalsOf(flags, shape, shape.pacing)
  if (process.stderr.isTTY) process.stderr.write(`making ${terminals} terminals and their cards …`)
  // Until the very end a signal must not end this process: host and folder would stay.
  let isInterrupted = false
  const interrupt = (): void => {
    isInterrupted = true
  }
  for (const signal of SIGNALS) process.on(signal, interrupt)
  try {
    const host = await startOwnHost(terminals, () => isInterrupted)
    try {
      if (isInterrupted) throw new Finding(INTERRUPTED)
      const plan: LoadPlan = {
        ...shape,
        ...mix,
        address: host.address,
        subject: { kind: 'estate', file: host.estateFile },
        firstNumber: 1,
        subjectText: 'a host of its own',
        hostPid: host.pid,
      }
      const books = () => host.stopAndCount()
      return await runLoad(plan, { ...progressOf(flags, shape), books, used: () => {} })
    } finally {
      await host.remove()
    }
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt)
  }
}

async function loadKnownHost(flags: LoadFlags, shape: Shape): Promise<LoadResult> {
  if (flags.data === undefined)
    throw new UsageFailure('--host needs --data with the terminals that it knows, or --target with a file')
  const path = estateFileOf(flags.data)
  const estate = readEstate(path)
  if (!estate.ok) throw new UsageFailure(estate.error)
  if (estate.value.terminals.length < shape.workers)
    throw new UsageFailure('--workers: there are fewer terminals than processes')
  const plan: LoadPlan = {
    ...shape,
    ...mixOf(flags),
    address: addressOf(flags.host ?? ''),
    subject: { kind: 'estate', file: path },
    firstNumber: 1,
    subjectText: flags.host ?? '',
    hostPid: hostPidOf(flags),
  }
  const used = (ends: readonly WorkerEnd[]): void => {
    const byTid = new Map(ends.flatMap((end) => end.used).map((each) => [each.tid, each]))
    const terminals = estate.value.terminals.map((terminal) => {
      const use = byTid.get(terminal.tid)
      return use === undefined ? terminal : usedTerminal(terminal, use)
    })
    writeEstate(path, { ...estate.value, terminals })
  }
  return runLoad(plan, { ...progressOf(flags, shape), books: undefined, used })
}

async function loadTarget(flags: LoadFlags, file: string, shape: Shape): Promise<LoadResult> {
  if (flags.data !== undefined) throw new UsageFailure('--target and --data exclude each other')
  const target = readTarget(file)
  if (!target.ok) throw new UsageFailure(target.error)
  const address = flags.host ?? target.value.address
  if (address === undefined) throw new UsageFailure(`${file} has no address: give --host`)
  const mixFile = flags.mix === undefined ? undefined : mixFileOf(flags.mix)
  const plan: LoadPlan = {
    ...shape,
    address: addressOf(address),
    subject: { kind: 'target', file },
    firstNumber: target.value.firstNumber ?? randomInt(1, FIRST_NUMBER_MAX),
    subjectText: `${oneLine(target.value.name)} at ${address}`,
    mixName: flags.mix === undefined ? 'mix of the target' : `mix ${flags.mix}`,
    mixFile,
    hostPid: hostPidOf(flags),
  }
  // What is wrong in the files is told before any process is started for them.
  const cast = await castOf({ ...plan, index: 0 })
  if (!cast.ok) throw new UsageFailure(cast.error)
  return runLoad(plan, { ...progressOf(flags, shape), books: undefined, used: () => {} })
}

function hostPidOf({ hostPid }: LoadFlags): number | undefined {
  if (hostPid === undefined) return undefined
  const pid = wholeNumberOf('--host-pid', hostPid, 1, 2 ** 31)
  if (vitalsOf(pid).rssBytes === undefined)
    throw new UsageFailure(`--host-pid: this machine does not tell about a process ${pid} (it needs /proc)`)
  return pid
}

function progressOf({ progressJson }: LoadFlags, { durationMs }: Shape) {
  return progressJson === true
    ? { second: writeProgress, ready: () => {} }
    : { second: showProgress(Math.ceil(durationMs / 1000)), ready: showReady() }
}
