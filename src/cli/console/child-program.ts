import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))
const CHECKOUT = fileURLToPath(new URL('../../../', import.meta.url))
/** A child that was asked to end and has not is ended. */
const END_AFTER_MS = 20_000
const ERROR_TEXT_MAX = 2000

/** Node, its options and this program. */
export const OWN_PROGRAM: readonly string[] = [process.execPath, ...process.execArgv, MAIN]

export interface ChildEnd {
  /** Undefined when it was killed, or could not be started. */
  readonly exitCode: number | undefined
  readonly output: string
  /** Its last line for people: what is wrong, and what to do. */
  readonly sentence: string
}

export interface ChildProgram {
  readonly ended: Promise<ChildEnd>
  /** Asks it to end, and ends it when it takes too long. */
  stop(): void
}

/**
 * Starts `tillwire ...args` in a process of its own, from the project's folder. `progress` gets each line of its standard
 * error that is a JSON object. It never outlives this process's own end.
 */
export function startChild(
  args: readonly string[],
  progress: (line: unknown) => void,
  [command = process.execPath, ...options]: readonly string[] = OWN_PROGRAM,
): ChildProgram {
  const child = spawn(command, [...options, ...args], {
    cwd: CHECKOUT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  })
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  let timer: NodeJS.Timeout | undefined
  const ended = endOf(child, progress).finally(() => {
    clearTimeout(timer)
    process.off('exit', kill)
  })
  return {
    ended,
    stop() {
      if (timer !== undefined) return
      child.kill('SIGTERM')
      timer = setTimeout(kill, END_AFTER_MS)
      timer.unref()
    },
  }
}

function endOf(child: ChildProcess, progress: (line: unknown) => void): Promise<ChildEnd> {
  let output = ''
  let sentence = ''
  let rest = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const value = objectOf(line)
      if (value !== undefined) progress(value)
      else if (line.trim() !== '') sentence = line.trim().slice(0, ERROR_TEXT_MAX)
    }
  })
  return new Promise((resolve) => {
    child.on('error', (error) =>
      resolve({ exitCode: undefined, output, sentence: `it could not be started: ${error.message}` }),
    )
    child.on('close', (code) => resolve({ exitCode: code ?? undefined, output, sentence }))
  })
}

function objectOf(line: string): unknown {
  if (!line.startsWith('{')) return undefined
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
