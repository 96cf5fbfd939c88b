import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import type { Board } from '../../../hardware/emulator/board.ts'
import { runCommissioning } from '../../terminal/adapters/commissioning/commissioning-run.ts'
import type {
  CommissioningSite,
  Customers,
} from '../../terminal/adapters/commissioning/commissioning-site.ts'
import { sendEvidence } from '../../terminal/adapters/commissioning/evidence-client.ts'
import { ConsolePanel } from '../../terminal/adapters/console-panel.ts'
import { EvidenceStore } from '../../terminal/adapters/evidence-store.ts'
import { type LineStreams, ReadlineSource } from '../../terminal/adapters/line-source.ts'
import { openTerminal } from '../../terminal/adapters/open-terminal.ts'
import { TextPanelOutput } from '../../terminal/adapters/panel-output.ts'
import { ScriptedPanel } from '../../terminal/adapters/scripted-panel.ts'
import { openSerialPeripherals } from '../../terminal/adapters/serial-peripherals.ts'
import { SystemClock } from '../../terminal/adapters/system-clock.ts'
import type { Terminal } from '../../terminal/adapters/terminal.ts'
import type { CommissioningStep, StepEvidence } from '../../terminal/flows/commissioning/step-evidence.ts'
import { renderScreen } from '../../terminal/flows/screen-texts.ts'
import { Finding } from '../failure.ts'
import { releaseVersion } from '../release.ts'
import { checkDevicePath, parseHostAddress, readSetup } from '../terminal-console-setup.ts'
import { openWorld, WORLD_OPERATORS } from '../up/world.ts'
import { describeEvent } from './commission-output.ts'
import { EmulatedCustomers, emulatedAnswers } from './emulated-customers.ts'

export interface CommissionOptions {
  /** With `board`: of the terminal; else the folder of host, board and terminal, as `tillwire up` has it. */
  readonly data: string
  /** A real board, or one that runs by itself; undefined: everything is emulated, nobody is needed. */
  readonly board:
    | {
        readonly reader: string
        readonly pinpad: string
        readonly printer: string
        readonly host: string
        readonly profile?: string
      }
    | undefined
  readonly steps: readonly CommissioningStep[]
  readonly again: boolean
  readonly echoCount: number
  readonly soakSeconds: number
  readonly json: boolean
  /** Gets the evidence at the end. */
  readonly consoleUrl?: string
  readonly streams: Pick<LineStreams, 'input' | 'output'>
}

interface Rig {
  readonly terminal: Terminal
  readonly customers: Customers
  /** Of the terminal's journal. */
  readonly directory: string
  close(): Promise<void>
}

