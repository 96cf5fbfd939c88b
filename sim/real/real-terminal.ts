import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { concatBytes } from '../../src/base/bytes.ts'
import { InvariantError } from '../../src/base/invariant.ts'
import { openTerminal, type TerminalPeripherals } from '../../src/terminal/adapters/open-terminal.ts'
import { openSerialPeripherals } from '../../src/terminal/adapters/serial-peripherals.ts'
import { SystemClock } from '../../src/terminal/adapters/system-clock.ts'
import { type HostAddress, TcpDialer } from '../../src/terminal/adapters/tcp-stream.ts'
import { type Terminal, type TerminalProbe, TerminalStopped } from '../../src/terminal/adapters/terminal.ts'
import type { JournalRecord } from '../../src/terminal/flows/journal-record.ts'
import type { Question, QuestionAnswer } from '../../src/terminal/flows/screen.ts'
import type { CommandOutcome, TerminalCommand } from '../../src/terminal/flows/terminal-command.ts'
import type { TerminalProfile } from '../../src/terminal/flows/terminal-profile.ts'
import { initialState, type TerminalState } from '../../src/terminal/flows/terminal-state.ts'
import type { CaPublicKey } from '../../src/terminal/kernel/kernel-config.ts'
import type { StreamDialer } from '../../src/terminal/runtime/dialed-host-link.ts'
import type { RecordStore } from '../../src/terminal/runtime/state-keeper.ts'
import type { AppendOutcome } from '../../src/terminal/runtime/terminal-world.ts'
import { Customer } from '../world/customer.ts'
import type { Mailbox, NetworkTerminal } from '../world/network.ts'
import type { SeededRandom } from '../world/seeded-random.ts'
import { SimPanel } from '../world/sim-panel.ts'
import type { TerminalObserver } from '../world/sim-terminal.ts'
import { StepFaults } from '../world/step-faults.ts'
import type { DayTerminal } from '../world/terminal-day.ts'
import { watchedFlow } from '../world/watched-flow.ts'
import { RealBoard } from './real-board.ts'
import type { RealTiming } from './real-timing.ts'

export interface RealTerminalOptions {
  readonly directory: string
  readonly clock: RealTiming
  readonly random: SeededRandom
  readonly sharedLine: boolean
  readonly profile: TerminalProfile
  /** Where it finds the host: the door in front of it. */
  readonly address: HostAddress
  /** Whether there is a host behind the door just now. */
  readonly isHostUp: () => boolean
  readonly caKeys: readonly CaPublicKey[]
  readonly answer: (question: Question) => QuestionAnswer
  readonly observer: TerminalObserver
}

const LINE_SPEED = 115_200
/** Nobody listens there. */
const DEAD_PORT = 1

interface Life {
  terminal: Terminal | undefined
  isOver: boolean
}

