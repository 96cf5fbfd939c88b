import { BoardRefusal } from '../../hardware/emulator/board.ts'
import type { TerminalService } from '../terminal/adapters/keypad-menu.ts'
import { KeypadPanel } from '../terminal/adapters/keypad-panel.ts'
import { type Terminal, TerminalStopped } from '../terminal/adapters/terminal.ts'
import type { DeviceReportAnswer } from '../terminal/flows/peripheral-effect.ts'
import type { Screen } from '../terminal/flows/screen.ts'
import { renderScreen } from '../terminal/flows/screen-texts.ts'
import type { CommandOutcome, TerminalCommand } from '../terminal/flows/terminal-command.ts'
import type { Panel } from '../terminal/runtime/terminal-world.ts'
import { drawStrokes } from './draw-strokes.ts'
import { HandRefusal } from './hand-refusal.ts'
import { heardPanel } from './heard-panel.ts'
import type { LineRelay } from './line-relay.ts'
import type { TableDevices } from './table-devices.ts'
import { type SeatParts, TerminalSeat } from './terminal-seat.ts'
import {
  WORKBENCH_DEED,
  type WorkbenchDeed,
  type WorkbenchMessage,
  type WorkbenchState,
} from './workbench-messages.ts'
import { failureText, LINE_TEXTS, refusalText } from './workbench-texts.ts'
import { displayOf, terminalOf } from './workbench-view.ts'

export interface WorkbenchParts extends SeatParts {
  readonly devices: TableDevices
  readonly relay: LineRelay
  readonly nowMs: () => number
  /** A terminal is there, at the start and after each power cut. */
  readonly terminalOpened?: (terminal: Terminal) => void
}

type Text = WorkbenchState['log'][number]['text']
type Viewer = (message: WorkbenchMessage) => void

const LOG_MAX = 60
/** Screens that say yes, and those that say no: they are heard as well as seen. */
const GOOD_SCREENS: ReadonlySet<string> = new Set(['approved', 'settled', 'signedIn', 'balanceShown'])
const BAD_SCREENS = /^(refused\.|declined|noReply|noConnection|hostRefused|reversed|replyMacWrong)/

/**
 * A terminal and its devices on a table: the real runtime on the pseudo-terminals of an emulated board, or on a real one. Hands do something to them,
 * and whoever watches sees what comes of it. It knows nothing of payments.
 */
export class Workbench {
  readonly keypad: KeypadPanel
  readonly #parts: WorkbenchParts
  readonly #viewers = new Set<Viewer>()
  readonly #deviceListeners: ((report: DeviceReportAnswer) => void)[] = []
  readonly #seat: TerminalSeat
  #power: WorkbenchState['power'] = 'off'
  #beep: WorkbenchState['beep'] = { count: 0, kind: 'short' }
  #log: WorkbenchState['log'] = []
  #logCount = 0
  #isTellDue = false
  /** Grows with each power cut. */
  #life = 0
  #panel: Panel

  constructor(parts: WorkbenchParts) {
    this.#parts = parts
    this.#seat = new TerminalSeat(
      parts,
      (terminal) => {
        for (const listener of this.#deviceListeners) terminal.onDevices(listener)
      },
      (text) => this.#note(text),
    )
    this.keypad = new KeypadPanel({
      run: (command) => void this.run(command),
      cancel: () => this.#seat.cancel(),
      menu: () => this.#seat.menu(),
      serve: (service) => void this.serve(service),
      changed: () => this.#changed(),
    })
    this.#panel = heardPanel(this.keypad, (screen) => this.#screenShown(screen))
    parts.devices.tellTo({
      sound: (kind) => this.#sound(kind),
      note: (text) => this.#note(text),
      changed: () => this.#changed(),
    })
  }

  /** `panel` shows the same as the keypad's display, and may answer in its place. */
  share(join: (keypad: Panel) => Panel): void {
    this.#panel = join(this.#panel)
  }

  get terminal(): Terminal | undefined {
    return this.#seat.terminal
  }

  /** Hears of devices of whichever terminal has power. */
  onDevices(listener: (report: DeviceReportAnswer) => void): void {
    this.#deviceListeners.push(listener)
    this.#seat.terminal?.onDevices(listener)
  }

  /** PNG of a slip; undefined when it is not here any more. */
  paper(id: number): Uint8Array | undefined {
    return this.#parts.devices.paper(id)
  }

  /** Hears of each change; returns what ends it. */
  watch(viewer: Viewer): () => void {
    this.#viewers.add(viewer)
    return () => void this.#viewers.delete(viewer)
  }

