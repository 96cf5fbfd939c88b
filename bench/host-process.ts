import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { requireThat } from './bench-part.ts'

const MAIN = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))
const ANY_PORTS = ['--port-unionpay', '0', '--port-ascii', '0', '--port-binary', '0']

/** `tillwire host` as a process of its own. */
export interface HostProcess {
  readonly ports: Readonly<Record<string, number>>
  /** From the start of the process to the line that says it answers. */
  readonly startSeconds: number
  /** As by a power cut. */
  kill(): Promise<void>
}

export async function startHost(folder: string): Promise<HostProcess> {
  const started = performance.now()
  const args = [
    ...process.execArgv,
    MAIN,
    'host',
    '--data',
    folder,
    ...ANY_PORTS,
    '--json',
    '--log-level',
    'silent',
  ]
  const child: ChildProcessByStdio<null, Readable, null> = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })
  const [line] = (await Promise.race([once(lines, 'line'), ended.then(() => [''])])) as [string]
  const startSeconds = (performance.now() - started) / 1000
  requireThat(line !== '', 'the host did not start')
  const { ports } = JSON.parse(line) as { ports: Readonly<Record<string, number>> }
  return {
    ports,
    startSeconds,
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
