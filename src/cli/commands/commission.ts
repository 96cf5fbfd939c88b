import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { DEFAULT_CONSOLE_PORT } from '../../host/console/open-console.ts'
import { verifyReport } from '../../host/estate/report-signature.ts'
import { readPlace } from '../../terminal/adapters/activation-place.ts'
import { JournalFailure } from '../../terminal/adapters/journal-failure.ts'
import { TerminalStopped } from '../../terminal/adapters/terminal.ts'
import {
  COMMISSIONING_STEPS,
  type CommissioningStep,
} from '../../terminal/flows/commissioning/step-evidence.ts'
import type { RealBoard } from '../commission/open-real-rig.ts'
import { runCommission } from '../commission/run-commission.ts'
import { Finding, UsageFailure } from '../failure.ts'
import { wholeNumber } from '../terminal-console-setup.ts'

interface Flags {
  readonly data: string
  readonly reader?: string
  readonly pinpad?: string
  readonly printer?: string
  readonly host?: string
  readonly profile?: string
  readonly steps?: string
  readonly again?: boolean
  readonly echoes: string
  readonly soak: string
  readonly json?: boolean
  readonly console?: string
  readonly code?: string
  readonly type?: string
}

const DEFAULT_CONSOLE_URL = `http://127.0.0.1:${DEFAULT_CONSOLE_PORT}/`

export function buildCommand(): Command {
  return new Command('commission')
    .description(
      'Test a terminal step by step, and keep the evidence: line, keys, downloads, devices, functions, soak, training.\n' +
        '逐步验收终端并留存证据。Without --reader everything is emulated, in one folder as with tillwire up.',
    )
    .option(
      '--code <code>',
      '激活码：终端还在盒中，先激活 | activation code: the terminal is new, and is activated first',
    )
    .option('--data <dir>', '数据目录 | data folder', 'tillwire-data')
    .option('--reader <path>', '读卡器串口 | serial port of the card reader')
    .option('--pinpad <path>', '密码键盘串口 | of the PIN pad')
    .option('--printer <path>', '打印机串口 | of the printer')
    .option('--host <name:port>', '收单主机地址 | address of the acquirer host')
    .option('--type <name>', '终端类型或其文件 | type of terminal, or a file of one')
    .option('--profile <file>', '终端参数文件 | profile of the terminal, as its activation left it')
    .option('--steps <names>', `只做这些步骤，逗号隔开 | only these: ${COMMISSIONING_STEPS.join(',')}`)
    .option('--again', '已通过的步骤也重做 | do again what passed before')
    .option('--echoes <count>', '网络测试次数 | echoes of the network test', '30')
    .option('--soak <seconds>', '性能测试时长 | length of the soak', '30')
    .option('--json', '每个事件输出一个 JSON 对象 | print one JSON object an event')
    .option(
      '--console <url>',
      `控制台地址：激活并接收证据 | console that knows the code and gets the evidence (with a code: ${DEFAULT_CONSOLE_URL})`,
    )
    .action(run)
    .addCommand(verifyCommand())
}

function verifyCommand(): Command {
  return new Command('verify')
    .description('Check that an acceptance report is as the host signed it. 检查验收报告的签名。')
    .argument('<report>', '报告（HTML） | the report (HTML)')
    .option('--signer <hash>', '签名公钥的 SHA-256 | SHA-256 of the key that must have signed it')
    .option('--json', '输出 JSON | print JSON')
    .action((path: string, { signer, json }: { readonly signer?: string; readonly json?: boolean }) => {
      const verdict = verifyReport(readReport(path))
      if (json === true) process.stdout.write(`${JSON.stringify(verdict)}\n`)
      if (verdict.kind === 'unsigned')
        throw new Finding(`${path} has no signature: it is no report, or was cut off`)
      if (verdict.kind === 'altered')
        throw new Finding(`${path} was altered after it was signed: do not rely on it`)
      if (signer !== undefined && signer.toLowerCase() !== verdict.signer)
        throw new Finding(`${path} was signed by ${verdict.signer}, not by the host that you named`)
      if (json !== true) process.stdout.write(`报告完整 the report is whole; signed by ${verdict.signer}\n`)
    })
}

function readReport(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    throw new UsageFailure(`${path} can not be read: give the file of a report`)
  }
}

async function run(flags: Flags): Promise<void> {
  try {
    await runCommission({
      data: flags.data,
      board: boardOf(flags),
      steps: stepsOf(flags.steps),
      again: flags.again === true,
      echoCount: wholeNumber('--echoes', flags.echoes, 5, 10_000),
      soakSeconds: wholeNumber('--soak', flags.soak, 5, 86_400),
      json: flags.json === true,
      ...consolesOf(flags),
      streams: { input: process.stdin, output: process.stdout },
    })
  } catch (error) {
    if (error instanceof JournalFailure) throw new UsageFailure(error.message)
    if (error instanceof TerminalStopped && error.stopCause.kind !== 'bug')
      throw new Finding(`the terminal stopped: ${error.message}; start it again`)
    throw error
  }
}

function boardOf(flags: Flags): RealBoard | undefined {
  const { reader, pinpad, printer, host, code } = flags
  if ([reader, pinpad, printer, host, code].every((each) => each === undefined)) return undefined
  if (reader === undefined || pinpad === undefined || printer === undefined)
    throw new UsageFailure(
      code === undefined
        ? '--reader, --pinpad and --printer belong together: give all three, or none'
        : '--code is for the terminal at --reader, --pinpad and --printer: give them too (tillwire board shows those of an emulated one)',
    )
  const { profile, type } = flags
  return {
    reader,
    pinpad,
    printer,
    ...(host === undefined ? {} : { host }),
    ...(profile === undefined ? {} : { profile }),
    ...(type === undefined ? {} : { type }),
    ...(code === undefined ? {} : { code }),
  }
}

/** Evidence goes to the console that is named, or that activated the terminal; without either it stays here. */
function consolesOf({ console: named, code, data }: Flags) {
  const ofPlace = readPlace(data)?.console
  const activationUrl = named === undefined ? (ofPlace ?? DEFAULT_CONSOLE_URL) : consoleOf(named)
  return code === undefined && named === undefined && ofPlace === undefined
    ? { activationUrl }
    : { activationUrl, consoleUrl: activationUrl }
}

function stepsOf(text: string | undefined): readonly CommissioningStep[] {
  if (text === undefined) return COMMISSIONING_STEPS
  const names = text.split(',').map((each) => each.trim())
  const wrong = names.find((name) => !COMMISSIONING_STEPS.some((step) => step === name))
  if (wrong !== undefined)
    throw new UsageFailure(`--steps: there is no ${wrong}; the steps are ${COMMISSIONING_STEPS.join(', ')}`)
  return COMMISSIONING_STEPS.filter((step) => names.includes(step))
}

function consoleOf(url: string): string {
  if (!URL.canParse(url)) throw new UsageFailure('--console takes an address like https://host:8580/')
  return url
}
