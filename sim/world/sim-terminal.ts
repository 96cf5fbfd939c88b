import { createHash } from 'node:crypto'
import type { PaperPiece } from '../../hardware/emulator/paper.ts'
import { terminalCodec } from '../../src/terminal/adapters/frame-summary.ts'
import { DEFAULT_SETUP } from '../../src/terminal/adapters/profile-file.ts'
import { systemSha1 } from '../../src/terminal/adapters/system-sha1.ts'
import type { Peripherals } from '../../src/terminal/drivers/peripherals.ts'
import type { JournalRecord } from '../../src/terminal/flows/journal-record.ts'
import { performCommand, startUp } from '../../src/terminal/flows/main-flow.ts'
import type { Question, QuestionAnswer, Screen } from '../../src/terminal/flows/screen.ts'
import type { CommandOutcome, TerminalCommand } from '../../src/terminal/flows/terminal-command.ts'
import type { TerminalContext } from '../../src/terminal/flows/terminal-context.ts'
import { DEFAULT_PROFILE, type TerminalProfile } from '../../src/terminal/flows/terminal-profile.ts'
import type { TerminalState } from '../../src/terminal/flows/terminal-state.ts'
import { DialedHostLink } from '../../src/terminal/runtime/dialed-host-link.ts'
import { type FlowEnd, Interpreter } from '../../src/terminal/runtime/interpreter.ts'
import { JournaledState } from '../../src/terminal/runtime/state-keeper.ts'
import type { PasswordHasher } from '../../src/terminal/runtime/terminal-world.ts'
import type { Fault } from '../plan/fault-kinds.ts'
import type { TerminalPlan } from '../plan/plan.ts'
import { Customer } from './customer.ts'
import { type AppendFate, JournalFile, type JournalReading, readJournal } from './journal-file.ts'
import type { Mailbox, Network, NetworkTerminal } from './network.ts'
import type { SeededRandom } from './seeded-random.ts'
import { SimBoard } from './sim-board.ts'
import { type SimEstate, terminalId } from './sim-estate.ts'
import { SimPanel } from './sim-panel.ts'
import { StepFaults } from './step-faults.ts'
import { DriftingClock, type VirtualClock } from './virtual-clock.ts'
import { VirtualFile } from './virtual-disk.ts'
import { type FlowMoments, watchedFlow } from './watched-flow.ts'

export interface SimTerminalOptions {
  readonly clock: VirtualClock
  readonly random: SeededRandom
  readonly plan: TerminalPlan
  readonly estate: SimEstate
  readonly network: Network
  /** What the operator answers; the step decides. */
  readonly answer: (question: Question) => QuestionAnswer
  readonly observer: TerminalObserver
}

/** What the checkers and the story hear of a terminal. */
export interface TerminalObserver {
  durable(records: readonly JournalRecord[]): void
  shown(screen: Screen): void
  printed(piece: PaperPiece): void
  struck(fault: Fault): void
  cardCommand(apdu: Uint8Array | undefined): void
  damageBelieved(what: string): void
  tell(text: string): void
  /** The program was wrong. */
  bug(error: unknown): void
}

/** What runs between power on and power off. */
interface Life {
  readonly interpreter: Interpreter
  readonly hostLink: DialedHostLink
  readonly peripherals: Peripherals
  readonly keeper: JournaledState
  readonly context: TerminalContext
  isOver: boolean
}

const FREE_BYTES = 1e9

/** scrypt would take most of the time of a run; what is hashed, and when, stays the same. */
const quickHasher: PasswordHasher = {
  derive(password, salt, done) {
    done(new Uint8Array(createHash('sha256').update(password).update(salt).digest()))
  },
}

/** One terminal of the simulated world: journal and board outlive its power. */
export class SimTerminal implements NetworkTerminal {
  readonly name: string
  readonly faults: StepFaults
  readonly mailbox: Mailbox = {
    lateReplies: [],
    overtakenReplies: [],
    lastRequest: undefined,
    losesNextReply: false,
  }
  readonly clock: DriftingClock
  readonly file = new VirtualFile()
  readonly board: SimBoard
  readonly customer: Customer
  readonly profile: TerminalProfile
  readonly #options: SimTerminalOptions
  #life: Life | undefined
  #reading: JournalReading | undefined
  #isStorageLow = false
  /** When the power comes back that went last. */
  #backAtMs = 0

  constructor(options: SimTerminalOptions) {
    const { clock, random, plan, estate, observer } = options
    this.#options = options
    this.name = terminalId(plan.index)
    this.faults = new StepFaults((fault) => observer.struck(fault))
    this.clock = new DriftingClock(clock)
    this.profile = { ...DEFAULT_PROFILE, terminalId: this.name, ...plan.profile }
    this.customer = new Customer(clock, random, this.faults)
    this.board = new SimBoard({
      clock,
      random,
      faults: this.faults,
      sharedLine: plan.sharedLine,
      isContactless: this.profile.contactlessReader,
      protectionKey: estate.padKeys(plan.index).protectionKey,
      lamp: (state) => this.customer.lamp(this.board, state),
      padScreen: (screen) => this.customer.padScreen(this.board, screen),
      printed: (piece) => observer.printed(piece),
      cardCommand: (apdu) => observer.cardCommand(apdu),
      damageBelieved: (what) => observer.damageBelieved(what),
      tell: (text) => observer.tell(text),
    })
  }

  get isOn(): boolean {
    return this.#life !== undefined
  }

  /** The fold of its journal; of the last life while it has no power. */
  get state(): TerminalState {
    return this.#life?.keeper.state ?? this.#readOn().state
  }

  get isStorageLow(): boolean {
    return this.#isStorageLow
  }

