import { ConsolePanel, type PanelLanguage } from '../terminal/adapters/console-panel.ts'
import { JournalFailure } from '../terminal/adapters/journal-failure.ts'
import { type LineSource, type LineStreams, ReadlineSource } from '../terminal/adapters/line-source.ts'
import {
  type OpenTerminalOptions,
  openTerminal,
  type TerminalPeripherals,
} from '../terminal/adapters/open-terminal.ts'
import { JsonPanelOutput, TextPanelOutput } from '../terminal/adapters/panel-output.ts'
import type { PeripheralTap } from '../terminal/adapters/serial-peripherals.ts'
import { SystemClock } from '../terminal/adapters/system-clock.ts'
import { type Terminal, TerminalStopped } from '../terminal/adapters/terminal.ts'
import type { LogLevel } from '../terminal/adapters/terminal-log.ts'
import { renderScreen } from '../terminal/flows/screen-texts.ts'
import type { TerminalClock } from '../terminal/runtime/terminal-world.ts'
import { Finding, UsageFailure } from './failure.ts'
import type { Recorder } from './recording/recorder.ts'
import { releaseVersion } from './release.ts'
import { type ActivationFlags, activate } from './terminal-activation.ts'
import { type ConsoleOutput, TerminalConsole } from './terminal-console.ts'
import { splitScript } from './terminal-console-commands.ts'
import {
  checkBattery,
  checkDevicePath,
  checkHostName,
  type IdentityFlags,
  parseHostAddress,
  readKeyBlock,
  readSetup,
  readTls,
  type TlsFlags,
} from './terminal-console-setup.ts'
import { openWithExercises } from './terminal-training.ts'

export interface TerminalFlags extends TlsFlags, IdentityFlags {
  readonly reader: string
  readonly pinpad: string
  readonly printer: string
  readonly host: string
  readonly data: string
  readonly baud: string
  /** Folder of the battery. */
  readonly battery?: string
  /** Instead of a key block: identity and key from a host's console. */
  readonly activation?: ActivationFlags
  readonly keyBlock?: string
  readonly keyBlockFile?: string
  /** Nothing is sent, everything is marked. */
  readonly training?: boolean
  readonly run?: string
  readonly json?: boolean
  readonly record?: string
  readonly lang: PanelLanguage
  readonly logLevel: LogLevel
}

/** Where the devices of a terminal are. */
interface PeripheralPaths {
  readonly readerPath: string
  readonly pinPadPath: string
  readonly printerPath: string
  readonly baudRate: number
  readonly clock: TerminalClock
  readonly tap?: PeripheralTap
}

/** What the program has of its process. */
export interface TerminalProcess extends Pick<LineStreams, 'input' | 'output'> {
  openPeripherals(paths: PeripheralPaths): TerminalPeripherals
  /** The recorder of `--record`. */
  openRecorder?(path: string): Recorder | undefined
}

/**
 * `tillwire terminal`: checks what the command line gives, opens the terminal, and takes its commands.
 *
 * @throws {UsageFailure} when it can't be done as asked, {Finding} when something was not done.
 */
export async function runTerminal(flags: TerminalFlags, program: TerminalProcess): Promise<void> {
  const reader = checkDevicePath('--reader', flags.reader)
  const pinPad = checkDevicePath('--pinpad', flags.pinpad)
  const printer = checkDevicePath('--printer', flags.printer)
  const baudRate = Number(flags.baud)
  if (!Number.isInteger(baudRate) || baudRate < 1200)
    throw new UsageFailure('--baud takes a number from 1200')
  const hostAddress = parseHostAddress(flags.host)
  const setup = readSetup(flags)
  const tls = readTls(flags)
  const keyBlock = readKeyBlock(flags)
  await checkHostName(hostAddress)

  const recorder = flags.record === undefined ? undefined : program.openRecorder?.(flags.record)
  const session = startSession(flags, program)
  try {
    const options: OpenTerminalOptions = {
      dataDirectory: flags.data,
      ...setup,
      hostAddress,
      softwareVersion: releaseVersion(),
      ...(flags.battery === undefined ? {} : { batteryFolder: checkBattery(flags.battery) }),
      ...(tls === undefined ? {} : { tls }),
      peripherals: program.openPeripherals({
        readerPath: reader,
        pinPadPath: pinPad,
        printerPath: printer,
        baudRate,
        clock: new SystemClock(),
        ...(recorder === undefined ? {} : { tap: recorder.peripheralTap }),
      }),
      ...(recorder === undefined ? {} : { hostTap: recorder.terminalTap }),
      panel: session.panel,
      logLevel: flags.logLevel,
      created: (terminal) => session.console.attach(terminal),
    }
    const terminal = await (flags.training === true
      ? openWithExercises(session.console, options)
      : openTerminal(options))
    try {
      checkIdentity(terminal, flags)
      if (flags.activation === undefined) await work(session.console, terminal, keyBlock, flags)
      else await activate(session.console, terminal, flags.activation, flags.data)
    } finally {
      await terminal.close()
    }
  } catch (error) {
    throw clearFailure(error, session.console)
  } finally {
    recorder?.close()
    session.end()
  }
  report(session.console, flags, program)
}

