import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Board, openBoard } from '../../../hardware/emulator/board.ts'
import type { Factory } from '../../../hardware/emulator/factory.ts'
import { nodeRandom } from '../../crypto/node-random.ts'
import { CommissioningDesk } from '../../terminal/adapters/commissioning/commissioning-desk.ts'
import { EvidenceStore } from '../../terminal/adapters/evidence-store.ts'
import { type OpenTerminalOptions, openTerminal } from '../../terminal/adapters/open-terminal.ts'
import { openSerialPeripherals } from '../../terminal/adapters/serial-peripherals.ts'
import { SystemClock } from '../../terminal/adapters/system-clock.ts'
import type { Terminal } from '../../terminal/adapters/terminal.ts'
import { openTrainingTerminal } from '../../terminal/adapters/training-space.ts'
import { DEFAULT_PROFILE, type TerminalProfile } from '../../terminal/flows/terminal-profile.ts'
import { EXERCISES } from '../../terminal/flows/training/exercises.ts'
import type { Panel } from '../../terminal/runtime/terminal-world.ts'
import { HandRefusal } from '../../workbench/hand-refusal.ts'
import { LineRelay } from '../../workbench/line-relay.ts'
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

/** A terminal that came in a box, on the table. */
export interface UnpackedTerminal {
  /** As printed on the box. */
  readonly serial: string
  readonly board: Board
  readonly workbench: Workbench
}

const LINE_SPEED = 115_200
const BOXES_MAX = 4

/** Terminals as they leave the factory: a certified pad, no identity, no key. What was unpacked stands there at the next start. */
export class BoxedTerminals {
  readonly #options: BoxOptions
  readonly #unpacked: UnpackedTerminal[] = []

  constructor(options: BoxOptions) {
    this.#options = options
  }

  get unpacked(): readonly UnpackedTerminal[] {
    return this.#unpacked
  }

  /** Opens the boxes of earlier days again. */
  async open(): Promise<void> {
    while (existsSync(this.#folder(this.#unpacked.length + 1))) await this.#unpack()
  }

  /** Rejects with `HandRefusal` when the table is full. */
  async unpack(): Promise<UnpackedTerminal> {
    if (this.#unpacked.length >= BOXES_MAX)
      throw new HandRefusal({ zh: '桌上没有位置了', en: 'there is no more room on the table' })
    return this.#unpack()
  }

  async close(): Promise<void> {
    for (const { workbench, board } of this.#unpacked.splice(0)) {
      await workbench.close()
      board.close()
    }
  }

  #folder(number: number): string {
    return join(this.#options.directory, `box-${number}`)
  }

  async #unpack(): Promise<UnpackedTerminal> {
    const { factory, hostPort, cardsDirectory } = this.#options
    const folder = this.#folder(this.#unpacked.length + 1)
    const dataDirectory = join(folder, 'terminal')
    mkdirSync(dataDirectory, { recursive: true, mode: 0o700 })
    const board = await openBoard({
      directory: join(folder, 'board'),
      clock: new SystemClock(),
      random: nodeRandom,
      baudRate: undefined,
      sharedLine: false,
      factory,
    })
    const relay = await LineRelay.open(hostPort, () => workbench.lineChanged())
    const options = (panel: Panel) => this.#terminalOptions(board, relay.port, dataDirectory, panel)
    const workbench: Workbench = new Workbench({
      board,
      relay,
      cardsDirectory,
      random: nodeRandom,
      nowMs: Date.now,
      openTerminal: (panel) => openTerminal(options(panel)),
      openTraining: (panel, told) => openTrainingTerminal(options(panel), keeper(dataDirectory, told)),
      openDesk: (terminal, panel) => this.#desk(terminal, panel, dataDirectory),
    })
    const unpacked = { serial: board.padProvisioning.serialNumber, board, workbench }
    this.#unpacked.push(unpacked)
    await workbench.powerOn()
    return unpacked
  }

  #terminalOptions(board: Board, port: number, dataDirectory: string, panel: Panel): OpenTerminalOptions {
    const { reader, pinpad, printer } = board.paths
    return {
      dataDirectory,
      profile: { ...DEFAULT_PROFILE, ...this.#options.profile },
      hostAddress: { host: '127.0.0.1', port },
      softwareVersion: releaseVersion(),
      peripherals: openSerialPeripherals({
        readerPath: reader,
        pinPadPath: pinpad,
        printerPath: printer,
        baudRate: LINE_SPEED,
        clock: new SystemClock(),
      }),
      panel,
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