  /** What its journal reads as, from its beginning. */
  get journalState(): TerminalState {
    return readJournal(this.file.readSynced()).state
  }

  set isStorageLow(isLow: boolean) {
    this.#isStorageLow = isLow
  }

  /** Starts and does what a power cut left open; `done` when it takes commands. */
  start(done: () => void): void {
    const { clock } = this.#options
    if (this.#life !== undefined) {
      done()
      return
    }
    if (clock.nowMs() < this.#backAtMs) {
      clock.schedule(this.#backAtMs, () => this.start(done))
      return
    }
    const life = this.#newLife()
    this.#life = life
    life.interpreter.run(watchedFlow(startUp(life.context), this.#moments(life)), (end) => {
      if (end.kind === 'finished') done()
      else this.#stopped(life, end, () => this.start(done))
    })
  }

  /** Does `command`; undefined when the terminal lost its power over it. Then it has started again. */
  run(command: TerminalCommand, done: (outcome: CommandOutcome | undefined) => void): void {
    const life = this.#life
    if (life === undefined) {
      this.start(() => this.run(command, done))
      return
    }
    const flow = watchedFlow(performCommand(life.context, command), this.#moments(life))
    life.interpreter.run(flow, (end) => {
      if (end.kind === 'finished') done(end.value)
      else this.#stopped(life, end, () => this.start(() => done(undefined)))
    })
  }

  /** The power goes, now; it comes back after `downMs`. */
  cutPower(downMs: number, devicesToo: boolean): void {
    const life = this.#life
    if (life === undefined || life.isOver) return
    life.isOver = true
    const { clock, observer } = this.#options
    observer.tell('loses power')
    this.#backAtMs = clock.nowMs() + Math.max(1, downMs)
    clock.after(0, () => {
      this.#letGo(life, devicesToo)
      life.interpreter.abandon()
    })
  }

  /** Its operator presses cancel. */
  cancel(): void {
    this.#life?.interpreter.cancel()
  }

  /** Ends for good. */
  close(): void {
    const life = this.#life
    if (life === undefined) return
    life.isOver = true
    this.#letGo(life, false)
  }

  #letGo(life: Life, devicesToo: boolean): void {
    if (this.#life === life) this.#life = undefined
    life.hostLink.disconnect()
    life.peripherals.close()
    this.board.detach(devicesToo)
  }

  #stopped(life: Life, end: Extract<FlowEnd<unknown>, { kind: 'stopped' }>, again: () => void): void {
    const { clock, observer } = this.#options
    if (end.cause.kind === 'bug') {
      observer.bug(end.cause.error)
      return
    }
    if (end.cause.kind === 'journal') {
      // The disk is full: somebody makes room and starts it again.
      observer.tell(`stops: ${end.cause.message}`)
      life.isOver = true
      this.#letGo(life, false)
      clock.after(2000, again)
      return
    }
    clock.schedule(this.#backAtMs, again)
  }

  /** Its journal as it reads after a power cut. What is whole never changes, so reading goes on where it ended. */
  #readOn(): JournalReading {
    this.#reading = readJournal(this.file.readSynced(this.#reading?.wholeSize), this.#reading)
    return this.#reading
  }

  #newLife(): Life {
    const { clock, random, network, estate, answer, observer } = this.#options
    const reading = this.#readOn()
    if (reading.wholeSize < this.file.size) this.file.truncate(reading.wholeSize)
    const journal = new JournalFile({
      file: this.file,
      reading,
      fate: () => this.#appendFate(),
      powerCut: () => {},
      durable: (records) => observer.durable(records),
    })
    const keeper = new JournaledState(journal, reading.state)
    const hostLink = new DialedHostLink(DEFAULT_SETUP.link, network.dialer(this), clock)
    const peripherals = this.board.attach()
    const panel = new SimPanel({
      clock,
      random,
      faults: this.faults,
      shown: (screen) => observer.shown(screen),
      answer,
    })
    const interpreter = new Interpreter({
      clock: this.clock,
      random,
      keeper,
      hostLink,
      panel,
      peripherals,
      passwords: quickHasher,
      storage: { freeBytes: (done) => done(this.#isStorageLow ? 0 : FREE_BYTES) },
    })
    const context: TerminalContext = {
      profile: this.profile,
      codec: terminalCodec(),
      chip: { sha1: systemSha1, caKeys: estate.caKeys },
      get state() {
        return keeper.state
      },
    }
    return { interpreter, hostLink, peripherals, keeper, context, isOver: false }
  }

  #moments(life: Life): FlowMoments {
    return {
      faults: this.faults,
      clock: this.#options.clock,
      isOver: () => life.isOver,
      cancel: () => life.interpreter.cancel(),
      cutPower: (downMs, devicesToo) => this.cutPower(downMs, devicesToo),
    }
  }

  #appendFate(): AppendFate {
    for (const fault of this.faults.at('append')) {
      switch (fault.kind) {
        case 'terminalDiskFull':
          return { kind: 'full' }
        case 'cutPowerBeforeAppend':
          this.cutPower(fault.ms, fault.part < 500)
          return { kind: 'powerCut', when: 'before', unsynced: { kind: 'lost' } }
        case 'cutPowerInAppend':
          this.cutPower(fault.ms, fault.part < 500)
          return { kind: 'powerCut', when: 'middle', unsynced: unsyncedFate(fault.part) }
        default:
          this.cutPower(fault.ms, fault.part < 500)
          return { kind: 'powerCut', when: 'after', unsynced: { kind: 'lost' } }
      }
    }
    return { kind: 'well' }
  }
}

function unsyncedFate(part: number) {
  if (part < 350) return { kind: 'lost' } as const
  return part < 600 ? ({ kind: 'kept' } as const) : ({ kind: 'torn', keptPerMille: part } as const)
}
