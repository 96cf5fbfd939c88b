import { join } from 'node:path'
import type { Board } from '../../../hardware/emulator/board.ts'
import { invariant } from '../../base/invariant.ts'
import { nodeRandom } from '../../crypto/node-random.ts'
import { DEFAULT_TERMINAL_ID } from '../../host/estate/default-estate.ts'
import type { Host } from '../../host/service/open-host.ts'
import { openTerminal } from '../../terminal/adapters/open-terminal.ts'
import { openSerialPeripherals } from '../../terminal/adapters/serial-peripherals.ts'
import { SharedPanel } from '../../terminal/adapters/shared-panel.ts'
import { SystemClock } from '../../terminal/adapters/system-clock.ts'
import type { Terminal } from '../../terminal/adapters/terminal.ts'
import { DEFAULT_PROFILE, type TerminalProfile } from '../../terminal/flows/terminal-profile.ts'
import type { Panel } from '../../terminal/runtime/terminal-world.ts'
import { EmulatedDevices } from '../../workbench/emulated-devices.ts'
import { LineRelay } from '../../workbench/line-relay.ts'
import { Workbench } from '../../workbench/workbench.ts'
import { releaseVersion } from '../release.ts'
import { bringKeyIn } from './bring-key-in.ts'
import { type FarSideOptions, openFarSide } from './far-side.ts'

export interface WorldOptions extends FarSideOptions {
  readonly profile?: Partial<TerminalProfile>
  readonly panel: Panel
  /** The panel and the keypad's display show the same, and either may answer; the keypad only looks on otherwise. */
  readonly isTouched?: boolean
  /** Gets each part as it comes up, so that it can be watched from its first moment. */
  readonly opened?: (part: { readonly board: Board } | { readonly terminal: Terminal }) => void
}

/** What a terminal can do whose display is touched: taps, signatures from 100.00 on, codes both ways, a choice of currencies; it tells of paper and battery. */
export const TOUCHED_PROFILE: Partial<TerminalProfile> = {
  contactlessReader: true,
  signaturePad: true,
  signaturePadFromMinor: 10_000,
  codePayments: ['customerShows', 'merchantShows'],
  conversionOffers: true,
  // Once parameter 18 switches tips on.
  tipAdjust: true,
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

const LINE_SPEED = 115_200

/** Opens all three; a terminal that has no keys yet is commissioned. What was opened is closed when one fails. */
export async function openWorld(options: WorldOptions): Promise<World> {
  const closers: (() => void | Promise<void>)[] = []
  const close = async (): Promise<void> => {
    for (const each of closers.splice(0).reverse()) await each()
  }
  try {
    const farSide = await openFarSide(options)
    closers.push(() => farSide.close())
    const { host, board, cardsDirectory } = farSide
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

/** Terminal and line on the table, with the power on. */
async function openWorkbench(
  options: WorldOptions,
  host: Host,
  board: Board,
  cardsDirectory: string,
): Promise<Workbench> {
  const relay = await LineRelay.open(host.ports['unionpay-pos'], () => workbench.lineChanged())
  const workbench: Workbench = new Workbench({
    devices: new EmulatedDevices({ board, cardsDirectory, random: nodeRandom }),
    relay,
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
  await bringKeyIn(terminal, host.estate.keyBlockFor(terminal.profile.terminalId, keyBlockProtectionKey))
}