interface Session {
  readonly console: TerminalConsole
  readonly panel: ConsolePanel
  end(): void
}

/** Keyboard or pipe, screens, and what Ctrl-C does. */
function startSession(flags: TerminalFlags, { input, output: out }: TerminalProcess): Session {
  let terminalConsole: TerminalConsole | undefined
  const interrupt = (): void => terminalConsole?.interrupt()
  const quit = (): void => terminalConsole?.quit()
  const lines = new ReadlineSource({ input, output: out, interrupted: interrupt })
  const output = outputOf(flags, lines)
  terminalConsole = new TerminalConsole(lines, output)
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', quit)
  process.on('SIGHUP', quit)
  return {
    console: terminalConsole,
    panel: new ConsolePanel(lines, output.panel),
    end: () => {
      lines.close()
      process.off('SIGINT', interrupt)
      process.off('SIGTERM', quit)
      process.off('SIGHUP', quit)
    },
  }
}

function outputOf(flags: TerminalFlags, lines: LineSource): ConsoleOutput {
  const print = (text: string): void => lines.print(text)
  if (flags.json === true) return { kind: 'json', panel: new JsonPanelOutput(print, renderScreen) }
  return { kind: 'text', panel: new TextPanelOutput(print, renderScreen, flags.lang) }
}

/** Commissions a new terminal, then takes commands from `--run` or from the input. */
async function work(
  terminalConsole: TerminalConsole,
  terminal: Terminal,
  keyBlock: string | undefined,
  flags: TerminalFlags,
): Promise<void> {
  if (terminalConsole.quitting) return
  if (!terminal.state.commissioned) {
    if (keyBlock === undefined)
      throw new UsageFailure(
        `${flags.data} holds no terminal yet: give the master key with --key-block or --key-block-file`,
      )
    const { terminalId, merchantId } = terminal.profile
    await terminalConsole.run({ kind: 'commission', keyBlock, profile: { terminalId, merchantId } })
    if (!terminal.state.commissioned) throw new Finding('the terminal could not be commissioned')
  }
  if (flags.run === undefined) await terminalConsole.takeCommands()
  else for (const line of splitScript(flags.run)) await terminalConsole.perform(line)
}

/** A folder belongs to the terminal that was commissioned in it. */
function checkIdentity(terminal: Terminal, { tid, mid, data }: TerminalFlags): void {
  if (!terminal.state.commissioned) return
  const { terminalId, merchantId } = terminal.profile
  if ((tid ?? terminalId) !== terminalId || (mid ?? merchantId) !== merchantId)
    throw new UsageFailure(
      `${data} belongs to terminal ${terminalId} of merchant ${merchantId}: leave --tid and --mid out, or give another --data folder`,
    )
}

/** At a keyboard a person has seen it; a script needs the exit code. */
function report(terminalConsole: TerminalConsole, flags: TerminalFlags, { input }: TerminalProcess): void {
  const { commands, failures } = terminalConsole.result
  const scripted = flags.run !== undefined || input.isTTY !== true
  if (scripted && failures > 0)
    throw new Finding(`${failures} of ${commands} commands were not done as asked`)
}

function clearFailure(error: unknown, terminalConsole: TerminalConsole): unknown {
  if (error instanceof JournalFailure)
    return error.kind === 'inUse' || error.kind === 'notWritable'
      ? new UsageFailure(error.message)
      : new Finding(error.message)
  if (!(error instanceof TerminalStopped) || error.stopCause.kind === 'bug') return error
  terminalConsole.tellStop(error)
  return new Finding(`the terminal stopped: ${error.message}; start it again`)
}
