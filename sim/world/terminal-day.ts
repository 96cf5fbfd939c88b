import type { PrinterDevice } from '../../hardware/emulator/printer-device.ts'
import { invariant } from '../../src/base/invariant.ts'
import type { Question, QuestionAnswer } from '../../src/terminal/flows/screen.ts'
import type { CommandOutcome, TerminalCommand } from '../../src/terminal/flows/terminal-command.ts'
import type { TerminalState } from '../../src/terminal/flows/terminal-model.ts'
import type { Fault } from '../plan/fault-kinds.ts'
import type { Step, TerminalPlan } from '../plan/plan.ts'
import { CASHIER, type Order, SUPERVISOR } from './operator.ts'
import type { SimCard } from './sim-estate.ts'
import type { StepFaults } from './step-faults.ts'
import type { Timing } from './timing.ts'

/** What the people at one terminal do: chance decides in a seed, its text in a scenario. */
export interface DayScript {
  /** What a step comes to, by what the terminal has in its batch just then. */
  order(step: Step, state: TerminalState): Order | undefined
  /** What the operator answers; `card`: of the customer who waits. */
  answer(question: Question, card: SimCard | undefined): QuestionAnswer
}

/** A terminal with its board and its customer, simulated or real. */
export interface DayTerminal {
  readonly state: TerminalState
  readonly faults: StepFaults
  readonly clock: { jump(byMs: number): void }
  readonly board: {
    readonly printer: Pick<PrinterDevice, 'endPaperAfter' | 'setPaper' | 'setCover'>
    /** Everything is as it should be again. */
    heal(): void
  }
  readonly customer: { hold(card: SimCard | undefined): void }
  isStorageLow: boolean
  start(done: () => void): void
  run(command: TerminalCommand, done: (outcome: CommandOutcome | undefined) => void): void
  cutPower(downMs: number, devicesToo: boolean): void
}

export interface TerminalDayOptions {
  readonly clock: Timing
  readonly plan: TerminalPlan
  readonly script: DayScript
  readonly keyBlock: string
  /** So long after the last step nothing that was under way is left. */
  readonly quietAfterMs: number
  /** A fault that is not the terminal's own: the host's. */
  readonly worldFault: (fault: Fault) => void
  readonly stepBegins: (step: Step, command: TerminalCommand | undefined) => void
  readonly stepEnded: (step: Step, outcome: CommandOutcome | undefined) => void
}

/** So often a command of the quiet time is tried before the world is called stuck. */
const QUIET_TRIES = 6
const QUIET_PAUSE_MS = 3000

/** What happens at one terminal: its steps with their faults, and the quiet time after them. */
export class TerminalDay {
  readonly #options: TerminalDayOptions
  readonly #terminal: DayTerminal
  #step: Step | undefined
  #card: SimCard | undefined

  constructor(terminal: DayTerminal, options: TerminalDayOptions) {
    this.#terminal = terminal
    this.#options = options
  }

  /** What the operator says. */
  answer(question: Question): QuestionAnswer {
    return this.#options.script.answer(question, this.#card)
  }

  /** A new terminal gets its keys and operators; then come the steps. */
  begin(done: () => void): void {
    const { plan } = this.#options
    const day = (): void => this.#logOn(() => this.#next(plan.steps, 0, done))
    this.#terminal.start(() => (this.#terminal.state.commissioned ? day() : this.#commission(day)))
  }