/** @throws {Finding} when a step did not pass, {UsageFailure} for what can't be done as asked. */
export async function runCommission(options: CommissionOptions): Promise<void> {
  let isStopped = false
  let rig: Rig | undefined
  const stop = (): void => {
    isStopped = true
    rig?.terminal.cancel()
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  try {
    rig = options.board === undefined ? await openEmulated(options) : await openReal(options, options.board)
    const evidence = await commissionOn(rig, options, () => isStopped)
    if (isStopped) throw new Finding('stopped before the end: start it again, it goes on with the next step')
    if (options.consoleUrl !== undefined) await submit(rig.terminal, options, options.consoleUrl, evidence)
    const failed = evidence.filter(({ verdict }) => verdict === 'failed')
    if (failed.length > 0)
      throw new Finding(
        `${failed.length} of ${evidence.length} steps did not pass: ${failed.map(({ step }) => step).join(', ')}`,
      )
  } finally {
    await rig?.close()
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
  }
}

/** @throws {Finding} when the host does not take it, or finds something wrong in it. */
async function submit(
  terminal: Terminal,
  { streams, json }: CommissionOptions,
  consoleUrl: string,
  evidence: readonly StepEvidence[],
): Promise<void> {
  const sent = await sendEvidence(terminal, consoleUrl, evidence)
  if (!sent.ok) throw new Finding(`${sent.error.en} ${sent.error.zh}`)
  const { failed, missing } = sent.value
  if (json) streams.output.write(`${JSON.stringify({ kind: 'submitted', failed, missing })}\n`)
  else for (const { zh, en } of missing) streams.output.write(`   ! ${zh}\n     ${en}\n`)
  if (failed.length > 0)
    throw new Finding(`the host does not accept ${failed.map(({ step }) => step).join(', ')}`)
}

async function commissionOn(
  { terminal, customers, directory }: Rig,
  { json, streams, steps, again, echoCount, soakSeconds }: CommissionOptions,
  isStopped: () => boolean,
): Promise<readonly StepEvidence[]> {
  const store = new EvidenceStore(directory)
  try {
    if (terminal.state.loggedOn === undefined)
      await terminal.run({
        kind: 'logOn',
        ...(customers instanceof EmulatedCustomers ? { operator: WORLD_OPERATORS.supervisor.number } : {}),
      })
    const site: CommissioningSite = {
      terminal,
      store,
      customers,
      softwareVersion: releaseVersion(),
      nowMs: Date.now,
      elapsedMs: () => performance.now(),
      memoryBytes: () => process.memoryUsage().rss,
      freeBytes: async () => {
        const { bavail, bsize } = await statfs(directory)
        return bavail * bsize
      },
      echoCount,
      soakSeconds,
      tell: (event) => void streams.output.write(describeEvent(event, json)),
      isStopped,
    }
    return await runCommissioning(site, { steps, again })
  } finally {
    store.close()
  }
}

async function openEmulated({ data }: CommissionOptions): Promise<Rig> {
  let board: Board | undefined
  const world = await openWorld({
    directory: data,
    baudRate: undefined,
    sharedLine: false,
    freePorts: true,
    profile: { replyTimeoutMs: 4_000 },
    panel: new ScriptedPanel(emulatedAnswers(() => board)),
    opened: (part) => {
      if ('board' in part) board = part.board
    },
  })
  const customers = new EmulatedCustomers(world.board, world.cardsDirectory)
  return {
    terminal: world.terminal,
    customers,
    directory: join(data, 'terminal'),
    async close() {
      customers.stop()
      await world.close()
    },
  }
}

const BAUD_RATE = 115_200

async function openReal(
  { data, streams, json }: CommissionOptions,
  board: NonNullable<CommissionOptions['board']>,
): Promise<Rig> {
  const say = (text: string): void => void streams.output.write(json ? '' : text)
  const lines = new ReadlineSource({ ...streams, interrupted: () => process.emit('SIGINT') })
  const terminal = await openTerminal({
    dataDirectory: data,
    ...readSetup(board.profile === undefined ? {} : { profile: board.profile }),
    hostAddress: parseHostAddress(board.host),
    softwareVersion: releaseVersion(),
    peripherals: openSerialPeripherals({
      readerPath: checkDevicePath('--reader', board.reader),
      pinPadPath: checkDevicePath('--pinpad', board.pinpad),
      printerPath: checkDevicePath('--printer', board.printer),
      baudRate: BAUD_RATE,
      clock: new SystemClock(),
    }),
    panel: new ConsolePanel(lines, new TextPanelOutput(say, renderScreen, 'both')),
  }).catch((error: unknown) => {
    lines.close()
    throw error
  })
  return {
    terminal,
    directory: data,
    customers: {
      serve: (card) => {
        if (card !== undefined)
          say(
            card === 'chip'
              ? '  > 请插入测试芯片卡  insert the chip test card\n'
              : '  > 请刷测试磁条卡  swipe the stripe test card\n',
          )
      },
      endPaper: () =>
        say(
          '  > 请取出打印纸，提示缺纸后装回并重试  take the paper out; put it back when asked, and retry\n',
        ),
    },
    async close() {
      await terminal.close()
      lines.close()
    },
  }
}
