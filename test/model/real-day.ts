import type { PaperPiece } from '../../hardware/emulator/paper.ts'
import type { TerminalPlan } from '../../sim/plan/plan.ts'
import { Network } from '../../sim/world/network.ts'
import { CASHIER, SUPERVISOR } from '../../sim/world/operator.ts'
import { SeededRandom } from '../../sim/world/seeded-random.ts'
import { type SimCard, type SimEstate, simEstate } from '../../sim/world/sim-estate.ts'
import { SimHost } from '../../sim/world/sim-host.ts'
import { SimStore } from '../../sim/world/sim-store.ts'
import { SimTerminal } from '../../sim/world/sim-terminal.ts'
import { VirtualClock } from '../../sim/world/virtual-clock.ts'
import { invariant } from '../../src/base/invariant.ts'
import type { Question, QuestionAnswer } from '../../src/terminal/flows/screen.ts'
import type { CommandOutcome, TerminalCommand } from '../../src/terminal/flows/terminal-command.ts'
import { CARDS, type CardName } from './day-books.ts'
import { CALM_HANDS, type Hands } from './day-hands.ts'
import { BATCH_LIMIT } from './day-model.ts'

/** What the people at the counter do while a command runs. */
export interface Counter {
  readonly hands: Hands
  readonly card: CardName | undefined
  /** What is typed as the operator's own password. */
  readonly password: 'right' | 'wrong'
  /** Typed instead of the card's own values. */
  readonly typed: { readonly number?: string; readonly expiry?: string }
}

export const CALM_COUNTER: Counter = { hands: CALM_HANDS, card: undefined, password: 'right', typed: {} }

const INDEX = 0
const PAUSE_MS = 2000
const NEVER_MS = 1e9
const STEPS_MAX = 200_000

/** One terminal and one host of the simulated world, a command at a time. */
export class RealDay {
  readonly clock = new VirtualClock()
  readonly estate: SimEstate
  readonly store: SimStore
  readonly host: SimHost
  readonly terminal: SimTerminal
  readonly paper: PaperPiece[] = []
  readonly faults: string[] = []
  #counter: Counter = CALM_COUNTER
  #flights = 0
  #wasInFlight: string | undefined

  constructor(seed: number) {
    const { clock } = this
    this.estate = simEstate()
    const { estate } = this
    estate.padKeys(INDEX)
    estate.cardsOf(INDEX)
    const initial = estate.begin(new SeededRandom(seed, 1000))
    this.store = new SimStore(() => estate.copyOf(initial))
    this.host = new SimHost({
      clock,
      store: this.store,
      security: estate.security,
      fault: (reason) => this.faults.push(`host: ${reason}`),
      tell: () => {},
      logged: () => {},
    })
    const network = new Network({
      clock,
      hosts: [this.host],
      sent: (_terminal, direction) => {
        if (direction === 'request') this.#requestLeaves()
      },
    })
    const plan: TerminalPlan = {
      index: INDEX,
      // Symbols take time to draw, and nobody reads them here.
      profile: { journalLimit: BATCH_LIMIT, receiptQr: false },
      sharedLine: false,
      steps: [],
    }
    this.terminal = new SimTerminal({
      clock,
      random: new SeededRandom(seed, 2000),
      plan,
      estate,
      network,
      answer: (question) => this.#answer(question),
      observer: {
        durable: () => {},
        shown: () => {},
        printed: (piece) => this.paper.push(piece),
        struck: () => {},
        tell: () => {},
        cardCommand: () => {},
        damageBelieved: (what) => this.faults.push(`damaged frame believed: ${what}`),
        bug: (error) => this.faults.push(`terminal: ${String(error)}`),
      },
    })
  }

  card(name: CardName): SimCard {
    const card = this.estate.cardsOf(INDEX)[CARDS.indexOf(name)]
    invariant(card !== undefined, 'no such card')
    return card
  }

  /** The terminal's keys and operators, and the cashier logged on. */
  commission(): void {
    this.run({
      kind: 'commission',
      keyBlock: this.estate.padKeys(INDEX).keyBlock,
      supervisorPassword: SUPERVISOR.password,
      cashiers: [CASHIER],
    })
    this.run({ kind: 'logOn', operator: CASHIER.number })
  }

