import { Command, Option } from 'commander'
import { ConsolePanel, type PanelLanguage } from '../../terminal/adapters/console-panel.ts'
import { JournalFailure } from '../../terminal/adapters/journal-failure.ts'
import { type LineSource, ReadlineSource } from '../../terminal/adapters/line-source.ts'
import { openTerminal } from '../../terminal/adapters/open-terminal.ts'
import { JsonPanelOutput, TextPanelOutput } from '../../terminal/adapters/panel-output.ts'
import { openSerialPeripherals } from '../../terminal/adapters/serial-peripherals.ts'
import { SystemClock } from '../../terminal/adapters/system-clock.ts'
import { type Terminal, TerminalStopped } from '../../terminal/adapters/terminal.ts'
import { LOG_LEVELS, type LogLevel } from '../../terminal/adapters/terminal-log.ts'
import { renderScreen } from '../../terminal/flows/screen-texts.ts'
import { Finding, UsageFailure } from '../failure.ts'
import { languageOf } from '../language.ts'
import { type ConsoleOutput, TerminalConsole } from '../terminal-console.ts'
import { consoleHelp, splitScript } from '../terminal-console-commands.ts'
import {
  checkDevicePath,
  checkHostName,
  type IdentityFlags,
  parseHostAddress,
  readKeyBlock,
  readSetup,
  readTls,
  type TlsFlags,
} from '../terminal-console-setup.ts'

interface TerminalFlags extends TlsFlags, IdentityFlags {
  readonly reader: string
  readonly pinpad: string
  readonly printer: string
  readonly host: string
  readonly data: string
  readonly baud: string
  readonly keyBlock?: string
  readonly keyBlockFile?: string
  readonly run?: string
  readonly json?: boolean
  readonly lang: PanelLanguage
  readonly logLevel: LogLevel
}

export function buildCommand(): Command {
  return new Command('terminal')
    .description('Run the payment terminal on a real or emulated board. 在真实或仿真主板上运行支付终端。')
    .requiredOption('--reader <path>', '读卡器串口 | serial port of the card reader')
    .requiredOption('--pinpad <path>', '密码键盘串口，可与读卡器相同 | of the PIN pad; may be the same')
    .requiredOption('--printer <path>', '打印机串口 | of the printer')
    .requiredOption('--host <name:port>', '收单主机地址 | address of the acquirer host')
    .option('--data <dir>', '数据目录，每台终端一个 | data folder, one a terminal', 'tillwire-data/terminal')
    .option('--baud <rate>', '串口速率 | serial speed', '115200')
    .option('--profile <file>', '终端参数文件（JSON） | profile of the terminal (JSON)')
    .option('--tid <id>', '终端号，8 位 | terminal identification, 8 characters')
    .option('--mid <id>', '商户号，15 位 | merchant identification, 15 characters')
    .option(
      '--key-block <block>',
      '首次启动：终端主密钥的 TR-31 密钥块 | first start: TR-31 block of the TMK',
    )
    .option('--key-block-file <file>', '同上，从文件读取 | the same from a file')
    .option('--tls', '到主机用 TLS | TLS to the host')
    .option('--tls-ca <file>', '主机证书的 CA（PEM） | CA of the host certificate (PEM)')
    .option('--tls-cert <file>', '终端证书（PEM） | certificate of the terminal (PEM)')
    .option('--tls-key <file>', '终端证书的私钥（PEM） | its private key (PEM)')
    .option('--tls-server-name <name>', '主机证书上的名称 | name in the host certificate')
    .option('--run <commands>', '执行后退出，分号隔开 | do these and quit: "sale 12.34; settle"')
    .option('--json', '每个事件输出一个 JSON 对象 | print one JSON object an event')
    .addOption(
      new Option('--lang <language>', '界面语言 | language of the screens')
        .choices(['zh', 'en', 'both'])
        .default(languageOf(process.env)),
    )
    .addOption(
      new Option('--log-level <level>', 'terminal.log 的级别 | level of terminal.log')
        .choices(LOG_LEVELS)
        .default('info'),
    )
    .addHelpText('after', () => `\n命令：\n${consoleHelp('zh')}\nCommands:\n${consoleHelp('en')}`)
    .action(run)
}

async function run(flags: TerminalFlags): Promise<void> {
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

  const session = startSession(flags)
  const peripherals = openSerialPeripherals({
    readerPath: reader,
    pinPadPath: pinPad,
    printerPath: printer,
    baudRate,
    clock: new SystemClock(),
  })
  try {
    const terminal = await openTerminal({
      dataDirectory: flags.data,
      ...setup,
      hostAddress,
      ...(tls === undefined ? {} : { tls }),
      peripherals,
      panel: session.panel,
      logLevel: flags.logLevel,
    })
    try {
      checkIdentity(terminal, flags)
      await work(session.console, terminal, keyBlock, flags)
    } finally {
      await terminal.close()
    }
  } catch (error) {
    throw clearFailure(error, session.console)
  } finally {
    session.end()
  }
  report(session.console, flags)
}

interface Session {
  readonly console: TerminalConsole
  readonly panel: ConsolePanel
  end(): void
}

/** Keyboard or pipe, screens, and what Ctrl-C does. */
function startSession(flags: TerminalFlags): Session {
  let terminalConsole: TerminalConsole | undefined
  const interrupt = (): void => terminalConsole?.interrupt()
  const quit = (): void => terminalConsole?.quit()
  const lines = new ReadlineSource({ input: process.stdin, output: process.stdout, interrupted: interrupt })
  const output = outputOf(flags, lines)
  terminalConsole = new TerminalConsole(lines, output)
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', quit)
  return {
    console: terminalConsole,
    panel: new ConsolePanel(lines, output.panel),
    end: () => {
      lines.close()
      process.off('SIGINT', interrupt)
      process.off('SIGTERM', quit)
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
  terminalConsole.attach(terminal)
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
function report(terminalConsole: TerminalConsole, flags: TerminalFlags): void {
  const { commands, failures } = terminalConsole.result
  const scripted = flags.run !== undefined || process.stdin.isTTY !== true
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
