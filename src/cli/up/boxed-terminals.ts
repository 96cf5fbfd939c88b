import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { openBoard } from '../../../hardware/emulator/board.ts'
import type { Factory } from '../../../hardware/emulator/factory.ts'
import type { LineTap } from '../../base/line-tap.ts'
import { nodeRandom } from '../../crypto/node-random.ts'
import { CommissioningDesk } from '../../terminal/adapters/commissioning/commissioning-desk.ts'
import { EvidenceStore } from '../../terminal/adapters/evidence-store.ts'
import { type OpenTerminalOptions, openTerminal } from '../../terminal/adapters/open-terminal.ts'
import { openSerialPeripherals, type PeripheralTap } from '../../terminal/adapters/serial-peripherals.ts'
import { SystemClock } from '../../terminal/adapters/system-clock.ts'
import type { Terminal } from '../../terminal/adapters/terminal.ts'
import { openTrainingTerminal } from '../../terminal/adapters/training-space.ts'
import { DEFAULT_PROFILE, type TerminalProfile } from '../../terminal/flows/terminal-profile.ts'
import { EXERCISES } from '../../terminal/flows/training/exercises.ts'
import type { Panel } from '../../terminal/runtime/terminal-world.ts'
import { BoardDevices } from '../../workbench/board-devices.ts'
import { EmulatedDevices } from '../../workbench/emulated-devices.ts'
import { HandRefusal } from '../../workbench/hand-refusal.ts'
import { LineRelay } from '../../workbench/line-relay.ts'
import type { TableDevices } from '../../workbench/table-devices.ts'
import { Workbench } from '../../workbench/workbench.ts'
import { releaseVersion } from '../release.ts'
import { liveMemoryBytes } from './live-memory.ts'

export interface BoxOptions {
  /** Of the whole world: each box has a folder in it. */
  readonly directory: string
  readonly cardsDirectory: string
  /** Certified the pads. */
  readonly factory: Factory
  readonly hostPort: number
  /** Undefined before the console is served. */
  readonly consoleUrl: () => string | undefined
  readonly profile?: Partial<TerminalProfile>
  readonly echoCount: number
  readonly soakSeconds: number
}

/** A terminal that is brought into service on the table. */
export interface UnpackedTerminal {
  /** As printed on the box; empty for one on a board. */
  readonly serial: string
  /** Its devices are real ones. */
  readonly isOnBoard: boolean
  readonly workbench: Workbench
  close(): Promise<void>
}

/** Where the devices of a real board are. */
export interface BoardPorts {
  readonly reader: string
  readonly pinpad: string
  readonly printer: string
  readonly baudRate: number
  /** What the board can do: a type of terminal, or a file of one. */
  readonly profile: TerminalProfile
}

const LINE_SPEED = 115_200
const BOXES_MAX = 4

/** Terminals as they leave the factory: a certified pad, no identity, no key. What was unpacked stands there at the next start. */
export class BoxedTerminals {
  readonly #options: BoxOptions
  readonly #unpacked: UnpackedTerminal[] = []
  #boxes = 0

  constructor(options: BoxOptions) {
    this.#options = options
  }

  get unpacked(): readonly UnpackedTerminal[] {
    return this.#unpacked
  }

