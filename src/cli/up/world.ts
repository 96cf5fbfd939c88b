import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import pino from 'pino'
import { type Board, openBoard } from '../../../hardware/emulator/board.ts'
import type { Factory } from '../../../hardware/emulator/factory.ts'
import { invariant } from '../../base/invariant.ts'
import { nodeRandom } from '../../crypto/node-random.ts'
import { DEFAULT_TERMINAL_ID } from '../../host/estate/default-estate.ts'
import { openHostLog } from '../../host/service/host-log.ts'
import { type Host, openHost } from '../../host/service/open-host.ts'
import { openTerminal } from '../../terminal/adapters/open-terminal.ts'
import { openSerialPeripherals } from '../../terminal/adapters/serial-peripherals.ts'
import { SharedPanel } from '../../terminal/adapters/shared-panel.ts'
import { SystemClock } from '../../terminal/adapters/system-clock.ts'
import type { Terminal } from '../../terminal/adapters/terminal.ts'
import type { CommandOutcome } from '../../terminal/flows/terminal-command.ts'
import { DEFAULT_PROFILE, type TerminalProfile } from '../../terminal/flows/terminal-profile.ts'
import type { Panel } from '../../terminal/runtime/terminal-world.ts'
import { LineRelay } from '../../workbench/line-relay.ts'
import { Workbench } from '../../workbench/workbench.ts'
import { Finding } from '../failure.ts'
import type { Recorder } from '../recording/recorder.ts'
import { releaseVersion } from '../release.ts'
import { makeWorldCards } from './world-cards.ts'

export interface WorldOptions {
  /** Holds host, board, terminal and cards, each in its folder. */
  readonly directory: string
  /** Speed of the emulated serial lines; undefined: as fast as it goes. */
  readonly baudRate: number | undefined
  readonly sharedLine: boolean
  /** Any free ports instead of the default ones. */
  readonly freePorts: boolean
  /** Certifies the pad at its first start, so that it can get keys from afar. */
  readonly factory?: Factory
  /** Hears the host's clients and the terminal's devices. */
  readonly recorder?: Recorder | undefined
  readonly profile?: Partial<TerminalProfile>
  readonly panel: Panel
  /** The panel and the keypad's display show the same, and either may answer; the keypad only looks on otherwise. */
  readonly isTouched?: boolean
  /** Gets each part as it comes up, so that it can be watched from its first moment. */
  readonly opened?: (part: { readonly board: Board } | { readonly terminal: Terminal }) => void
  /** The host can not keep records any more. */
  readonly hostStopped?: (reason: string) => void
}

/** What a terminal can do whose display is touched: signatures from 100.00 on, codes both ways; it tells of paper and battery. */
export const TOUCHED_PROFILE: Partial<TerminalProfile> = {
  signaturePad: true,
  signaturePadFromMinor: 10_000,
  codePayments: ['customerShows', 'merchantShows'],
  batteryPresent: true,
  statusOnChange: true,
}

/** Host, emulated board and terminal in one process. They meet on the wire only. */
export interface World {
  readonly host: Host
  readonly board: Board
  /** The terminal that has power now. */
  readonly terminal: Terminal
  readonly workbench: Workbench
  readonly cardsDirectory: string
  /** The terminal first, so that it can finish; then the board, then the host. */
  close(): Promise<void>
}

/** First operators of the embedded defaults. They are for tests: everybody knows them. */
export const WORLD_OPERATORS = {
  supervisor: { number: '00', password: '123456' },
  cashier: { number: '01', password: '0000' },
} as const

const LINE_SPEED = 115_200

