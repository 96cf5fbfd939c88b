import { rmSync } from 'node:fs'
import type { Finding } from '../../sim/check/finding.ts'
import type { Secret } from '../e2e/card-data.ts'
import { CrashSite } from './crash-site.ts'
import { checkHostBooks, checkHostKnows, checkSecrets, checkTidyEnd, JournalFollower } from './disk-checks.ts'
import { checkEnd, openDuty } from './final-checks.ts'
import { HostKeeper } from './host-keeper.ts'
import { killSchedule } from './kill-moments.ts'
import { Killers, KillTally } from './killers.ts'
import { type Moment, Moments } from './moments.ts'
import { RunLog } from './run-log.ts'
import { secretsOf } from './secrets-of-site.ts'
import { Till } from './till.ts'

export interface CrashOptions {
  readonly hostKills: number
  readonly terminalKills: number
  readonly seed: number
  readonly tills: number
  /** Gets each line of what happens. */
  readonly echo: ((line: string) => void) | undefined
  /** Keep the files of a good run too. */
  readonly keep: boolean
}

export interface CrashReport {
  readonly findings: readonly Finding[]
  readonly seed: number
  readonly directory: string
  /** Last lines of what happened. */
  readonly tail: readonly string[]
  readonly kills: Readonly<Record<'host' | 'terminal', number>>
  readonly phases: Readonly<Record<'host' | 'terminal', Readonly<Record<string, number>>>>
  readonly starts: Readonly<Record<'host' | 'terminal', number>>
  readonly outcomes: Readonly<Record<string, number>>
  readonly transactions: Readonly<Record<string, number>>
  readonly reversals: number
  readonly settlements: number
  readonly slips: number
  readonly records: number
  readonly checks: number
  readonly elapsedMs: number
}

/** So often the quiet time asks again before something counts as owed for ever. */
const QUIET_TRIES = 8
const SEARCH_EVERY = 5
/** Far more than a start takes. */
const START_PATIENCE_MS = 60_000

/** One host, some tills, and all the kills of a seed; then the quiet time and the checks. */
export class CrashRun {
  readonly tally = new KillTally()
  readonly #options: CrashOptions
  readonly #site: CrashSite
  readonly #log: RunLog
  readonly #moments = new Moments()
  readonly #host: HostKeeper
  readonly #tills: readonly Till[]
  readonly #followers: ReadonlyMap<Till, JournalFollower>
  readonly #hostChecked = new Map<Till, number>()
  #secrets: readonly Secret[] = []
  #downs = 0

