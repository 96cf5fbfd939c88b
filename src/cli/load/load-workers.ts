import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { LoadOrders } from '../../load/load-orders.ts'
import type { LoadTick } from '../../load/load-tick.ts'
import { Finding, UsageFailure } from '../failure.ts'
import type { WorkerEnd, WorkerLine } from './worker-line.ts'

const PROGRAM = fileURLToPath(new URL('./load-worker.ts', import.meta.url))

/** The processes of a load. */
export interface Workers {
  /** Rejects with a `Finding` or `UsageFailure` when one of them could not do its share. */
  readonly ends: Promise<readonly WorkerEnd[]>
  /** Nothing new leaves; what is under way is waited for. */
  stop(): void
}

/** Starts one process for each orders; `told` hears the seconds of each. */
export function startWorkers(
  orders: readonly LoadOrders[],
  told: (worker: number, tick: LoadTick) => void,
): Workers {
  const children: ChildProcess[] = []
  const kill = (): void => {
    for (const child of children) child.kill('SIGKILL')
  }
  process.once('exit', kill)
  const ends = Promise.all(
    orders.map((each) =>
      runWorker(
        each,
        (child) => children.push(child),
        (tick) => told(each.index, tick),
      ),
    ),
  ).finally(() => {
    kill()
    process.off('exit', kill)
  })
  return {
    ends,
    stop: () => {
      for (const child of children) child.kill('SIGTERM')
    },
  }
}

function runWorker(
  orders: LoadOrders,
  started: (child: ChildProcess) => void,
  told: (tick: LoadTick) => void,
): Promise<WorkerEnd> {
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
    child.stdout.on('data', (chunk: string) => {
      text += chunk
      for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n')) {
        const line = JSON.parse(text.slice(0, at)) as WorkerLine
        text = text.slice(at + 1)
        if ('tick' in line) told(line.tick)
        else if ('end' in line) end = line.end
        else if ('refused' in line) reject(new UsageFailure(line.refused))
      }
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (end !== undefined) resolve(end)
      else reject(new Finding(`a process of the load ended early (${signal ?? `exit code ${code}`})`))
    })
  })
}