/** The real terminal on a real journal and serial lines; it can lose its power at any moment and come back. */
export class RealTerminal implements DayTerminal, NetworkTerminal {
  readonly name: string
  readonly faults: StepFaults
  readonly mailbox: Mailbox = {
    lateReplies: [],
    overtakenReplies: [],
    lastRequest: undefined,
    losesNextReply: false,
  }
  readonly customer: Customer
  readonly board: RealBoard
  readonly profile: TerminalProfile
  isStorageLow = false
  readonly clock = {
    jump(): never {
      throw new InvariantError("the machine's clock is left alone")
    },
  }
  readonly file = { readSynced: () => this.#journalBytes() }
  readonly #options: RealTerminalOptions
  #life: Life | undefined
  #state: TerminalState = initialState
  #backAtMs = 0

  private constructor(
    options: RealTerminalOptions,
    parts: Pick<RealTerminal, 'faults' | 'customer' | 'board'>,
  ) {
    this.#options = options
    this.name = options.profile.terminalId
    this.profile = options.profile
    this.faults = parts.faults
    this.customer = parts.customer
    this.board = parts.board
  }

  /** With its board plugged in; it is not on yet. */
  static async assemble(options: RealTerminalOptions): Promise<RealTerminal> {
    const { directory, clock, random, sharedLine, observer } = options
    const faults = new StepFaults((fault) => observer.struck(fault))
    const customer = new Customer(clock, random, faults)
    const hands: { board?: RealBoard } = {}
    const board = await RealBoard.open({
      directory: join(directory, 'board'),
      clock,
      random,
      faults,
      sharedLine,
      isContactless: options.profile.contactlessReader,
      lamp: (state) => hands.board && customer.lamp(hands.board, state),
      padScreen: (screen) => hands.board && customer.padScreen(hands.board, screen),
      printed: (piece) => observer.printed(piece),
      tell: (text) => observer.tell(text),
      cardCommand: (apdu) => observer.cardCommand(apdu),
    })
    hands.board = board
    return new RealTerminal(options, { faults, customer, board })
  }

  get state(): TerminalState {
    const { terminal } = this.#life ?? {}
    if (terminal !== undefined) this.#state = terminal.state
    return this.#state
  }

  /** The journal checks its chain and folds its records each time it is opened. */
  get journalState(): TerminalState {
    return this.state
  }

  start(done: () => void): void {
    const { clock, observer } = this.#options
    if (this.#life !== undefined) {
      done()
      return
    }
    if (clock.nowMs() < this.#backAtMs) {
      clock.schedule(this.#backAtMs, () => this.start(done))
      return
    }
    const life: Life = { terminal: undefined, isOver: false }
    this.#life = life
    this.#open(life)
      .then(done, (error) => this.#stopped(error, () => this.start(done)))
      .catch(observer.bug)
  }

  run(command: TerminalCommand, done: (outcome: CommandOutcome | undefined) => void): void {
    const terminal = this.#life?.terminal
    if (terminal === undefined) {
      this.start(() => this.run(command, done))
      return
    }
    terminal
      .run(command)
      .then(done, (error) => this.#stopped(error, () => this.start(() => done(undefined))))
      .catch(this.#options.observer.bug)
  }

  cutPower(downMs: number, devicesToo: boolean): void {
    const life = this.#life
    if (life === undefined || life.isOver) return
    life.isOver = true
    const { clock, observer } = this.#options
    observer.tell('loses power')
    this.#backAtMs = clock.nowMs() + Math.max(1, downMs)
    clock.after(0, () => {
      this.#state = this.state
      if (this.#life === life) this.#life = undefined
      life.terminal?.cutPower()
      if (devicesToo) this.board.restartDevices()
    })
  }

  async close(): Promise<void> {
    const life = this.#life
    if (life !== undefined) {
      this.#state = this.state
      life.isOver = true
      await life.terminal?.close()
    }
    this.board.close()
  }

  #stopped(error: unknown, again: () => void): void {
    const isCut = error instanceof TerminalStopped && error.stopCause.kind === 'abandoned'
    if (!isCut) throw error
    this.#options.clock.schedule(this.#backAtMs, again)
  }

  async #open(life: Life): Promise<void> {
    const { directory, profile, address, caKeys, clock, random, answer, observer } = this.#options
    await openTerminal({
      dataDirectory: join(directory, 'terminal'),
      profile,
      caKeys,
      hostAddress: address,
      peripherals: this.#peripherals(),
      panel: new SimPanel({
        clock,
        random,
        faults: this.faults,
        shown: (screen) => observer.shown(screen),
        answer,
      }),
      probe: this.#probe(life),
      created: (terminal) => {
        life.terminal = terminal
      },
    })
  }

  #peripherals(): TerminalPeripherals {
    const { reader, pinpad, printer } = this.board.paths
    return openSerialPeripherals({
      readerPath: reader,
      pinPadPath: pinpad,
      printerPath: printer,
      baudRate: LINE_SPEED,
      clock: new SystemClock(),
    })
  }

  #probe(life: Life): TerminalProbe {
    return {
      journal: (store) => ({ append: (records, done) => this.#append(store, records, done) }),
      dialer: (dialer) => this.#dialer(dialer),
      flow: (flow) =>
        watchedFlow(flow, {
          faults: this.faults,
          clock: this.#options.clock,
          isOver: () => life.isOver,
          cancel: () => void life.terminal?.cancel(),
          cutPower: (downMs, devicesToo) => this.cutPower(downMs, devicesToo),
        }),
    }
  }

  #append(
    store: RecordStore,
    records: readonly JournalRecord[],
    done: (outcome: AppendOutcome) => void,
  ): void {
    const cuts = this.faults.at('append')
    for (const { ms, part } of cuts) this.cutPower(ms, part < 500)
    if (cuts.some(({ kind }) => kind === 'cutPowerBeforeAppend')) return
    store.append(records, (outcome) => {
      if (outcome.kind === 'durable') this.#options.observer.durable(records)
      if (cuts.length === 0) done(outcome)
    })
  }

  /** The real dialler; a refused connection is one to a port where nobody listens. */
  #dialer(dialer: StreamDialer): StreamDialer {
    const { clock, isHostUp } = this.#options
    return {
      dial: (connected, failed) => {
        const faults = this.faults.at('dial')
        const isRefused = !isHostUp() || faults.some(({ kind }) => kind === 'refuseDial')
        const delayMs = faults.reduce((sum, { kind, ms }) => sum + (kind === 'slowDial' ? ms : 0), 0)
        const way = isRefused ? new TcpDialer({ host: '127.0.0.1', port: DEAD_PORT }) : dialer
        if (delayMs === 0) return way.dial(connected, failed)
        let giveUp = clock.after(delayMs, () => {
          giveUp = way.dial(connected, failed)
        })
        return () => giveUp()
      },
    }
  }

  #journalBytes(): Uint8Array {
    const parts = ['journal.db', 'journal.db-wal'].map((name) =>
      join(this.#options.directory, 'terminal', name),
    )
    return concatBytes(parts.filter((path) => existsSync(path)).map((path) => readFileSync(path)))
  }
}