  private constructor(options: CrashOptions, site: CrashSite) {
    this.#options = options
    this.#site = site
    this.#log = new RunLog(site.logFile('run'), options.echo)
    const log = this.#log
    const moments = this.#moments
    this.#host = new HostKeeper({
      site,
      log,
      moments,
      isDown: () => this.#searchCardData(site.hostDirectory),
      isUp: () => this.#checkHost(),
    })
    this.#tills = site.tills.map(
      (each, index) =>
        new Till({
          site: each,
          index,
          seed: options.seed,
          log,
          logFile: (name) => site.logFile(name),
          moments,
          isHostUp: () => this.#host.isListening,
          isDown: (till) => this.#searchCardData(till.site.terminalDirectory),
          isUp: (till) => this.#checkTerminal(till),
        }),
    )
    this.#followers = new Map(
      this.#tills.map((till) => [till, new JournalFollower(till.site.tid, till.site.terminalDirectory)]),
    )
  }

  static async create(options: CrashOptions): Promise<CrashRun> {
    return new CrashRun(options, await CrashSite.create(options.tills))
  }

  /** Ends an interrupted run; nothing stays behind. */
  async abort(): Promise<void> {
    await this.#killAll()
    rmSync(this.#site.directory, { recursive: true, force: true })
  }

  async run(): Promise<CrashReport> {
    const { seed, hostKills, terminalKills } = this.#options
    try {
      await this.#open()
      const killers = new Killers({
        host: this.#host,
        tills: this.#tills,
        moments: this.#moments,
        log: this.#log,
        tally: this.tally,
      })
      await killers.run(killSchedule('host', hostKills, seed), killSchedule('terminal', terminalKills, seed))
      await Promise.all(this.#tills.map((till) => till.rest()))
      await this.#quieten()
    } catch (error) {
      this.#log.find('the run failed', error instanceof Error ? error.message : String(error))
    }
    if (this.#log.isOver) await this.#killAll()
    const report = this.#report()
    if (report.findings.length === 0 && !this.#options.keep)
      rmSync(this.#site.directory, { recursive: true, force: true })
    return report
  }

  async #open(): Promise<void> {
    await Promise.all(this.#tills.map((till) => till.openBoard()))
    this.#site.prepare()
    this.#secrets = secretsOf(this.#site)
    await this.#host.open()
    for (const till of this.#tills) till.work()
    // A killed commissioning is another story: the key block would have to be given again.
    await Promise.all(
      this.#tills.map(({ name }) =>
        this.#moments.next(({ who, name: what }) => who === name && what === 'worked', START_PATIENCE_MS),
      ),
    )
  }

  /** Nothing goes wrong any more: what is owed is done, the batches are closed, and all programs end. */
  async #quieten(): Promise<void> {
    if (this.#log.isOver) return
    if (!this.#host.isListening) {
      const isUp = ({ who, name }: Moment): boolean => who === 'host' && name === 'listening'
      const moment = await this.#moments.next(isUp, START_PATIENCE_MS)
      if (moment === undefined) this.#log.find('the host is stuck', 'it does not start again')
    }
    this.#log.say('all', 'the quiet time begins')
    await Promise.all(this.#tills.map((till) => this.#quietTill(till)))
    await Promise.all(this.#tills.map((till) => till.close()))
    const code = await this.#host.close()
    if (code !== 0) this.#log.find('the host does not end well', `exit code ${code}`)
    this.#log.checked(1, checkTidyEnd(this.#site.directory))
    checkEnd({
      site: this.#site,
      tills: this.#tills,
      followers: this.#followers,
      secrets: this.#secrets,
      log: this.#log,
    })
  }

  async #quietTill(till: Till): Promise<void> {
    const follower = this.#followers.get(till)
    if (follower === undefined) return
    for (let tries = 0; tries < QUIET_TRIES; tries++) {
      this.#log.checked(1, follower.follow())
      const duty = openDuty(follower.books.state)
      if (duty === undefined) return
      const event = await till.quietly(duty)
      this.#log.say(till.name, `${duty} = ${JSON.stringify(event?.['outcome'] ?? 'gone').slice(0, 120)}`)
    }
  }

  async #killAll(): Promise<void> {
    await Promise.all([this.#host.killAll(), ...this.#tills.map((till) => till.killAll())])
  }

  /** Reading everything that is on the disk takes longer than a start: one kill in so many is enough. */
  #searchCardData(directory: string): void {
    if (this.#downs++ % SEARCH_EVERY !== 0) return
    const { count, findings } = checkSecrets(directory, this.#secrets)
    this.#log.checked(count, findings)
  }

  /** At each start of a terminal: its journal goes on where it was, and what it had said stands. */
  #checkTerminal(till: Till): void {
    const follower = this.#followers.get(till)
    if (follower === undefined) return
    this.#log.say(till.name, 'up')
    this.#log.checked(1, follower.follow())
    this.#log.checked(till.told.length, follower.checkTold(till.told))
    this.#log.checked(till.shown.length, follower.checkShown(till.shown))
    if (follower.books.state.inFlight !== undefined)
      this.#log.find('a request is left in flight', `${till.site.tid} after its start`)
  }

  /** At each start of the host: the books are right, and what terminals were told since the last time is there. */
  #checkHost(): void {
    const { hostDirectory } = this.#site
    this.#log.checked(1, checkHostBooks(hostDirectory))
    const told = this.#tills.flatMap((till) => {
      const from = this.#hostChecked.get(till) ?? 0
      this.#hostChecked.set(till, till.told.length)
      return till.told.slice(from).map((each) => ({ ...each, tid: till.site.tid }))
    })
    this.#log.checked(told.length, checkHostKnows(hostDirectory, told))
  }

  #report(): CrashReport {
    const { tally } = this
    const outcomes = new Map<string, number>()
    const transactions = new Map<string, number>()
    let reversals = 0
    let settlements = 0
    let records = 0
    for (const till of this.#tills) {
      for (const [kind, count] of till.outcomes) outcomes.set(kind, (outcomes.get(kind) ?? 0) + count)
      const follower = this.#followers.get(till)
      records += follower?.records ?? 0
      settlements += follower?.books.closed.length ?? 0
      for (const { request, status } of follower?.books.transactions() ?? []) {
        if (status === 'reversed') reversals++
        else if (status === 'approved' || status === 'voided')
          transactions.set(request.type, (transactions.get(request.type) ?? 0) + 1)
      }
    }
    const starts = this.#tills.reduce((sum, till) => sum + till.starts, 0)
    return {
      findings: this.#log.findings,
      seed: this.#options.seed,
      directory: this.#site.directory,
      tail: this.#log.tail,
      kills: { host: tally.count('host'), terminal: tally.count('terminal') },
      phases: {
        host: Object.fromEntries(tally.phasesOf('host')),
        terminal: Object.fromEntries(tally.phasesOf('terminal')),
      },
      starts: { host: this.#host.starts, terminal: starts },
      outcomes: Object.fromEntries(outcomes),
      transactions: Object.fromEntries(transactions),
      reversals,
      settlements,
      slips: this.#tills.reduce((sum, till) => sum + till.paper.length, 0),
      records,
      checks: this.#log.checks,
      elapsedMs: this.#log.elapsedMs,
    }
  }
}