  /** Does `command` to its end; undefined when the power went over it. */
  run(command: TerminalCommand, counter: Counter = CALM_COUNTER): CommandOutcome | undefined {
    this.#begin(counter)
    let ended: { readonly outcome: CommandOutcome | undefined } | undefined
    this.terminal.run(command, (outcome) => {
      ended = { outcome }
    })
    this.#turnUntil(() => ended !== undefined)
    this.terminal.faults.clear()
    this.terminal.customer.hold(undefined)
    // After a power cut nobody has told its holder to take the card out.
    if (this.terminal.board.reader.hasCard) this.terminal.board.reader.remove()
    return ended?.outcome
  }

  powerCycle(devicesToo: boolean, counter: Counter): void {
    this.#begin(counter)
    this.terminal.cutPower(1000, devicesToo)
    let isOn = false
    this.clock.after(0, () => {
      this.terminal.start(() => {
        isOn = true
      })
    })
    this.#turnUntil(() => isOn)
  }

  setHostUp(isUp: boolean): void {
    if (isUp) this.host.start()
    else this.host.restart(NEVER_MS)
    this.wait(PAUSE_MS)
  }

  setPrinter(state: 'ready' | 'unplugged' | 'noPaper'): void {
    const { board } = this.terminal
    if (state === 'unplugged') board.unplug('printer', NEVER_MS)
    else board.plugIn('printer')
    board.printer.setPaper(state === 'noPaper' ? 'end' : 'ok')
    this.wait(PAUSE_MS)
  }

  /** Time passes; what is under way arrives. */
  wait(ms: number): void {
    let isOver = false
    this.clock.after(ms, () => {
      isOver = true
    })
    this.#turnUntil(() => isOver)
  }

  close(): void {
    this.terminal.close()
    this.host.close()
  }

  #begin(counter: Counter): void {
    this.wait(PAUSE_MS)
    this.#counter = counter
    this.#flights = 0
    this.#wasInFlight = undefined
    const { terminal } = this
    const { card, hands } = counter
    terminal.customer.hold(card === undefined ? undefined : this.card(card))
    const pinFault = { right: undefined, wrong: 'pinWrong', cancelled: 'pinCancelled' } as const
    const kind = pinFault[hands.pin]
    terminal.faults.arm(kind === undefined ? [] : [{ kind, nth: 1, ms: 0, part: 0 }])
  }

  #turnUntil(isDone: () => boolean): void {
    for (let steps = 0; steps < STEPS_MAX; steps++) {
      if (isDone() || this.faults.length > 0) return
      if (!this.clock.step()) break
    }
    this.faults.push('the command comes to no end')
  }

  /** Only a money transaction stands in flight in the journal: duties and management do not. */
  #requestLeaves(): void {
    const { terminal } = this
    const stan = terminal.state.inFlight?.stan
    const { mishap } = this.#counter.hands
    // A mishap is for one request and its reply; a PIN comes before any of them.
    if (this.#flights > 0) terminal.faults.clear()
    if (stan === undefined || stan === this.#wasInFlight) return
    this.#wasInFlight = stan
    this.#flights++
    if (mishap === undefined || mishap.at !== this.#flights) return
    if (mishap.kind === 'cutPower') terminal.cutPower(1000, false)
    else terminal.faults.arm([{ kind: mishap.kind, nth: 1, ms: 0, part: 0 }])
  }

  #answer({ kind, screen }: Question): QuestionAnswer {
    const { hands, card, password, typed } = this.#counter
    if (kind === 'confirm')
      return { kind: screen.id === 'acceptPartial' && hands.partial === 'refuse' ? 'cancelled' : 'confirmed' }
    if (kind === 'choose') return { kind: 'chosen', id: 'skip' }
    const simCard = card === undefined ? undefined : this.card(card)
    switch (screen.id) {
      case 'enterPassword': {
        const operator = String(screen.values?.['operator'])
        const isWrong = password === 'wrong' || (operator === '00' && hands.supervisorPassword === 'wrong')
        if (isWrong) return { kind: 'entered', text: '9999' }
        return {
          kind: 'entered',
          text: operator === SUPERVISOR.number ? SUPERVISOR.password : CASHIER.password,
        }
      }
      case 'enterPan':
        return { kind: 'entered', text: typed.number ?? simCard?.pan ?? '' }
      case 'enterExpiry': {
        const expiry = simCard?.expiry ?? ''
        return { kind: 'entered', text: typed.expiry ?? expiry.slice(2) + expiry.slice(0, 2) }
      }
      default:
        return { kind: 'cancelled' }
    }
  }
}
