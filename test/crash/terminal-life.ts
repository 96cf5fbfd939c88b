import { appendFileSync } from 'node:fs'
import { Program, type ProgramEvent } from '../e2e/program.ts'
import { PASSWORD, type TillSite } from './crash-site.ts'

/** The process has ended before it answered. */
export class LifeOver extends Error {
  override readonly name = 'LifeOver'
}

/** The terminal does not come to an end with what it was asked for. */
export class TerminalStuck extends Error {
  override readonly name = 'TerminalStuck'
}

export interface LifeOptions {
  readonly site: TillSite
  readonly logFile: string
  readonly isFirst: boolean
  readonly moment: (name: string) => void
  readonly heard: (event: ProgramEvent) => void
  /** Whether the cashier takes an approval of a part of the amount. */
  readonly acceptsPart: () => boolean
}

/** Far beyond all time limits of the terminal. */
const PATIENCE_MS = 120_000

const START_UP = 'start-up'

interface Waiting {
  readonly isWanted: (event: ProgramEvent) => boolean
  readonly resolve: (event: ProgramEvent) => void
  readonly reject: (error: Error) => void
}

/** One process of `tillwire terminal`, from its start to its end, with the operator who answers its questions. */
export class TerminalLife {
  readonly program: Program
  readonly #options: LifeOptions
  #waiting: Waiting | undefined
  #isKilled = false
  #isReady = false
  #phase = START_UP

  constructor(options: LifeOptions) {
    this.#options = options
    const { site, isFirst, moment } = options
    const { boardDirectory } = site
    const devices = ['reader', 'pinpad', 'printer'].flatMap((name) => [
      `--${name}`,
      `${boardDirectory}/${name}`,
    ])
    const address = ['--host', `127.0.0.1:${site.hostPort}`, '--data', site.terminalDirectory]
    const key = isFirst ? ['--key-block-file', site.keyBlockFile] : []
    this.program = new Program([
      'terminal',
      ...devices,
      ...address,
      '--profile',
      site.profileFile,
      '--json',
      ...key,
    ])
    moment('spawned')
    this.program.onLine((line) => this.#take(line))
    void this.program.ended().then(() => this.#over())
  }

  /** What it was doing last, as far as it could be seen. */
  get phase(): string {
    return this.#phase === START_UP || this.#isReady ? this.#phase : `recovery: ${this.#phase}`
  }

  get isKilled(): boolean {
    return this.#isKilled
  }

  /** It does what is left of its last life, or is commissioned. Resolves with whether an operator is logged on. */
  async ready(): Promise<boolean> {
    const { isFirst } = this.#options
    const { id } = await this.#next(({ event, id, command }) =>
      isFirst
        ? event === 'outcome' && command === 'commission'
        : event === 'screen' && (id === 'ready' || id === 'readyLogOn'),
    )
    this.#isReady = true
    return id === 'ready'
  }

  /** Does one line of the console; resolves with the event that tells its outcome. */
  run(line: string): Promise<ProgramEvent> {
    this.program.write(`${line}\n`)
    return this.#next(({ event }) => event === 'outcome' || event === 'notUnderstood')
  }

  kill(): void {
    this.#isKilled = true
    this.program.signal('SIGKILL')
  }

  #next(isWanted: (event: ProgramEvent) => boolean): Promise<ProgramEvent> {
    if (this.program.hasEnded) return Promise.reject(new LifeOver())
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting = undefined
        reject(new TerminalStuck(`last seen: ${this.#phase}`))
      }, PATIENCE_MS)
      const end = (act: () => void): void => {
        clearTimeout(timer)
        this.#waiting = undefined
        act()
      }
      this.#waiting = {
        isWanted,
        resolve: (event) => end(() => resolve(event)),
        reject: (error) => end(() => reject(error)),
      }
    })
  }

  #take(line: string): void {
    const { logFile, heard, moment } = this.#options
    appendFileSync(logFile, `${line}\n`)
    if (!line.startsWith('{')) return
    const event: ProgramEvent = JSON.parse(line)
    const id = event['id'] === undefined ? String(event['event']) : String(event['id'])
    if (this.#phase === START_UP) moment('opened')
    this.#phase = id === 'outcome' ? 'idle' : id
    heard(event)
    if (event['event'] === 'question') this.#answer(event)
    moment(id)
    const waiting = this.#waiting
    if (waiting?.isWanted(event) === true) waiting.resolve(event)
  }

  #answer({ id, ask, options }: ProgramEvent): void {
    this.program.write(`${this.#answerTo(String(id), String(ask), options)}\n`)
  }

  #answerTo(id: string, ask: string, options: unknown): string {
    if (ask === 'confirm') return id === 'acceptPartial' && !this.#options.acceptsPart() ? 'n' : 'y'
    if (ask === 'choose') return Array.isArray(options) ? '1' : '-'
    const isPassword = ['enterPassword', 'enterNewPassword', 'repeatNewPassword'].includes(id)
    return isPassword ? PASSWORD : '-'
  }

  #over(): void {
    this.#waiting?.reject(new LifeOver())
  }
}
