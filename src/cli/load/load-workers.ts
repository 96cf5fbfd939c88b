import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { LoadOrders } from '../../load/load-orders.ts'
import type { LoadTick } from '../../load/load-tick.ts'
import { Finding, UsageFailure } from '../failure.ts'
import type { WorkerEnd, WorkerLine } from './worker-line.ts'

const PROGRAM = fileURLToPath(new URL('./load-worker.ts', import.meta.url))

/** What the processes of a load tell while they run. */
export interface WorkerEar {
  second(worker: number, tick: LoadTick): void
  /** Terminals that have signed in so far. */
  ready(worker: number, tills: number): void
}

/** The processes of a load. */
export interface Workers {
  /**
   * Of those that came to one: a process that is stopped while it starts has none. Rejects with a `Finding` or
   * `UsageFailure` when one of them could not do its share.
   */
  readonly ends: Promise<readonly WorkerEnd[]>
  /** Nothing new leaves; what is under way is waited for. */
  stop(): void
}

/** Starts one process for each orders. */
export function startWorkers(orders: readonly LoadOrders[], ear: WorkerEar): Workers {
  const children: ChildProcess[] = []
  let isStopped = false
  const kill = (): void => {
    for (const child of children) child.kill('SIGKILL')
  }
  process.once('exit', kill)
  const ends = Promise.all(
    orders.map((each) =>
      runWorker(
        each,
        (child) => children.push(child),
        ear,
        () => isStopped,
      ),
    ),
  )
    .then((all) => all.filter((end) => end !== undefined))
    .finally(() => {
      kill()
      process.off('exit', kill)
    })
  return {
    ends,
    stop: () => {
      isStopped = true
      for (const child of children) child.kill('SIGTERM')
    },
  }
}

function runWorker(
  orders: LoadOrders,
  started: (child: ChildProcess) => void,
  ear: WorkerEar,
  isStopped: () => boolean,
): Promise<WorkerEnd | undefined> {
  return new Promise((resolve, reject) => {
    // In a group of its own: Ctrl-C is for the one that gives the orders, who passes it on.
    const child = spawn(process.execPath, [...process.execArgv, PROGRAM, JSON.stringify(orders)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    })
    started(child)
    let text = ''
    let end: WorkerEnd | undefined
    child.stdout.setEncoding('utf8')
    const heard = (line: WorkerLine): void => {
      if ('tick' in line) ear.second(orders.index, line.tick)
      else if ('ready' in line) ear.ready(orders.index, line.ready)
      else if ('end' in line) end = line.end
      else if ('refused' in line) reject(new UsageFailure(line.refused))
    }
    child.stdout.on('data', (chunk: string) => {
      text += chunk
      for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n')) {
        heard(JSON.parse(text.slice(0, at)) as WorkerLine)
        text = text.slice(at + 1)
      }
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      // A signal that comes before it can be heeded ends a process as it always does.
      if (end !== undefined || (isStopped() && signal === 'SIGTERM')) resolve(end)
      else reject(new Finding(`a process of the load ended early (${signal ?? `exit code ${code}`})`))
    })
  })
}