  /** Rejects when the terminal can't be opened. */
  async powerOn(): Promise<void> {
    if (this.#power !== 'off') return
    this.#power = 'starting'
    this.#changed()
    try {
      const terminal = await this.#seat.open(this.#panel)
      this.#power = 'on'
      this.#note({ zh: '电源接通', en: 'Power is on' })
      this.#parts.terminalOpened?.(terminal)
    } catch (error) {
      this.#power = 'off'
      throw error
    } finally {
      this.#changed()
    }
  }

  /** As by pulling the mains plug: nothing is finished, answered or waited for. */
  powerOff(): void {
    if (this.#power !== 'on') return
    this.#power = 'off'
    this.#life += 1
    this.#seat.cutPower()
    this.keypad.clear()
    this.#note({ zh: '断电', en: 'The power is cut' })
  }

  /** The line changed by itself. */
  lineChanged(): void {
    this.#note(LINE_TEXTS[this.#parts.relay.state])
  }

  /** One command, after those before it; `cancelled` without power. */
  async run(command: TerminalCommand): Promise<CommandOutcome> {
    const { terminal } = this.#seat
    if (terminal === undefined) return { kind: 'cancelled' }
    this.keypad.busy = true
    try {
      return await terminal.run(command)
    } catch (error) {
      if (!(error instanceof TerminalStopped)) throw error
      if (error.stopCause.kind !== 'abandoned') this.#note(failureText(error))
      return { kind: 'cancelled' }
    } finally {
      // After a power cut another one may be there, which has nothing to do.
      if (this.#seat.terminal === terminal) this.keypad.busy = false
      this.#changed()
    }
  }

  /** What the terminal's own menu offers beside commands. What goes wrong is told. */
  async serve(service: TerminalService): Promise<void> {
    const life = this.#life
    if (this.#power !== 'on') return
    this.keypad.busy = true
    try {
      await this.#seat.serve(service, this.#panel)
    } catch (error) {
      if (!(error instanceof TerminalStopped)) this.#note(failureText(error))
    } finally {
      // After a power cut nothing of this is under way any more.
      if (this.#life === life) this.keypad.busy = false
      this.#changed()
    }
  }

  /** `viewer`: whose hand it is, if it may type a PIN. @throws {HandRefusal} when it could not be done. */
  async act(deed: WorkbenchDeed, viewer?: string): Promise<void> {
    const parsed = WORKBENCH_DEED.parse(deed)
    try {
      if (parsed.kind !== 'pad' && parsed.kind !== 'takePad') this.#parts.devices.operated(viewer)
      await this.#act(parsed, viewer)
    } catch (error) {
      if (error instanceof BoardRefusal) throw new HandRefusal(refusalText(error.message))
      if (error instanceof HandRefusal) throw error
      throw new HandRefusal(failureText(error))
    }
    this.#changed()
  }

  async #act(deed: ReturnType<typeof WORKBENCH_DEED.parse>, viewer: string | undefined): Promise<void> {
    const { devices, relay } = this.#parts
    switch (deed.kind) {
      case 'key':
        if (this.#power === 'on') this.keypad.press(deed.key)
        break
      case 'type':
        if (this.#power === 'on') this.keypad.type(deed.text)
        break
      case 'sign':
        this.#sign(deed.strokes)
        break
      case 'line':
        relay.set(deed.state)
        this.#note(LINE_TEXTS[deed.state])
        break
      case 'power':
        await (deed.isOn ? this.powerOn() : this.powerOff())
        break
      case 'show':
      case 'unpack':
        break
      default:
        await devices.act(deed, viewer)
    }
  }

  /** A viewer is gone, with its hands. */
  left(viewer: string): void {
    this.#parts.devices.left(viewer)
    this.#changed()
  }

  /** As everybody may see it. */
  get state(): WorkbenchState {
    return this.stateFor(undefined)
  }

  /** As this viewer sees it: the face of the pad is shown to whoever types the PIN, and to nobody else. */
  stateFor(viewer: string | undefined): WorkbenchState {
    const { devices, relay } = this.#parts
    return {
      power: this.#power,
      display: displayOf(this.keypad.view),
      ...devices.view(viewer),
      line: relay.state,
      terminal: terminalOf(this.#seat.terminal),
      table: null,
      beep: this.#beep,
      log: this.#log,
    }
  }

  async close(): Promise<void> {
    this.#viewers.clear()
    await this.#seat.close()
    await this.#parts.relay.close()
  }

  #sign(strokes: Parameters<typeof drawStrokes>[0]): void {
    const place = this.keypad.view.signing
    if (place !== undefined) this.keypad.sign(drawStrokes(strokes, place))
  }

  #screenShown(screen: Screen): void {
    if (GOOD_SCREENS.has(screen.id)) this.#sound('good')
    else if (BAD_SCREENS.test(screen.id)) this.#sound('bad')
    this.#note({ zh: renderScreen(screen, 'zh'), en: renderScreen(screen, 'en') })
  }

  #sound(kind: WorkbenchState['beep']['kind']): void {
    this.#beep = { count: this.#beep.count + 1, kind }
  }

  #note(text: Text): void {
    const entry = { id: ++this.#logCount, atMs: this.#parts.nowMs(), text }
    this.#log = [...this.#log, entry].slice(-LOG_MAX)
    this.#changed()
  }

  /** Once for all that changes in a turn. */
  #changed(): void {
    if (this.#isTellDue) return
    this.#isTellDue = true
    setImmediate(() => {
      this.#isTellDue = false
      if (this.#viewers.size === 0) return
      const message = { kind: 'state', state: this.state } as const
      for (const viewer of this.#viewers) viewer(message)
    })
  }
}
