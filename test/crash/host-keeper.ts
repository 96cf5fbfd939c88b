import { appendFileSync } from 'node:fs'
import { Program } from '../e2e/program.ts'
import type { CrashSite } from './crash-site.ts'
import type { Moments } from './moments.ts'
import type { RunLog } from './run-log.ts'

export interface HostKeeperOptions {
  readonly site: CrashSite
  readonly log: RunLog
  readonly moments: Moments
  readonly isDown: () => void
  readonly isUp: () => void
}

/** The host's program, which is started again whenever it was killed. */
export class HostKeeper {
  readonly #options: HostKeeperOptions
  #program: Program | undefined
  #isListening = false
  #isKilled = false
  #starts = 0
  #kept: Promise<void> = Promise.resolve()
  #isClosing = false

  constructor(options: HostKeeperOptions) {
    this.#options = options
  }

  get isListening(): boolean {
    return this.#isListening
  }

  get starts(): number {
    return this.#starts
  }

  /** Resolves when it listens for the first time. */
  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#kept = this.#keep(resolve)
      this.#kept.catch(reject)
    })
  }

  /** Whether there was a host to kill. */
  kill(): boolean {
    const program = this.#program
    if (program === undefined || this.#isKilled || program.hasEnded) return false
    this.#isKilled = true
    program.signal('SIGKILL')
    return true
  }

  /** Ends it as its operator would. Resolves with its exit code. */
  async close(): Promise<number | null> {
    this.#isClosing = true
    const program = this.#program
    program?.signal('SIGTERM')
    await this.#kept
    return (await program?.ended()) ?? null
  }

  async killAll(): Promise<void> {
    this.#isClosing = true
    await this.#program?.kill()
  }

  async #keep(isOpen: () => void): Promise<void> {
    const { log, isDown, isUp, moments } = this.#options
    while (!this.#isClosing && !log.isOver) {
      const program = this.#start()
      if (await isReady(program)) {
        this.#isListening = true
        log.say('host', 'listening')
        isUp()
        isOpen()
        moments.tell('host', 'listening')
      }
      await program.ended()
      this.#isListening = false
      if (this.#isKilled) isDown()
      else if (!this.#isClosing) {
        log.find('the host ended by itself', program.errors.trim().split('\n').at(-1) ?? '')
        return
      }
    }
  }

  #start(): Program {
    const { site, moments, log } = this.#options
    const ports = ['--port-unionpay', String(site.hostPort), '--port-ascii', '0', '--port-binary', '0']
    const program = new Program(['host', '--data', site.hostDirectory, ...ports, '--json'])
    this.#program = program
    this.#isKilled = false
    this.#starts++
    moments.tell('host', 'spawned')
    const logFile = site.logFile('host')
    program.onLine((line) => {
      appendFileSync(logFile, `${line}\n`)
      if (line.includes('"event":"decided"')) moments.tell('host', 'decided')
      if (line.includes('"event":"fault"') || line.includes('"event":"stopped"')) log.find('host error', line)
    })
    return program
  }
}

/** False when it ended before that. */
function isReady(program: Program): Promise<boolean> {
  return program
    .until(({ events }) => events.find(({ ready }) => ready === true))
    .then(
      () => true,
      () => false,
    )
}
