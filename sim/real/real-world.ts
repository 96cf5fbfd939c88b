import type { HostStore } from '../../src/host/core/store-port.ts'
import type { TerminalProfile } from '../../src/terminal/flows/terminal-profile.ts'
import type { CaPublicKey } from '../../src/terminal/kernel/kernel-config.ts'
import type { CheckedWorld } from '../check/checked-world.ts'
import type { Fault } from '../plan/fault-kinds.ts'
import type { TerminalPlan } from '../plan/plan.ts'
import { Network, type NetworkHost } from '../world/network.ts'
import { observerOf } from '../world/observer-of.ts'
import { SeededRandom } from '../world/seeded-random.ts'
import { type DayScript, TerminalDay } from '../world/terminal-day.ts'
import type { WorldWatch } from '../world/world-watch.ts'
import { RealTerminal } from './real-terminal.ts'
import type { RealTiming } from './real-timing.ts'
import { TcpDoor } from './tcp-lines.ts'

/** A host at a TCP port. */
export interface RealHost extends NetworkHost {
  readonly connectionCount: number
  /** Undefined: its books are its own, or it is down. */
  readonly books: { readonly store: HostStore; readSynced(): Uint8Array } | undefined
  /** Loses power now and comes back after `downMs`. */
  restart(downMs: number): void
  /** Nothing goes wrong with it any more; resolves once it is up. */
  calm(): Promise<void>
  /** Resolves once all its lines are gone. */
  idle(): Promise<void>
}

export interface RealWorldOptions {
  readonly directory: string
  readonly clock: RealTiming
  readonly seed: number
  readonly plan: TerminalPlan
  readonly profile: TerminalProfile
  readonly caKeys: readonly CaPublicKey[]
  readonly host: RealHost
  /** Key block of the master key for a pad. */
  readonly keyBlockFor: (padProtectionKey: string) => string
  readonly watch: WorldWatch
  readonly script: DayScript
  /** Ends the run at once: the user does not want to wait. */
  readonly interrupted: AbortSignal
}

/** Shorter than in virtual time: nothing of a short story is under way that long. */
const QUIET_AFTER_MS = 300
/** A story that takes longer hangs. */
const PATIENCE_MS = 180_000

/** One real terminal, its board on pseudo-terminals, and a host behind TCP, in real time. */
export class RealWorld implements CheckedWorld {
  readonly clock: RealTiming
  readonly hosts: readonly RealHost[]
  readonly terminals: readonly RealTerminal[]
  readonly #options: RealWorldOptions
  readonly #door: TcpDoor
  readonly #terminal: RealTerminal
  readonly #day: TerminalDay

  private constructor(options: RealWorldOptions, door: TcpDoor, terminal: RealTerminal, day: TerminalDay) {
    this.#options = options
    this.clock = options.clock
    this.hosts = [options.host]
    this.terminals = [terminal]
    this.#door = door
    this.#terminal = terminal
    this.#day = day
  }

  static async assemble(options: RealWorldOptions): Promise<RealWorld> {
    const { clock, host, watch, profile, plan, directory, seed, caKeys } = options
    const name = profile.terminalId
    const network = new Network({
      clock,
      hosts: [host],
      sent: (terminal, direction, frame) => watch.frame(terminal.name, direction, frame),
    })
    const parts: { terminal?: RealTerminal; day?: TerminalDay } = {}
    const door = await TcpDoor.open(() =>
      parts.terminal === undefined || !host.isUp ? undefined : network.join(parts.terminal, host),
    )
    const terminal = await RealTerminal.assemble({
      directory,
      clock,
      random: new SeededRandom(seed, 2000),
      sharedLine: plan.sharedLine,
      profile,
      address: { host: '127.0.0.1', port: door.port },
      isHostUp: () => host.isUp,
      caKeys,
      answer: (question) => parts.day?.answer(question) ?? { kind: 'cancelled' },
      observer: observerOf(watch, name),
    })
    parts.terminal = terminal
    const day = new TerminalDay(terminal, {
      clock,
      plan,
      script: options.script,
      keyBlock: options.keyBlockFor(terminal.board.padProvisioning.keyBlockProtectionKey),
      quietAfterMs: QUIET_AFTER_MS,
      worldFault: (fault) => worldFault(options, fault),
      stepBegins: (step, command) => watch.stepBegins(name, step, command),
      stepEnded: (step, outcome) => watch.stepEnded(name, step, outcome),
    })
    parts.day = day
    return new RealWorld(options, door, terminal, day)
  }

  get store(): HostStore | undefined {
    return this.#options.host.books?.store
  }

  get hostFile(): { readSynced(): Uint8Array } | undefined {
    return this.#options.host.books
  }

  /** Runs to the end of the quiet time, or until something is so wrong that it never comes. */
  async run(): Promise<void> {
    const { host, watch } = this.#options
    await this.#or(new Promise<void>((done) => this.#day.begin(done)))
    await this.#or(host.calm())
    await this.#or(
      new Promise<void>((done) =>
        this.#day.quieten((isQuiet) => {
          if (!isQuiet) watch.stuck()
          done()
        }),
      ),
    )
  }

  /** The terminal first; the host is closed by its owner. */
  async close(): Promise<void> {
    await this.#terminal.close()
    await this.#door.close()
    await this.#options.host.idle()
  }

  /** Waits for `work`, unless the run is over before. */
  #or(work: Promise<void>): Promise<void> {
    const { interrupted, watch, clock } = this.#options
    if (watch.isOver || interrupted.aborted) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const end = (): void => {
        stopPatience()
        clearInterval(look)
        interrupted.removeEventListener('abort', end)
        resolve()
      }
      const stopPatience = clock.after(PATIENCE_MS, () => {
        watch.deadlock()
        end()
      })
      const look = setInterval(() => {
        if (watch.isOver) end()
      }, LOOK_MS)
      interrupted.addEventListener('abort', end)
      work.then(end, reject)
    })
  }
}

/** A program error leaves nobody who could tell that the run is over. */
const LOOK_MS = 200

function worldFault({ clock, host }: RealWorldOptions, fault: Fault): void {
  if (fault.kind === 'restartHost') clock.after(fault.ms % 2000, () => host.restart(fault.ms))
}
