import { SeededRandom } from '../../sim/world/seeded-random.ts'
import type { TransactionView } from '../../src/terminal/flows/terminal-command.ts'
import type { ProgramEvent } from '../e2e/program.ts'
import { BoardHands } from './board-hands.ts'
import type { TillSite } from './crash-site.ts'
import type { Moments } from './moments.ts'
import { type OrderKind, Orders } from './orders.ts'
import type { RunLog } from './run-log.ts'
import { LifeOver, TerminalLife, TerminalStuck } from './terminal-life.ts'

export interface TillOptions {
  readonly site: TillSite
  readonly index: number
  readonly seed: number
  readonly log: RunLog
  readonly logFile: (name: string) => string
  readonly moments: Moments
  readonly isHostUp: () => boolean
  /** The terminal was killed: its files as they were left. */
  readonly isDown: (till: Till) => void
  /** The terminal has started again and done what was left open. */
  readonly isUp: (till: Till) => void
}

/** An approval that the terminal has told somebody; it must stand from then on. */
export interface ToldApproval {
  readonly batch: string
  readonly stan: string
  readonly amountMinor: number
}

/** An outcome as the console prints it. */
interface Outcome {
  readonly kind: string
  readonly reason?: string
  readonly transaction?: TransactionView
}

const HOST_PATIENCE_MS = 5000

/** Requests to the host of which the answer is not there yet, by the screen that says so. */
const UNDER_WAY: ReadonlySet<string> = new Set([
  'waitingForHost',
  'reversing',
  'sendingNotice',
  'sendingScriptResult',
  'settlingTotals',
  'settlingUpload',
  'settlingEnd',
  'signingIn',
])

/** One terminal with its board, its operator and its customers, through all its lives. */
export class Till {
  readonly name: string
  readonly site: TillSite
  readonly told: ToldApproval[] = []
  /** Trace numbers that a screen called approved. */
  readonly shown: string[] = []
  /** Outcomes by kind. */
  readonly outcomes = new Map<string, number>()
  readonly #options: TillOptions
  readonly #random: SeededRandom
  readonly #orders: Orders
  #board: BoardHands | undefined
  #life: TerminalLife | undefined
  #batch = ''
  #wanted: OrderKind | undefined
  #underWay: string | undefined
  #starts = 0
  #isResting = false
  #isGone = false
  #worked: Promise<void> = Promise.resolve()

  constructor(options: TillOptions) {
    const { site, index, seed } = options
    this.#options = options
    this.name = `till ${index + 1}`
    this.site = site
    this.#random = new SeededRandom(seed, 100 + index)
    this.#orders = new Orders(new SeededRandom(seed, 200 + index), site.cards)
  }

  /** Lines of each piece of paper. */
  get paper(): readonly (readonly string[])[] {
    return this.#board?.paper ?? []
  }

  get starts(): number {
    return this.#starts
  }

  /** The screen that says that a request is with the host, or undefined. */
  get underWay(): string | undefined {
    return this.#underWay
  }

