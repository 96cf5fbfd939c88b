import type { Fault } from '../plan/fault-kinds.ts'
import type { Plan, TerminalPlan } from '../plan/plan.ts'
import { Network } from './network.ts'
import { observerOf } from './observer-of.ts'
import { answerOf, orderOf } from './operator.ts'
import { SeededRandom } from './seeded-random.ts'
import { type SimEstate, simEstate, terminalId } from './sim-estate.ts'
import { SimHost } from './sim-host.ts'
import { SimStore } from './sim-store.ts'
import { SimTerminal } from './sim-terminal.ts'
import { SimWallet } from './sim-wallet.ts'
import { type DayScript, TerminalDay } from './terminal-day.ts'
import { VirtualClock } from './virtual-clock.ts'
import type { VirtualFile } from './virtual-disk.ts'
import type { WorldWatch } from './world-watch.ts'

/** After the end of all terminals and hosts: time for what is on its way between them. */
const DRAIN_MS = 10_000
/** More moments than any day has: it goes round in a circle. */
const MOMENTS_MAX = 20_000_000
/** Longer than the longest delay of a frame and the lock after wrong passwords. */
const QUIET_AFTER_MS = 70_000

/** Terminals, peripherals, lines, hosts, disks and issuers of one run, in virtual time. */
export class SimWorld {
  readonly clock = new VirtualClock()
  readonly plan: Plan
  readonly estate: SimEstate
  readonly store: SimStore
  readonly hosts: readonly SimHost[]
  /** The customer with a phone, where a terminal takes payments by code. */
  readonly wallet: SimWallet | undefined
  readonly terminals: readonly SimTerminal[]
  readonly #watch: WorldWatch
  readonly #scriptOf: (index: number) => DayScript
  readonly #days: readonly TerminalDay[]

  /** `scriptOf`: what the people at a terminal do; left out, chance decides. */
  constructor(plan: Plan, watch: WorldWatch, scriptOf?: (index: number) => DayScript) {
    this.plan = plan
    this.#watch = watch
    this.#scriptOf = scriptOf ?? ((index) => this.#chance(index))
    this.estate = simEstate()
    const { estate, clock } = this
    // Keys and cards that are made for the first time must not take from the chance of this run.
    for (const { index } of plan.terminals) {
      estate.padKeys(index)
      estate.cardsOf(index)
    }
    const initial = estate.begin(new SeededRandom(plan.seed, 1000))
    const takesCodes = plan.terminals.some(({ profile }) => (profile.codePayments ?? []).length > 0)
    const { security } = estate
    const epochMs = (): number => this.hosts[0]?.clock.epochMs() ?? 0
    this.wallet = takesCodes ? new SimWallet({ clock, epochMs, security }) : undefined
    const before = estate.copyOf(initial)
    this.wallet?.open(before, security)
    this.store = new SimStore(() => estate.copyOf(before))
    this.hosts = Array.from({ length: plan.hosts }, (_, index) => this.#newHost(index))
    const network = new Network({
      clock,
      hosts: this.hosts,
      sent: (terminal, direction, frame) => watch.frame(terminal.name, direction, frame),
    })
    const pairs = plan.terminals.map((each) => this.#newTerminal(each, network))
    this.terminals = pairs.map(({ terminal }) => terminal)
    this.#days = pairs.map(({ day }) => day)
  }

  get hostFile(): VirtualFile {
    return this.store.file
  }

  /** Runs to the end of the quiet time. */
  run(): void {
    this.#all((day, done) => day.begin(done))
    for (const host of this.hosts) host.calm()
    this.#all((day, done) =>
      day.quieten((isQuiet) => {
        if (!isQuiet) this.#watch.stuck()
        done()
      }),
    )
    for (const terminal of this.terminals) terminal.close()
    // The hosts hear that nobody is there any more.
    this.#drain()
    for (const host of this.hosts) host.close()
    this.#drain()
  }

  /** Starts `work` for each terminal and turns the clock until all are done. */
  #all(work: (day: TerminalDay, done: () => void) => void): void {
    let open = this.#days.length
    for (const day of this.#days) work(day, () => open--)
    for (let moments = 0; open > 0; moments++) {
      if (this.#watch.isOver) return
      if (moments > MOMENTS_MAX) {
        this.#watch.endless()
        return
      }
      if (!this.#step()) {
        this.#watch.deadlock()
        return
      }
    }
  }

  /** What is still under way comes to its end soon; what waits for longer, or repeats itself, was left behind. */
  #drain(): void {
    const endMs = this.clock.nowMs() + DRAIN_MS
    for (let isLeft = this.#step(); isLeft; isLeft = this.#step()) {
      if (this.#watch.isOver) return
      if (this.clock.nowMs() <= endMs) continue
      this.#watch.leftTimers(this.clock.timerCount + 1)
      return
    }
  }

  /** What a timer throws would have ended the program. */
  #step(): boolean {
    try {
      return this.clock.step()
    } catch (error) {
      this.#watch.bug('the world', error)
      return true
    }
  }

  #newTerminal(
    plan: TerminalPlan,
    network: Network,
  ): { readonly terminal: SimTerminal; readonly day: TerminalDay } {
    const { clock, estate } = this
    const { seed } = this.plan
    const { index } = plan
    const watch = this.#watch
    const name = terminalId(index)
    const terminal = new SimTerminal({
      clock,
      random: new SeededRandom(seed, 2000 + index),
      plan,
      estate,
      network,
      answer: (question) => day.answer(question),
      observer: observerOf(watch, name),
    })
    const day: TerminalDay = new TerminalDay(terminal, {
      clock,
      plan,
      script: this.#scriptOf(index),
      keyBlock: estate.padKeys(index).keyBlock,
      quietAfterMs: QUIET_AFTER_MS,
      worldFault: (fault) => this.#worldFault(index, fault),
      stepBegins: (step, command) => watch.stepBegins(name, step, command),
      stepEnded: (step, outcome) => watch.stepEnded(name, step, outcome),
    })
    return { terminal, day }
  }

  #chance(index: number): DayScript {
    const random = new SeededRandom(this.plan.seed, 3000 + index)
    const cards = this.estate.cardsOf(index)
    return {
      order: (step, state) => orderOf(step, state, cards),
      answer: (question, card) => answerOf(question, card, random.below(1000)),
    }
  }

  #newHost(index: number): SimHost {
    const { clock, store, estate } = this
    const name = `host ${index + 1}`
    return new SimHost({
      clock,
      store,
      security: estate.security,
      wallets: this.wallet?.port,
      fault: (reason) => this.#watch.hostFault(name, reason),
      logged: (line) => this.#watch.logged(name, line),
      tell: (text) => this.#watch.tell(name, text),
    })
  }

  #worldFault(index: number, fault: Fault): void {
    const host = this.hosts[fault.part % this.hosts.length]
    const { clock } = this
    if (fault.kind === 'restartHost') clock.after(fault.ms % 2000, () => host?.restart(fault.ms))
    else if (fault.kind === 'hostClockJump') host?.clock.jump(index % 2 === 0 ? fault.ms : -fault.ms)
  }
}