  /** Opens the boxes of earlier days again. */
  async open(): Promise<void> {
    while (existsSync(this.#folder(this.#boxes + 1))) await this.#unpack()
  }

  /** Rejects with `HandRefusal` when the table is full. */
  async unpack(): Promise<UnpackedTerminal> {
    if (this.#boxes >= BOXES_MAX)
      throw new HandRefusal({ zh: '桌上没有位置了', en: 'there is no more room on the table' })
    return this.#unpack()
  }

  async close(): Promise<void> {
    for (const each of this.#unpacked.splice(0)) await each.close()
  }

  #folder(number: number): string {
    return join(this.#options.directory, `box-${number}`)
  }

  /** A terminal on the devices of a real board; its journal stays beside the boxes. */
  async openOnBoard(ports: BoardPorts): Promise<UnpackedTerminal> {
    const devices = new BoardDevices(new SystemClock())
    const options: SeatOptions = {
      ...ports,
      created: (terminal) => terminal.onDevices((report) => devices.reported(report)),
      tap: (line) => (line === 'printer' ? devices.printerTap() : NOTHING_HEARD),
    }
    const workbench = await this.#seat(
      devices,
      join(this.#options.directory, 'on-board', 'terminal'),
      options,
    )
    return this.#add({ serial: '', isOnBoard: true, workbench, close: () => workbench.close() })
  }

  async #unpack(): Promise<UnpackedTerminal> {
    const { factory, cardsDirectory, profile } = this.#options
    const folder = this.#folder(this.#boxes + 1)
    const board = await openBoard({
      directory: join(folder, 'board'),
      clock: new SystemClock(),
      random: nodeRandom,
      baudRate: undefined,
      sharedLine: false,
      factory,
    })
    const devices = new EmulatedDevices({ board, cardsDirectory, random: nodeRandom })
    const options = { ...board.paths, baudRate: LINE_SPEED, profile: { ...DEFAULT_PROFILE, ...profile } }
    const workbench = await this.#seat(devices, join(folder, 'terminal'), options)
    this.#boxes += 1
    const close = async (): Promise<void> => {
      await workbench.close()
      board.close()
    }
    return this.#add({ serial: board.padProvisioning.serialNumber, isOnBoard: false, workbench, close })
  }

  #add(terminal: UnpackedTerminal): UnpackedTerminal {
    this.#unpacked.push(terminal)
    return terminal
  }

  /** Terminal and line, with the power on. */
  async #seat(devices: TableDevices, dataDirectory: string, seat: SeatOptions): Promise<Workbench> {
    mkdirSync(dataDirectory, { recursive: true, mode: 0o700 })
    const relay = await LineRelay.open(this.#options.hostPort, () => workbench.lineChanged())
    const options = (panel: Panel) => terminalOptions(seat, relay.port, dataDirectory, panel)
    const workbench: Workbench = new Workbench({
      devices,
      relay,
      nowMs: Date.now,
      openTerminal: (panel) => openTerminal(options(panel)),
      openTraining: (panel, told) => openTrainingTerminal(options(panel), keeper(dataDirectory, told)),
      openDesk: (terminal, panel) => this.#desk(terminal, panel, dataDirectory),
    })
    try {
      await workbench.powerOn()
      return workbench
    } catch (error) {
      await workbench.close()
      throw error
    }
  }

  #desk(terminal: Terminal, panel: Panel, dataDirectory: string): CommissioningDesk {
    const { consoleUrl, echoCount, soakSeconds } = this.#options
    return new CommissioningDesk({
      terminal,
      panel,
      dataDirectory,
      consoleUrl,
      softwareVersion: releaseVersion(),
      echoCount,
      soakSeconds,
      processOf: 'terminal, board and host',
      memoryBytes: liveMemoryBytes,
    })
  }
}

interface SeatOptions extends BoardPorts {
  readonly created?: (terminal: Terminal) => void
  readonly tap?: PeripheralTap
}

const NOTHING_HEARD: LineTap = { written() {}, received() {}, ended() {} }

function terminalOptions(
  { reader, pinpad, printer, baudRate, profile, created, tap }: SeatOptions,
  port: number,
  dataDirectory: string,
  panel: Panel,
): OpenTerminalOptions {
  return {
    dataDirectory,
    profile,
    hostAddress: { host: '127.0.0.1', port },
    softwareVersion: releaseVersion(),
    peripherals: openSerialPeripherals({
      readerPath: reader,
      pinPadPath: pinpad,
      printerPath: printer,
      baudRate,
      clock: new SystemClock(),
      ...(tap === undefined ? {} : { tap }),
    }),
    panel,
    ...(created === undefined ? {} : { created }),
  }
}

/** Keeps each exercise that was done, and tells of it. */
function keeper(dataDirectory: string, told: (text: { readonly zh: string; readonly en: string }) => void) {
  return (passed: Parameters<EvidenceStore['exercisePassed']>[0]): void => {
    const store = new EvidenceStore(dataDirectory)
    store.exercisePassed(passed, Date.now())
    store.close()
    const { zh = '', en = '' } = EXERCISES.find(({ id }) => id === passed.exercise) ?? {}
    told({ zh: `练习完成：${zh}`, en: `Exercise done: ${en}` })
  }
}