/** Opens all three; a terminal that has no keys yet is commissioned. What was opened is closed when one fails. */
export async function openWorld(options: WorldOptions): Promise<World> {
  const { directory } = options
  const hostDirectory = join(directory, 'host')
  const cardsDirectory = join(directory, 'cards')
  mkdirSync(hostDirectory, { recursive: true, mode: 0o700 })
  makeWorldCards(hostDirectory, cardsDirectory)
  const closers: (() => void | Promise<void>)[] = []
  const close = async (): Promise<void> => {
    for (const each of closers.splice(0).reverse()) await each()
  }
  try {
    const host = await openHost({
      dataDirectory: hostDirectory,
      log: openHostLog('info', pino.destination({ dest: join(hostDirectory, 'host.log'), sync: true })),
      ...(options.freePorts ? { ports: FREE_PORTS } : {}),
      ...(options.recorder === undefined ? {} : { tap: options.recorder.hostTap }),
      ...(options.hostStopped === undefined ? {} : { onFatal: options.hostStopped }),
    })
    closers.push(() => host.close())
    const board = await openBoard({
      directory: join(directory, 'board'),
      clock: new SystemClock(),
      random: nodeRandom,
      baudRate: options.baudRate,
      sharedLine: options.sharedLine,
      ...(options.factory === undefined ? {} : { factory: options.factory }),
    })
    closers.push(() => board.close())
    options.opened?.({ board })
    const workbench = await openWorkbench(options, host, board, cardsDirectory)
    closers.push(() => workbench.close())
    const { terminal } = workbench
    invariant(terminal !== undefined, 'a workbench without power')
    await commission(terminal, host, board)
    return {
      host,
      board,
      workbench,
      get terminal() {
        return workbench.terminal ?? terminal
      },
      cardsDirectory,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

const FREE_PORTS = { 'unionpay-pos': 0, 'iso1987-ascii': 0, 'iso1987-binary': 0 }

/** Terminal and line on the table, with the power on. */
async function openWorkbench(
  options: WorldOptions,
  host: Host,
  board: Board,
  cardsDirectory: string,
): Promise<Workbench> {
  const relay = await LineRelay.open(host.ports['unionpay-pos'], () => workbench.lineChanged())
  const workbench: Workbench = new Workbench({
    board,
    relay,
    cardsDirectory,
    random: nodeRandom,
    nowMs: Date.now,
    openTerminal: (keypad) =>
      openWorldTerminal(
        options,
        host,
        board,
        relay.port,
        options.isTouched === true ? keypad : options.panel,
      ),
  })
  if (options.isTouched === true) workbench.share((keypad) => new SharedPanel([options.panel, keypad]))
  try {
    await workbench.powerOn()
    return workbench
  } catch (error) {
    await workbench.close()
    throw error
  }
}

function openWorldTerminal(
  options: WorldOptions,
  host: Host,
  board: Board,
  hostPort: number,
  panel: Panel,
): Promise<Terminal> {
  const { opened, recorder } = options
  return openTerminal({
    dataDirectory: join(options.directory, 'terminal'),
    profile: { ...DEFAULT_PROFILE, terminalId: DEFAULT_TERMINAL_ID, ...options.profile },
    hostAddress: { host: '127.0.0.1', port: hostPort },
    softwareVersion: releaseVersion(),
    batteryFolder: board.battery.folder,
    peripherals: openSerialPeripherals({
      readerPath: board.paths.reader,
      pinPadPath: board.paths.pinpad,
      printerPath: board.paths.printer,
      baudRate: LINE_SPEED,
      clock: new SystemClock(),
      ...(recorder === undefined ? {} : { tap: recorder.peripheralTap }),
    }),
    panel,
    caKeys: host.personalisation.caKeys,
    ...(opened === undefined ? {} : { created: (terminal: Terminal) => opened({ terminal }) }),
  })
}

/** The terminal's master key goes from the host into the pad, under a key that only these two know. */
async function commission(terminal: Terminal, host: Host, board: Board): Promise<void> {
  if (terminal.state.commissioned && board.padHasMasterKey) return
  const { keyBlockProtectionKey } = board.padProvisioning
  const keyBlock = host.estate.keyBlockFor(terminal.profile.terminalId, keyBlockProtectionKey)
  const { supervisor, cashier } = WORLD_OPERATORS
  const outcome: CommandOutcome = terminal.state.commissioned
    ? await terminal.run({ kind: 'loadMasterKey', keyBlock })
    : await terminal.run({
        kind: 'commission',
        keyBlock,
        supervisorPassword: supervisor.password,
        cashiers: [cashier],
      })
  if (outcome.kind !== 'masterKey')
    throw new Finding(`the terminal could not be given its keys (${outcome.kind}): see terminal.log`)
}
