import { Command, Option } from 'commander'
import { openSerialPeripherals } from '../../terminal/adapters/serial-peripherals.ts'
import { LOG_LEVELS } from '../../terminal/adapters/terminal-log.ts'
import { backupCommands } from '../backup/backup-commands.ts'
import { UsageFailure } from '../failure.ts'
import { languageOf } from '../language.ts'
import { openRecorder, RECORD_OPTION } from '../recording/open-recorder.ts'
import type { ActivationFlags } from '../terminal-activation.ts'
import { consoleHelp } from '../terminal-console-commands.ts'
import { runTerminal, type TerminalFlags } from '../terminal-console-program.ts'

export function buildCommand(): Command {
  const command = new Command('terminal')
    .description('Run the payment terminal on a real or emulated board. 在真实或仿真主板上运行支付终端。')
    .option('--reader <path>', '读卡器串口 | serial port of the card reader')
    .option('--pinpad <path>', '密码键盘串口，可与读卡器相同 | of the PIN pad; may be the same')
    .option('--printer <path>', '打印机串口 | of the printer')
    .option(
      '--host <name:port>',
      '收单主机地址；激活过的终端可省略 | address of the acquirer host; an activated terminal knows it',
    )
    .option(
      '--console <url>',
      '主机控制台地址：activate 与验收、培训结果用；激活过的终端可省略 | address of the console, for activate, evidence and results; an activated terminal knows it',
    )
    .option('--data <dir>', '数据目录，每台终端一个 | data folder, one a terminal', 'tillwire-data/terminal')
    .option('--baud <rate>', '串口速率 | serial speed', '115200')
    .option('--profile <file>', '终端参数文件（JSON） | profile of the terminal (JSON)')
    .option(
      '--type <name>',
      '终端类型（fixed、mobile、smart、board）或其文件 | type of terminal, or a file of one',
    )
    .option('--battery <dir>', '电池目录，如 /sys/class/power_supply/BAT0 | folder of the battery')
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
    .option(
      '--training',
      '训练模式：不与主机通信，凭条有标记，另记流水 | nothing is sent, slips are marked, records are kept apart',
    )
    .option('--echoes <count>', '验收：网络测试次数 | commission: echoes of the network test', '30')
    .option('--soak <seconds>', '验收：性能测试时长 | commission: length of the soak', '30')
    .option('--run <commands>', '执行后退出，分号隔开 | do these and quit: "sale 12.34; settle"')
    .option('--json', '每个事件输出一个 JSON 对象 | print one JSON object an event')
    .option(...RECORD_OPTION)
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
  for (const each of backupCommands('terminal', 'tillwire-data/terminal')) command.addCommand(each)
  return command.addCommand(activateCommand())
}

/** They are required here and not by their options: those of a command would be asked of its subcommands too. */
const REQUIRED = { reader: 'path', pinpad: 'path', printer: 'path' } as const

function run(flags: TerminalFlags): Promise<void> {
  for (const [name, value] of Object.entries(REQUIRED))
    if (flags[name as keyof typeof REQUIRED] === undefined)
      throw new UsageFailure(`required option '--${name} <${value}>' not specified (see --help)`)
  return start(flags)
}

function start(flags: TerminalFlags): Promise<void> {
  return runTerminal(flags, {
    input: process.stdin,
    output: process.stdout,
    openPeripherals: openSerialPeripherals,
    openRecorder: (path) => openRecorder(path, { program: 'terminal' }),
  })
}

const ANY_PORT = 1

function activateCommand(): Command {
  return new Command('activate')
    .description(
      'Make a new terminal what its activation code says: identity, and the master key into the PIN pad. 用激活码激活终端',
    )
    .requiredOption('--code <code>', '激活码 | activation code')
    .requiredOption('--console <url>', '主机控制台地址 | address of the console, like https://host:8580/')
    .requiredOption('--reader <path>', '读卡器串口 | serial port of the card reader')
    .requiredOption('--pinpad <path>', '密码键盘串口 | of the PIN pad')
    .requiredOption('--printer <path>', '打印机串口 | of the printer')
    .option('--data <dir>', '数据目录，每台终端一个 | data folder, one a terminal', 'tillwire-data/terminal')
    .option('--baud <rate>', '串口速率 | serial speed', '115200')
    .option('--type <name>', '终端类型或其文件 | type of terminal, or a file of one')
    .option('--json', '每个事件输出一个 JSON 对象 | print one JSON object an event')
    .addOption(
      new Option('--lang <language>', '界面语言 | language of the screens')
        .choices(['zh', 'en', 'both'])
        .default(languageOf(process.env)),
    )
    .action(({ code, console, ...flags }: Omit<TerminalFlags, 'host' | 'logLevel'> & ActivationFlags) => {
      if (!URL.canParse(console)) throw new UsageFailure('--console takes an address like https://host:8580/')
      // Nothing is said to the acquirer's port here; the answer names it.
      const host = `${new URL(console).hostname}:${ANY_PORT}`
      return start({ ...flags, host, logLevel: 'info', activation: { code, console } })
    })
}
