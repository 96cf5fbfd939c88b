import type { CommissioningDesk } from '../terminal/adapters/commissioning/commissioning-desk.ts'
import { keypadMenu, type MenuItem, type TerminalService } from '../terminal/adapters/keypad-menu.ts'
import type { Terminal } from '../terminal/adapters/terminal.ts'
import type { Panel } from '../terminal/runtime/terminal-world.ts'
import type { WorkbenchState } from './workbench-messages.ts'

type Text = WorkbenchState['log'][number]['text']

export interface SeatParts {
  /** Opens the terminal on its journal, with this display; called at each time that the power comes. */
  readonly openTerminal: (panel: Panel) => Promise<Terminal>
  /** The same in training: nothing is sent. `told`: an exercise was done. Left out: there is no training here. */
  readonly openTraining?: (panel: Panel, told: (text: Text) => void) => Promise<Terminal>
  /** Brings the terminal into service from its own screen. */
  readonly openDesk?: (terminal: Terminal, panel: Panel) => CommissioningDesk
}

/** The terminal on the table, as itself or in training; a power cut does not change which. */
export class TerminalSeat {
  readonly #parts: SeatParts
  readonly #opened: (terminal: Terminal) => void
  readonly #note: (text: Text) => void
  #terminal: Terminal | undefined
  #desk: CommissioningDesk | undefined
  #isTraining = false

  constructor(parts: SeatParts, opened: (terminal: Terminal) => void, note: (text: Text) => void) {
    this.#parts = parts
    this.#opened = opened
    this.#note = note
  }

  /** Undefined without power. */
  get terminal(): Terminal | undefined {
    return this.#terminal
  }

  async open(panel: Panel): Promise<Terminal> {
    const { openTerminal, openTraining, openDesk } = this.#parts
    const terminal = await (this.#isTraining && openTraining !== undefined
      ? openTraining(panel, (text) => this.#note(text))
      : openTerminal(panel))
    this.#terminal = terminal
    this.#desk = openDesk?.(terminal, panel)
    this.#opened(terminal)
    return terminal
  }

  cutPower(): void {
    this.#desk?.abandon()
    this.#terminal?.cutPower()
    this.#desk = undefined
    this.#terminal = undefined
  }

  cancel(): void {
    this.#terminal?.cancel()
    this.#desk?.cancel()
  }

  /** Training, or what the desk does, from the terminal's own menu. */
  async serve(service: TerminalService, panel: Panel): Promise<void> {
    if (service !== 'train' && service !== 'leaveTraining') return this.#desk?.[service]()
    if (this.#parts.openTraining === undefined) return
    await this.#terminal?.close()
    this.#isTraining = service === 'train'
    await this.open(panel).catch(async (error: unknown) => {
      this.#isTraining = false
      await this.open(panel)
      throw error
    })
    // What was learnt is told to the host when it can be.
    if (!this.#isTraining) await this.#desk?.deliver()
  }

  menu(): readonly MenuItem[] {
    const terminal = this.#terminal
    if (terminal === undefined) return []
    const isBoxed = !terminal.state.commissioned && this.#desk !== undefined
    const mode = isBoxed ? 'boxed' : this.#isTraining ? 'training' : 'live'
    return keypadMenu(terminal.profile, mode, this.#services())
  }

  #services(): readonly TerminalService[] {
    const ofDesk: readonly TerminalService[] = ['activate', 'commission', 'exercises']
    const ofTraining: readonly TerminalService[] = ['train', 'leaveTraining']
    return [
      ...(this.#desk === undefined ? [] : ofDesk),
      ...(this.#parts.openTraining === undefined ? [] : ofTraining),
    ]
  }

  async close(): Promise<void> {
    await this.#terminal?.close()
  }
}
