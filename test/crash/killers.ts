import { setTimeout as after } from 'node:timers/promises'
import type { HostKeeper } from './host-keeper.ts'
import type { Kill, Victim } from './kill-moments.ts'
import type { Moment, Moments } from './moments.ts'
import type { RunLog } from './run-log.ts'
import type { Till } from './till.ts'

/** So long a moment is waited for that may not come; then any moment will do. */
const PATIENCE_MS = 10_000
/** Timers of the system are coarser than this. */
const SHORT_MS = 2

/** What was killed while doing what. */
export class KillTally {
  readonly #phases: Readonly<Record<Victim, Map<string, number>>> = { host: new Map(), terminal: new Map() }

  add(victim: Victim, phase: string): void {
    const phases = this.#phases[victim]
    phases.set(phase, (phases.get(phase) ?? 0) + 1)
  }

  phasesOf(victim: Victim): ReadonlyMap<string, number> {
    return this.#phases[victim]
  }

  count(victim: Victim): number {
    let sum = 0
    for (const count of this.#phases[victim].values()) sum += count
    return sum
  }
}

export interface KillersOptions {
  readonly host: HostKeeper
  readonly tills: readonly Till[]
  readonly moments: Moments
  readonly log: RunLog
  readonly tally: KillTally
}

/** Kills host and terminals as the schedule says, all victims at the same time. */
export class Killers {
  readonly #options: KillersOptions

  constructor(options: KillersOptions) {
    this.#options = options
  }

  /** Resolves when all kills are done. */
  async run(hostKills: readonly Kill[], terminalKills: readonly Kill[]): Promise<void> {
    const { tills, host } = this.#options
    await Promise.all([
      this.#killAll(hostKills, {
        who: 'host',
        sources: ['host', ...tills.map(({ name }) => name)],
        kill: () => this.#killHost(host),
        isUp: () => host.isListening,
        ask: (kill) => {
          const till = tills[kill.number % tills.length]
          if (kill.order !== undefined) till?.want(kill.order)
        },
      }),
      ...tills.map((till, index) =>
        this.#killAll(
          terminalKills.filter((_, number) => number % tills.length === index),
          {
            who: till.name,
            sources: [till.name],
            kill: () => till.kill(),
            isUp: () => true,
            ask: ({ order }) => {
              if (order !== undefined) till.want(order)
            },
          },
        ),
      ),
    ])
  }

  async #killAll(kills: readonly Kill[], target: Target): Promise<void> {
    const { log } = this.#options
    for (const kill of kills) {
      if (log.isOver) return
      if (kill.isRapid !== true) await this.#letWork(kill.worked, target)
      target.ask(kill)
      let phase: string | undefined
      while (phase === undefined && !log.isOver) phase = await this.#strike(kill, target)
    }
  }

  /** Undefined when there was nothing to kill: tried again. */
  async #strike(kill: Kill, { who, sources, kill: strike }: Target): Promise<string | undefined> {
    const { moments, log, tally, tills } = this.#options
    const isWanted = (moment: Moment): boolean => {
      const isOwn = kill.isRapid === true ? moment.who === who : sources.includes(moment.who)
      const underWay = tills.filter((till) => till.underWay !== undefined).length
      if (kill.isCrowded === true && underWay < 2) return false
      return isOwn && (kill.after.length === 0 || kill.after.includes(moment.name))
    }
    const moment = await moments.next(isWanted, PATIENCE_MS)
    await pause(kill.delayMs)
    const phase = strike()
    if (phase === undefined) return undefined
    tally.add(kill.victim, phase)
    const since = moment === undefined ? 'waited in vain' : `${moment.who} ${moment.name}`
    log.say(
      'KILL',
      `${who} (${kill.victim} ${kill.number}: ${kill.name}): ${phase}; ${kill.delayMs.toFixed(2)} ms after ${since}`,
    )
    return phase
  }

  /** Between two kills something is got done, or only start-ups would be tried. */
  async #letWork(count: number, { who: victim, isUp }: Target): Promise<void> {
    const { moments } = this.#options
    const isWork = ({ who, name }: Moment): boolean =>
      name === 'worked' && isUp() && (victim === 'host' || victim === who)
    for (let done = 0; done < count; done++) await moments.next(isWork, PATIENCE_MS)
  }

  /** What the terminals have with it just then. */
  #killHost(host: HostKeeper): string | undefined {
    const isListening = host.isListening
    const underWay = this.#options.tills.flatMap((till) => till.underWay ?? [])
    if (!host.kill()) return undefined
    return isListening ? phaseOfHost(underWay) : 'start-up'
  }
}

interface Target {
  readonly who: string
  /** Whose moments count. */
  readonly sources: readonly string[]
  readonly kill: () => string | undefined
  readonly isUp: () => boolean
  readonly ask: (kill: Kill) => void
}

function phaseOfHost(underWay: readonly string[]): string {
  if (underWay.length === 0) return 'nothing under way'
  const kinds = [...new Set(underWay.map((screen) => HOST_PHASES[screen] ?? screen))].sort()
  return underWay.length === 1 ? `${kinds[0]} under way` : `${underWay.length} under way: ${kinds.join(', ')}`
}

const HOST_PHASES: Readonly<Record<string, string>> = {
  waitingForHost: 'request',
  reversing: 'reversal',
  sendingNotice: 'notice',
  sendingScriptResult: 'script result',
  settlingTotals: 'settlement',
  settlingUpload: 'settlement',
  settlingEnd: 'settlement',
  signingIn: 'sign-in',
}

/** Short times are waited out to the point: most of a transaction's steps take less than a timer's tick. */
async function pause(ms: number): Promise<void> {
  if (ms > SHORT_MS) await after(Math.floor(ms))
  const restMs = ms > SHORT_MS ? ms - Math.floor(ms) : ms
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, restMs)
}
