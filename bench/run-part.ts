import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { BenchFailure } from './bench-part.ts'
import { commit } from './machine.ts'
import type { PartMessage } from './part-process.ts'
import type { PartResults } from './results.ts'

const SCRIPT = fileURLToPath(new URL('./part-process.ts', import.meta.url))

/** Children of this process, so that an interrupt leaves none behind. */
const running = new Set<ChildProcess>()

export function stopParts(): void {
  for (const child of running) child.kill('SIGTERM')
}

/**
 * Runs one part in a process and a folder of its own and removes both.
 *
 * Rejects with `BenchFailure` when the part failed or ended early.
 */
export async function runPart(
  part: string,
  quick: boolean,
  progress: (text: string) => void,
): Promise<PartResults> {
  const folder = mkdtempSync(join(tmpdir(), `tillwire-bench-${part}-`))
  const date = new Date().toISOString()
  const started = performance.now()
  try {
    const measures = await measuresOf(part, folder, quick, progress)
    const seconds = (performance.now() - started) / 1000
    return { part, commit: commit(), date, quick, seconds, measures: [...measures] }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

function measuresOf(
  part: string,
  folder: string,
  quick: boolean,
  progress: (text: string) => void,
): Promise<PartResults['measures']> {
  const child = fork(SCRIPT, [part, folder, quick ? 'quick' : 'full'], {
    execArgv: [...process.execArgv, '--expose-gc'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  running.add(child)
  return new Promise((resolve, reject) => {
    let measures: PartResults['measures'] | undefined
    let failure = `${part} ended before it had measured`
    child.on('message', (message: PartMessage) => {
      if (message.kind === 'progress') progress(message.text)
      else if (message.kind === 'measured') measures = [...message.measures]
      else failure = `${part}: ${message.reason}`
    })
    child.on('error', (error) => {
      failure = `${part} did not start: ${error.message}`
    })
    child.on('close', () => {
      running.delete(child)
      if (measures === undefined) reject(new BenchFailure(failure))
      else resolve(measures)
    })
  })
}
