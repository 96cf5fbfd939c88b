import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const TSX = import.meta.resolve('tsx')

/** One running `tillwire` command. */
export class Program {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #waiting = new Set<() => void>()
  /** Standard output, then standard error. */
  #output = ''
  #errors = ''
  #exit: { readonly code: number | null } | undefined

  constructor(args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
    this.#child = spawn(process.execPath, ['--import', TSX, MAIN, ...args], {
      env: { ...process.env, LANG: 'en_GB.UTF-8', ...environment },
    })
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text
      this.#look()
    })
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text
      this.#look()
    })
    this.#child.on('close', (code) => {
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
  get events(): readonly { readonly [name: string]: unknown }[] {
    return this.#output
      .split('\n')
      .slice(0, -1)
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line))
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
  event(
    name: string,
    isWanted: (event: { readonly [name: string]: unknown }) => boolean = () => true,
    skip = 0,
  ) {
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

  #look(): void {
    for (const look of [...this.#waiting]) look()
  }
}
