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
import { TerminalServices } from './terminal-console-services.ts'
import {
  checkBattery,
  checkDevicePath,
  checkHostName,
  type IdentityFlags,
  readKeyBlock,
  readSetup,
  readTls,
  type TlsFlags,
  wholeNumber,
} from './terminal-console-setup.ts'
import { deliverAfterTraining, deliverResults, openDesk } from './terminal-results.ts'
import { openWithExercises } from './terminal-training.ts'
import { whereaboutsOf } from './terminal-whereabouts.ts'

export interface TerminalFlags extends TlsFlags, IdentityFlags {
  readonly reader: string
  readonly pinpad: string
  readonly printer: string
  /** As the activation left it when left out. */
  readonly host?: string
  readonly data: string
  readonly baud: string
  /** Folder of the battery. */
  readonly battery?: string
  /** Instead of a key block: identity and key from a host's console. */
  readonly activation?: ActivationFlags
  readonly keyBlock?: string
  readonly keyBlockFile?: string
  /** Address of the console: where codes are good, and results go. */
  readonly console?: string
  /** Of the commissioning. */
  readonly echoes?: string
  readonly soak?: string
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
  const { hostAddress } = whereaboutsOf(flags)
  readSetup(withProfile(flags))
  const tls = readTls(flags)
  const script = flags.run === undefined ? undefined : [...splitScript(flags.run)]
  const work: Work = {
    flags,
    script,
    keyBlock: readKeyBlock(flags),
    echoCount: wholeNumber('--echoes', flags.echoes ?? '30', 5, 10_000),
    soakSeconds: wholeNumber('--soak', flags.soak ?? '30', 5, 86_400),
  }
  await checkHostName(hostAddress)

  const recorder = flags.record === undefined ? undefined : program.openRecorder?.(flags.record)
  const session = startSession(flags, program)
  const options = (): OpenTerminalOptions => ({
    dataDirectory: flags.data,
    ...readSetup(withProfile(flags)),
    hostAddress: whereaboutsOf(flags).hostAddress,
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
  })
  try {
    do await live(session, options(), work)
    while (session.console.isReborn && !session.console.quitting && script?.length !== 0)
    if (flags.training === true) await deliverAfterTraining(session, options, flags)
  } catch (error) {
    throw clearFailure(error, session.console)
  } finally {
    recorder?.close()
    session.end()
  }
  report(session.console, flags, program)
}

/** What one start of the program is to do. */
interface Work {
  readonly flags: TerminalFlags
  /** Commands of `--run` that are still to be done. */
  readonly script: string[] | undefined
  readonly keyBlock: string | undefined
  readonly echoCount: number
  readonly soakSeconds: number
}

/** Opens the terminal, works with it, and closes it. */
async function live(session: Session, options: OpenTerminalOptions, work: Work): Promise<void> {
  const { flags, echoCount, soakSeconds } = work
  const isTraining = flags.training === true
  const terminal = await (isTraining ? openWithExercises(session.console, options) : openTerminal(options))
  try {
    checkIdentity(terminal, flags)
    if (flags.activation !== undefined) {
      await activate(session.console, terminal, flags.activation, flags.data)
      return
    }
    const desk = openDesk(session, terminal, flags, { echoCount, soakSeconds })
    session.console.offer(new TerminalServices({ terminal, desk, dataDirectory: flags.data, isTraining }))
    // What an earlier training or a power cut left goes while people work.
    const delivered = isTraining ? undefined : deliverResults(session.console, desk, flags.data)
    await Promise.all([takeCommands(session.console, terminal, work), delivered])
  } finally {
    await terminal.close()
  }
}

function withProfile(flags: TerminalFlags): IdentityFlags {
  const { profile } = whereaboutsOf(flags)
  return profile === undefined ? flags : { ...flags, profile }
}

/** One person, or one script, at the terminal. */
export interface Session {
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

/** Commissions a new terminal when it has a key, then takes commands from `--run` or from the input. */
async function takeCommands(
  terminalConsole: TerminalConsole,
  terminal: Terminal,
  { flags, script, keyBlock }: Work,
): Promise<void> {
  if (terminalConsole.quitting) return
  if (!terminal.state.commissioned) {
    if (keyBlock !== undefined) {
      const { terminalId, merchantId } = terminal.profile
      await terminalConsole.run({ kind: 'commission', keyBlock, profile: { terminalId, merchantId } })
      if (!terminal.state.commissioned) throw new Finding('the terminal could not be commissioned')
    } else if (flags.console === undefined)
      throw new UsageFailure(
        `${flags.data} holds no terminal yet: give the master key with --key-block or --key-block-file, or --console and then its code with activate`,
      )
    else terminalConsole.tell(IN_ITS_BOX)
  }
  if (script === undefined) return terminalConsole.takeCommands()
  while (script.length > 0 && !terminalConsole.isReborn) await terminalConsole.perform(script.shift() ?? '')
}

const IN_ITS_BOX = {
  zh: '这是未开通的新终端：输入 activate 和激活码',
  en: 'this terminal is still in its box: type activate and its code',
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
