import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { watch } from 'node:fs'
import { programArguments } from '../compiled/compiled-program.ts'
import { shareCompiled } from '../runner/share-compiled.ts'

const SCRIPT = new URL('../../bench/main.ts', import.meta.url)

export interface BenchRun {
  readonly code: number | null
  readonly output: string
  readonly errors: string
}

/**
 * Runs the benchmark program to its end, with `temporary` as the folder for what it needs meanwhile. With
 * `interrupt` it gets Ctrl-C as soon as a part has its folder.
 */
export async function runBench(
  args: readonly string[],
  temporary: string,
  interrupt = false,
): Promise<BenchRun> {
  shareCompiled(temporary)
  const child = spawn(process.execPath, [...programArguments(SCRIPT), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: temporary },
  })
  let isDue = interrupt
  const watcher = watch(temporary, (_event, name) => {
    // Once: the folder's removal is an event as well, and a signal then meets a process that takes none any more.
    if (!isDue || !name?.startsWith('tillwire-bench-')) return
    isDue = false
    child.kill('SIGINT')
  })
  let output = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const [code] = (await once(child, 'close')) as [number | null]
  watcher.close()
  return { code, output, errors }
}