  async openBoard(): Promise<void> {
    const { logFile, index, moments } = this.#options
    this.#board = await BoardHands.open(this.site, logFile(`board-${index + 1}`), (name) =>
      moments.tell(this.name, name),
    )
  }

  /** The operator is asked for this next. */
  want(order: OrderKind): void {
    this.#wanted = order
  }

  /** Kills the terminal; what it was doing, or undefined when none runs. */
  kill(): string | undefined {
    const life = this.#life
    if (life === undefined || life.isKilled || life.program.hasEnded) return undefined
    life.kill()
    this.#underWay = undefined
    return life.phase
  }

  /** Sells until `rest`, through all kills. */
  work(): void {
    this.#worked = this.#work()
  }

  /** Ends the work after the command that runs; the terminal stays on. */
  async rest(): Promise<void> {
    this.#isResting = true
    await this.#worked
  }

  /** Does one line in the quiet time; undefined when the terminal is gone. */
  async quietly(line: string): Promise<ProgramEvent | undefined> {
    try {
      return await this.#run(line)
    } catch (error) {
      this.#failed(error)
      return undefined
    }
  }

  /** Switches terminal and board off. */
  async close(): Promise<void> {
    const { program } = this.#life ?? {}
    if (program !== undefined && !program.hasEnded) {
      program.write('quit\n')
      await program.ended()
    }
    await this.#board?.close()
  }

  async killAll(): Promise<void> {
    this.#isGone = true
    this.#life?.kill()
    await this.#life?.program.ended()
    await this.#board?.kill()
  }

  async #work(): Promise<void> {
    const { log } = this.#options
    while (!log.isOver && !this.#isGone) {
      try {
        await this.#start()
        while (!this.#isResting && !log.isOver) await this.#next()
        return
      } catch (error) {
        if (!this.#failed(error)) return
        this.#board?.takeCard()
      }
    }
  }

  /** Whether the end of a life was a kill; anything else is a finding. */
  #failed(error: unknown): boolean {
    const { log } = this.#options
    if (error instanceof LifeOver) {
      const life = this.#life
      if (life?.isKilled === true) {
        this.#options.isDown(this)
        return true
      }
      const words = life?.program.errors.trim().split('\n').at(-1) ?? ''
      log.find('a terminal ended by itself', `${this.name} (${life?.phase}): ${words}`)
      return false
    }
    if (!(error instanceof TerminalStuck)) throw error
    log.find('a terminal is stuck', `${this.name}: ${error.message}`)
    return false
  }

  async #start(): Promise<void> {
    const { index, logFile, moments } = this.#options
    this.#starts++
    this.#underWay = undefined
    this.#board?.hold(undefined)
    this.#life = new TerminalLife({
      site: this.site,
      logFile: logFile(`terminal-${index + 1}`),
      isFirst: this.#starts === 1,
      moment: (name) => moments.tell(this.name, name),
      heard: (event) => this.#heard(event),
      acceptsPart: () => this.#random.chance(600),
    })
    const isLoggedOn = await this.#life.ready()
    this.#options.isUp(this)
    if (!isLoggedOn) await this.#run('login 00')
    await this.#learn()
  }

  async #learn(): Promise<void> {
    const { outcome } = await this.#run('transactions')
    const { batch, items } = outcome as { batch: string; items: readonly TransactionView[] }
    this.#batch = batch
    this.#orders.learn(batch, items)
  }

  async #next(): Promise<void> {
    const { log } = this.#options
    const order = this.#orders.next(this.#wanted, this.#batch)
    if (order.kind === this.#wanted || this.#wanted === 'lostRefund') this.#wanted = undefined
    this.#board?.hold(order.card)
    log.say(this.name, order.line)
    const { outcome } = await this.#run(order.line)
    this.#board?.hold(undefined)
    const { kind, reason, transaction } = outcome as Outcome
    this.outcomes.set(kind, (this.outcomes.get(kind) ?? 0) + 1)
    log.say(this.name, `= ${kind} ${reason ?? transaction?.stan ?? ''}`)
    if (kind === 'failed' || kind === 'refused') await this.#waitForHost(reason)
    else this.#options.moments.tell(this.name, 'worked')
    if (kind === 'approved' && transaction !== undefined) this.#orders.add(transaction)
    // What was voided, reversed or settled changes more than one line.
    if (kind === 'settled' || kind === 'reversed' || order.line.startsWith('void')) await this.#learn()
  }

  /** Most operators wait until the line is there again; some try on. */
  async #waitForHost(reason: string | undefined): Promise<void> {
    const { moments, isHostUp } = this.#options
    if (reason === 'settlementUnfinished') this.#wanted = 'settle'
    if (isHostUp() || this.#random.chance(150)) return
    await moments.next(({ who, name }) => who === 'host' && name === 'listening', HOST_PATIENCE_MS)
  }

  async #run(line: string): Promise<ProgramEvent> {
    if (this.#life === undefined) throw new LifeOver()
    const event = await this.#life.run(line)
    if (event['event'] === 'notUnderstood') throw new Error(`the terminal does not understand: ${line}`)
    return event
  }

  #heard({ event, id, values, outcome, cause }: ProgramEvent): void {
    this.#underWay = UNDER_WAY.has(String(id)) ? String(id) : undefined
    if (id === 'approved' || id === 'approvedPartially') this.shown.push((values as { stan: string }).stan)
    if (event === 'stopped') this.#options.log.find('a terminal stopped', `${this.name}: ${cause}`)
    if (event !== 'outcome') return
    const { kind, transaction } = outcome as Outcome
    if (kind !== 'approved' || transaction === undefined) return
    const { batch, stan, amountMinor } = transaction
    this.told.push({ batch, stan, amountMinor })
  }
}
