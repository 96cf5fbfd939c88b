import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { addReports, type SeedsReport } from '../../../sim/seeds.ts'
import { Finding } from '../failure.ts'
import { progressOf } from './progress.ts'
import type { SimulateOptions } from './simulate-options.ts'

const PROGRAM = fileURLToPath(new URL('./seed-worker.ts', import.meta.url))

/** Shares the seeds among processes, one core each. */
export async function runInWorkers(options: SimulateOptions): Promise<SeedsReport> {
  const { workers, count, first } = options
  const say = progressOf(options)
  const latest: SeedsReport[] = []
  const reports = await Promise.all(
    Array.from({ length: workers }, (_, index) =>
      runWorker(
        {
          ...options,
          first: first + index,
          stride: workers,
          count: Math.floor((count - index + workers - 1) / workers),
        },
        (report) => {
          latest[index] = report
          say(addReports(latest.filter((each) => each !== undefined)))
        },
      ),
    ),
  )
  return addReports(reports)
}

/** One process: its orders go in as JSON, its reports come out as lines of JSON, the last one whole. */
function runWorker(orders: object, told: (report: SeedsReport) => void): Promise<SeedsReport> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...process.execArgv, PROGRAM, JSON.stringify(orders)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let text = ''
    let last: SeedsReport | undefined
    child.stdout.setEncoding('utf8')
    child.stdout.on('data', (chunk: string) => {
      text += chunk
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
        last = JSON.parse(text.slice(0, end)) as SeedsReport
        text = text.slice(end + 1)
        told(last)
      }
    })
    const stop = (): void => {
      child.kill()
    }
    process.once('exit', stop)
    child.on('error', reject)
    child.on('close', (code) => {
      process.off('exit', stop)
      if (last !== undefined && code === 0) resolve(last)
      else reject(new Finding(`a process of the simulation ended early (${code ?? 'killed'})`))
    })
  })
}
