import { Command, Option } from 'commander'
import { PageError } from '../../host/console/build-page.ts'
import { StoreError } from '../../host/core/store-port.ts'
import { EstateError } from '../../host/estate/estate.ts'
import { GatewayError } from '../../host/gateway/gateway.ts'
import { OfficeError } from '../../host/office/office-database.ts'
import { SecurityModuleError } from '../../host/security-module/security-module-error.ts'
import type { PanelLanguage } from '../../terminal/adapters/console-panel.ts'
import { JournalFailure } from '../../terminal/adapters/journal-failure.ts'
import { TerminalStopped } from '../../terminal/adapters/terminal.ts'
import { BOARD_FAILURES } from '../board/board-failures.ts'
import { CONSOLE_OPTION, consolePlaceOf, NO_CONSOLE_OPTION } from '../console/console-option.ts'
import { Finding, UsageFailure } from '../failure.ts'
import { languageOf } from '../language.ts'
import { openRecorder, RECORD_OPTION } from '../recording/open-recorder.ts'
import { checkDevicePath, readSetup, wholeNumber } from '../terminal-console-setup.ts'
import type { BoardPorts } from '../up/boxed-terminals.ts'
import { runInteractive } from '../up/run-interactive.ts'
import { runOnce } from '../up/run-once.ts'

interface UpFlags {
  readonly once?: boolean
  readonly data?: string
  readonly fast?: boolean
  readonly baud: string
  readonly sharedLine?: boolean
  readonly freePorts?: boolean
  readonly json?: boolean
  readonly record?: string
  readonly lang: PanelLanguage
  readonly console?: string | boolean
  readonly echoes: string
  readonly soak: string
  readonly reader?: string
  readonly pinpad?: string
  readonly printer?: string
  readonly type?: string
}

export function buildCommand(): Command {
  return new Command('up')
    .description(
      'Run host, emulated board and terminal together. 一起运行主机、仿真外设板与终端。\n' +
        'At the first start the terminal is given its keys; then it takes commands at a prompt.',
    )
    .option(
      '--once',
      '不用人跑完一天，对账后退出 | run a whole day without a person, compare the books, quit',
    )
    .option('--data <dir>', '数据目录 | data folder (default: tillwire-data; with --once a temporary one)')
    .option(
      '--reader <path>',
      '真实主板的读卡器串口：网页上多一台用它的终端 | serial port of the card reader of a real board: a terminal on it stands on the page',
    )
    .option('--pinpad <path>', '其密码键盘串口，可与读卡器相同 | of its PIN pad; may be the same')
    .option('--printer <path>', '其打印机串口 | of its printer')
    .option(
      '--type <name>',
      '主板终端的类型或其文件 | type of the terminal on the board, or a file of one (default: board)',
    )
    .option('--baud <rate>', '串口速率，仿真与主板 | speed of the serial lines, emulated and real', '115200')
    .option('--fast', '串口不限速 | serial lines as fast as they go')
    .option('--shared-line', '读卡器与密码键盘共用一条线 | reader and PIN pad on one cable')
    .option('--free-ports', '主机用任意空闲端口 | the host takes any free ports')
    .option('--json', '与 --once 合用：只输出 JSON 结果 | with --once: print the result as JSON only')
    .option('--echoes <count>', '新终端网络测试次数 | echoes of the network test of a new terminal', '30')
    .option('--soak <seconds>', '新终端性能测试时长 | length of the soak of a new terminal', '30')
    .option(...CONSOLE_OPTION)
    .option(...NO_CONSOLE_OPTION)
    .option(...RECORD_OPTION)
    .addOption(
      new Option('--lang <language>', '界面语言 | language of the screens')
        .choices(['zh', 'en', 'both'])
        .default(languageOf(process.env)),
    )
    .action(run)
}

async function run(flags: UpFlags): Promise<void> {
  const speed = Number(flags.baud)
  if (!Number.isInteger(speed) || speed < 1200 || speed > 4_000_000)
    throw new UsageFailure('--baud takes a number from 1200 to 4000000')
  const onBoard = boardOf(flags, speed)
  if (flags.json === true && flags.once !== true) throw new UsageFailure('--json goes with --once')
  const recorder = openRecorder(flags.record, { program: 'up', testBehaviour: true })
  const common = {
    recorder,
    baudRate: flags.fast === true ? undefined : speed,
    sharedLine: flags.sharedLine === true,
    language: flags.lang,
  }
  try {
    if (flags.once === true) {
      const print = (text: string): void => void process.stdout.write(text)
      await runOnce({ ...common, directory: flags.data, json: flags.json === true, print })
    } else {
      const directory = flags.data ?? 'tillwire-data'
      await runInteractive(
        {
          ...common,
          directory,
          echoCount: wholeNumber('--echoes', flags.echoes, 5, 86_400),
          soakSeconds: wholeNumber('--soak', flags.soak, 5, 86_400),
          freePorts: flags.freePorts === true,
          console: consolePlaceOf(flags.console),
          onBoard,
        },
        {
          input: process.stdin,
          output: process.stdout,
        },
      )
    }
  } catch (error) {
    throw clearFailure(error)
  } finally {
    recorder?.close()
  }
}

/** Where a real board is; undefined: there is none. @throws {UsageFailure} */
function boardOf(flags: UpFlags, baudRate: number): BoardPorts | undefined {
  const { reader, pinpad, printer, type } = flags
  const given = [reader, pinpad, printer].filter((path) => path !== undefined)
  if (given.length === 0) {
    if (type !== undefined) throw new UsageFailure('--type goes with --reader, --pinpad and --printer')
    return undefined
  }
  if (reader === undefined || pinpad === undefined || printer === undefined)
    throw new UsageFailure('--reader, --pinpad and --printer belong together: a board has all three')
  if (flags.once === true || flags.console === false)
    throw new UsageFailure(
      'a terminal on a board stands on the page of the console: leave out --once and --no-console',
    )
  return {
    reader: checkDevicePath('--reader', reader),
    pinpad: checkDevicePath('--pinpad', pinpad),
    printer: checkDevicePath('--printer', printer),
    baudRate,
    profile: readSetup({ type: type ?? 'board' }).profile,
  }
}

const USAGE_FAILURES = [
  ...BOARD_FAILURES,
  EstateError,
  OfficeError,
  PageError,
  SecurityModuleError,
  StoreError,
]

/** What the environment did wrong becomes one line that says what to do. */
function clearFailure(error: unknown): unknown {
  if (error instanceof JournalFailure) return new UsageFailure(error.message)
  if (error instanceof TerminalStopped && error.stopCause.kind !== 'bug')
    return new Finding(`the terminal stopped: ${error.message}; start it again`)
  if (error instanceof GatewayError)
    return new UsageFailure(`${error.message}; --free-ports takes any that are free`)
  const isKnown = USAGE_FAILURES.some((type) => error instanceof type)
  return isKnown && error instanceof Error ? new UsageFailure(error.message) : error
}