  #commission(done: () => void): void {
    const { keyBlock } = this.#options
    const commission: TerminalCommand = {
      kind: 'commission',
      keyBlock,
      supervisorPassword: SUPERVISOR.password,
      cashiers: [CASHIER],
    }
    this.#terminal.run(commission, (outcome) => {
      invariant(outcome?.kind === 'masterKey', 'the terminal could not be commissioned')
      done()
    })
  }

  /** Nothing goes wrong any more: what is owed is done, and the batch closed. `done(false)`: it could not be. */
  quieten(done: (isQuiet: boolean) => void): void {
    this.#step = undefined
    this.#card = undefined
    this.#terminal.faults.clear()
    this.#terminal.isStorageLow = false
    this.#terminal.customer.hold(undefined)
    this.#terminal.board.heal()
    const { clock, quietAfterMs } = this.#options
    this.#terminal.cutPower(Math.min(1000, quietAfterMs), false)
    clock.after(quietAfterMs, () => this.#quietRound(0, done))
  }

  #quietRound(tries: number, done: (isQuiet: boolean) => void): void {
    const { state } = this.#terminal
    const isOwing =
      state.inFlight !== undefined ||
      state.reversal !== undefined ||
      state.notices.length > 0 ||
      state.scriptResults.length > 0
    const isOpen = state.transactions.length > 0 || state.settlement !== undefined
    const isUnprinted = state.owedReceipts.length > 0
    if (!isOwing && !isOpen && !isUnprinted) {
      done(true)
      return
    }
    if (tries >= QUIET_TRIES) {
      done(false)
      return
    }
    const again = (): void => {
      this.#options.clock.after(QUIET_PAUSE_MS, () => this.#quietRound(tries + 1, done))
    }
    const command: TerminalCommand = { kind: isOwing ? 'sendPending' : isOpen ? 'settle' : 'printOwed' }
    this.#logOn(() => this.#terminal.run(command, again))
  }

  #logOn(done: () => void): void {
    if (this.#terminal.state.loggedOn !== undefined) done()
    else this.#terminal.run({ kind: 'logOn', operator: CASHIER.number }, done)
  }

  #next(steps: readonly Step[], index: number, done: () => void): void {
    const step = steps[index]
    if (step === undefined) {
      done()
      return
    }
    if (step.isNight === true) this.#terminal.cutPower(step.pauseMs, true)
    this.#options.clock.after(step.pauseMs, () =>
      this.#logOn(() => this.#perform(step, () => this.#next(steps, index + 1, done))),
    )
  }

  #perform(step: Step, done: () => void): void {
    const terminal = this.#terminal
    const { script, stepBegins, stepEnded, clock } = this.#options
    const order = script.order(step, terminal.state)
    this.#step = step
    this.#card = order?.card
    terminal.customer.hold(order?.card)
    terminal.faults.arm(step.faults)
    stepBegins(step, order?.command)
    for (const fault of terminal.faults.atStart()) this.#startFault(fault)
    const ended = (outcome: CommandOutcome | undefined): void => {
      terminal.faults.clear()
      terminal.isStorageLow = false
      terminal.customer.hold(undefined)
      stepEnded(step, outcome)
      done()
    }
    if (order !== undefined) terminal.run(order.command, ended)
    else if (step.deed === 'powerCycle') {
      terminal.cutPower(500 + (step.pick % 3000), step.pick % 2 === 0)
      clock.after(0, () => terminal.start(() => ended(undefined)))
    } else clock.after(1, () => ended(undefined))
  }

  #startFault(fault: Fault): void {
    const terminal = this.#terminal
    const { clock, worldFault } = this.#options
    const { printer } = terminal.board
    switch (fault.kind) {
      case 'cutPowerAtTime':
        clock.after(fault.ms, () => this.#ifStill(() => terminal.cutPower(1000, fault.part < 500)))
        return
      case 'terminalClockJump':
        terminal.clock.jump(fault.part < 500 ? fault.ms : -fault.ms)
        return
      case 'storageLow':
        terminal.isStorageLow = true
        return
      case 'paperOut':
        printer.endPaperAfter(fault.nth)
        clock.after(fault.ms + 3000, () => printer.setPaper('ok'))
        return
      case 'coverOpen':
        clock.after(fault.part, () => printer.setCover('open'))
        clock.after(fault.part + fault.ms, () => printer.setCover('closed'))
        return
      default:
        worldFault(fault)
    }
  }

  /** Only while the step still runs that it belongs to. */
  #ifStill(work: () => void): void {
    if (this.#step !== undefined) work()
  }
}
