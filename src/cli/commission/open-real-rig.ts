import { existsSync } from 'node:fs'
import { profilePath, readPlace } from '../../terminal/adapters/activation-place.ts'
import { ConsolePanel } from '../../terminal/adapters/console-panel.ts'
import { type LineStreams, ReadlineSource } from '../../terminal/adapters/line-source.ts'
import { openTerminal } from '../../terminal/adapters/open-terminal.ts'
import { TextPanelOutput } from '../../terminal/adapters/panel-output.ts'
import { openSerialPeripherals } from '../../terminal/adapters/serial-peripherals.ts'
import { SystemClock } from '../../terminal/adapters/system-clock.ts'
import type { HostAddress } from '../../terminal/adapters/tcp-stream.ts'
import type { Terminal } from '../../terminal/adapters/terminal.ts'
import { renderScreen } from '../../terminal/flows/screen-texts.ts'
import type { Panel } from '../../terminal/runtime/terminal-world.ts'
import { UsageFailure } from '../failure.ts'
import { releaseVersion } from '../release.ts'
import { checkDevicePath, parseHostAddress, readSetup } from '../terminal-console-setup.ts'
import { NOBODY } from '../terminal-whereabouts.ts'
import { activateBoxed } from './activate-boxed.ts'
import type { CommissionRig } from './commission-rig.ts'

/** A board that somebody stands before. */
export interface RealBoard {
  readonly reader: string
  readonly pinpad: string
  readonly printer: string
  /** `name:port`; the one that the activation named when left out. */
  readonly host?: string
  readonly profile?: string
  readonly type?: string
  /** The terminal is still in its box: it is activated first. */
  readonly code?: string
}

export interface RealRigOptions extends RealBoard {
  /** Of the terminal. */
  readonly data: string
  readonly json: boolean
  readonly streams: Pick<LineStreams, 'input' | 'output'>
  /** Where a code is good. */
  readonly activationUrl: string
}

const BAUD_RATE = 115_200

/** Opens the terminal of a board, activated first when a code is given. Rejects with `Finding` or `UsageFailure`. */
export async function openRealRig(options: RealRigOptions): Promise<CommissionRig> {
  const { data, streams, json, code } = options
  const say = (text: string): void => void streams.output.write(json ? '' : text)
  const lines = new ReadlineSource({ ...streams, interrupted: () => process.emit('SIGINT') })
  const panel = new ConsolePanel(lines, new TextPanelOutput(say, renderScreen, 'both'))
  try {
    if (code !== undefined) await activateFirst(options, code, panel, say)
    const terminal = await open(options, panel, hostOf(options))
    return {
      terminal,
      directory: data,
      customers: promptedCustomers(say),
      async close() {
        await terminal.close()
        lines.close()
      },
    }
  } catch (error) {
    lines.close()
    throw error
  }
}

async function activateFirst(
  options: RealRigOptions,
  code: string,
  panel: Panel,
  say: (text: string) => void,
): Promise<void> {
  const { data, activationUrl, json, streams } = options
  const terminal = await open(options, panel, NOBODY)
  const place = { code, consoleUrl: activationUrl }
  await activateBoxed(terminal, data, place, ({ zh, en }) => {
    if (json)
      streams.output.write(
        `${JSON.stringify({ kind: 'activated', terminalId: terminal.profile.terminalId })}\n`,
      )
    else say(`ok ${zh}\n   ${en}\n`)
  }).finally(() => terminal.close())
}

/** @throws {UsageFailure} */
function hostOf({ host, data }: RealRigOptions): HostAddress {
  if (host !== undefined) return parseHostAddress(host)
  const place = readPlace(data)
  if (place !== undefined) return { host: place.host, port: place.port }
  throw new UsageFailure(`${data} holds no activated terminal: give --code, or the host with --host`)
}

function open(options: RealRigOptions, panel: Panel, hostAddress: HostAddress): Promise<Terminal> {
  const { data, reader, pinpad, printer, type } = options
  const ofActivation = existsSync(profilePath(data)) ? profilePath(data) : undefined
  const profile = options.profile ?? ofActivation
  return openTerminal({
    dataDirectory: data,
    ...readSetup({
      ...(profile === undefined ? {} : { profile }),
      ...(type === undefined ? {} : { type }),
    }),
    hostAddress,
    softwareVersion: releaseVersion(),
    peripherals: openSerialPeripherals({
      readerPath: checkDevicePath('--reader', reader),
      pinPadPath: checkDevicePath('--pinpad', pinpad),
      printerPath: checkDevicePath('--printer', printer),
      baudRate: BAUD_RATE,
      clock: new SystemClock(),
    }),
    panel,
  })
}

function promptedCustomers(say: (text: string) => void): CommissionRig['customers'] {
  return {
    serve: (card) => {
      if (card !== undefined)
        say(
          card === 'chip'
            ? '  > 请插入测试芯片卡  insert the chip test card\n'
            : '  > 请刷测试磁条卡  swipe the stripe test card\n',
        )
    },
    endPaper: () =>
      say('  > 请取出打印纸，提示缺纸后装回并重试  take the paper out; put it back when asked, and retry\n'),
  }
}
