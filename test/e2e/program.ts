import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { programArguments, sourceArguments } from '../compiled/compiled-program.ts'
import { shareCompiled } from '../runner/share-compiled.ts'

const MAIN = new URL('../../src/cli/main.ts', import.meta.url)

/** A JSON object that a program printed. */
export interface ProgramEvent {
  readonly [name: string]: unknown
}

/** Has Node run the program as `npm start` does, for the few tests that show that this works. */
export const AS_PEOPLE_START = sourceArguments(MAIN)

const running = new Set<ChildProcessWithoutNullStreams>()
const killAll = (): void => {
  for (const child of running) child.kill('SIGKILL')
}
/** An interrupted run ends this process, and no test cleans up any more. */
process.once('exit', killAll)
process.once('SIGTERM', () => {
  killAll()
  // The runner of the tests lets nobody leave by `process.exit`.
  process.kill(process.pid, 'SIGKILL')
})

/** One running `tillwire` command, compiled: its start takes a third of the time. */
export class Program {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #waiting = new Set<() => void>()
  readonly #events: ProgramEvent[] = []
  readonly #listeners = new Set<(line: string) => void>()
  #output = ''
  #errors = ''
  /** What has come of a line that has no end yet. */
  #outputRest = ''
  #errorsRest = ''
  #exit: { readonly code: number | null } | undefined

  /** `start`: what has Node run the program. */
  constructor(
    args: readonly string[],
    environment: NodeJS.ProcessEnv = {},
    start: readonly string[] = programArguments(MAIN),
  ) {
    const temporary = environment['TMPDIR']
    if (temporary !== undefined) shareCompiled(temporary)
    this.#child = spawn(process.execPath, [...start, ...args], {
      // What stands in a pipe has no colour, wherever the tests run: CI may ask for it by its name alone.
      env: { ...process.env, CI: '', FORCE_COLOR: '', LANG: 'en_GB.UTF-8', ...environment },
    })
    running.add(this.#child)
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text
      this.#outputRest = this.#takeLines(this.#outputRest + text, (line) => {
        const event = eventOf(line)
        if (event !== undefined) this.#events.push(event)
      })
      this.#look()
    })
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text
      this.#errorsRest = this.#takeLines(this.#errorsRest + text)
      this.#look()
    })
    // Whoever is killed takes no more lines; that it is gone is told by its end.
    this.#child.stdin.on('error', () => {})
    this.#child.on('close', (code) => {
      running.delete(this.#child)
      this.#exit = { code }
      this.#look()
    })
  }

  get output(): string {
    return this.#output
  }

  get errors(): string {
    return this.#errors
  }

  /** JSON objects that were printed, one a line. */
  get events(): readonly ProgramEvent[] {
    return this.#events
  }

  /** Whether it has ended. */
  get hasEnded(): boolean {
    return this.#exit !== undefined
  }

  /** Hears each whole line of both outputs as it comes. */
  onLine(listener: (line: string) => void): void {
    this.#listeners.add(listener)
  }

  write(text: string): void {
    this.#child.stdin.write(text)
  }

  end(): void {
    this.#child.stdin.end()
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name)
  }

  /** Resolves with what `find` finds in what the program says; rejects when it ends without that. */
  async until<T>(find: (program: Program) => T | undefined): Promise<T> {
    for (;;) {
      const found = find(this)
      if (found !== undefined) return found
      if (this.#exit !== undefined)
        throw new Error(`the program ended with ${this.#exit.code}:\n${this.#output}\n${this.#errors}`)
      await new Promise<void>((resolve) => {
        const look = (): void => {
          this.#waiting.delete(look)
          resolve()
        }
        this.#waiting.add(look)
      })
    }
  }

  /** The first event of a kind, after the first `skip` of them. */
  event(name: string, isWanted: (event: ProgramEvent) => boolean = () => true, skip = 0) {
    return this.until(({ events }) => events.filter((each) => each['event'] === name && isWanted(each))[skip])
  }

  /** The exit code. */
  async ended(): Promise<number | null> {
    if (this.#exit === undefined) await once(this.#child, 'close')
    return this.#exit?.code ?? null
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.ended()
  }

  /** Returns what follows the last whole line. */
  #takeLines(text: string, take: (line: string) => void = () => {}): string {
    const lines = text.split('\n')
    const rest = lines.pop() ?? ''
    for (const line of lines) {
      take(line)
      for (const listener of this.#listeners) listener(line)
    }
    return rest
  }

  #look(): void {
    for (const look of [...this.#waiting]) look()
  }
}

/** JSON that is one line is an event; a report may take more. */
function eventOf(line: string): { readonly [name: string]: unknown } | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
