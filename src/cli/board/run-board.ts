import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Board, type BoardEvent, openBoard } from '../../../hardware/emulator/board.ts'
import type { Factory } from '../../../hardware/emulator/factory.ts'
import { renderPaperText } from '../../../hardware/emulator/paper-text.ts'
import { nodeRandom } from '../../crypto/node-random.ts'
import { type LineStreams, ReadlineSource } from '../../terminal/adapters/line-source.ts'
import { SystemClock } from '../../terminal/adapters/system-clock.ts'
import { Finding } from '../failure.ts'
import type { Recorder } from '../recording/recorder.ts'
import { BoardConsole, boardHelp } from './board-commands.ts'

export interface RunBoardOptions {
  readonly directory: string
  readonly cardsDirectory: string
  /** Certifies the pad at its first start. */
  readonly factory?: Factory
  readonly baudRate: number | undefined
  readonly sharedLine: boolean
  /** One JSON object a line instead of text. */
  readonly json: boolean
  readonly recorder: Recorder | undefined
  /** Piped commands do not wait until the board is ready for them. */
  readonly atOnce: boolean
}

/** What the PIN pad's maker tells the acquirer. */
const PROVISIONING_FILE = 'pad-provisioning.json'

/** The emulated board by itself, until `quit`, the end of input or Ctrl-C. */
export async function runBoard(
  options: RunBoardOptions,
  { input, output }: Pick<LineStreams, 'input' | 'output'>,
): Promise<void> {
  const { directory, baudRate, sharedLine, cardsDirectory, json, recorder, atOnce, factory } = options
  const board = await openBoard({
    directory,
    clock: new SystemClock(),
    random: nodeRandom,
    baudRate,
    sharedLine,
    ...(factory === undefined ? {} : { factory }),
    ...(recorder === undefined ? {} : { tap: recorder.boardTap }),
  })
  const lines = new ReadlineSource({ input, output, interrupted: () => lines.close() })
  const stop = (): void => lines.close()
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  process.on('SIGHUP', stop)
  try {
    writeProvisioning(board, directory)
    const print = (text: string): void => lines.print(text)
    board.onEvent((event) => print(json ? jsonEvent(event) : textEvent(event)))
    print(json ? `${JSON.stringify({ event: 'ready', paths: board.paths })}\n` : welcome(board, directory))
    const console = new BoardConsole({ board, cardsDirectory, print })
    const failures = await takeCommands(lines, console, print, input.isTTY !== true && !atOnce)
    if (input.isTTY !== true && failures > 0) throw new Finding(`${failures} commands were not done as asked`)
  } finally {
    lines.close()
    board.close()
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
    process.off('SIGHUP', stop)
  }
}

async function takeCommands(
  lines: ReadlineSource,
  console: BoardConsole,
  print: (text: string) => void,
  isPatient: boolean,
): Promise<number> {
  let failures = 0
  for (;;) {
    const line = await new Promise<string | undefined>((resolve) =>
      lines.read({ prompt: 'board> ', secret: false }, resolve),
    )
    const command = line?.trim()
    if (command === undefined || command === 'quit' || command === 'exit') return failures
    if (command === '' || command.startsWith('#')) continue
    if (command === 'help') print(`${boardHelp()}`)
    else if (console.takes(command)) failures += (await console.perform(command, isPatient)) ? 0 : 1
    else {
      failures += 1
      print('! 没有这个命令，请输入 help  no such command; type help\n')
    }
  }
}

function writeProvisioning({ padProvisioning }: Board, directory: string): void {
  const path = join(directory, PROVISIONING_FILE)
  writeFileSync(`${path}.new`, `${JSON.stringify(padProvisioning)}\n`, { mode: 0o600, flush: true })
  renameSync(`${path}.new`, path)
}

function welcome({ paths }: Board, directory: string): string {
  const provisioning = join(directory, PROVISIONING_FILE)
  return `仿真板已就绪  The emulated board is ready:
  --reader ${paths.reader} --pinpad ${paths.pinpad} --printer ${paths.printer}
  密码键盘资料 provisioning of its PIN pad: ${provisioning} (for "tillwire host terminal key --pad-file")
${boardHelp()}`
}

function textEvent(event: BoardEvent): string {
  switch (event.kind) {
    case 'lamp':
      return `  [读卡器 reader] ${{ off: '灯灭 lamp off', cardWanted: '请刷卡或插卡 card wanted', takeCard: '请取卡 take the card' }[event.lamp]}\n`
    case 'field':
      return `  [非接读卡器 contactless] ${fieldText(event.face)}\n`
    case 'padScreen':
      return event.screen.kind === 'enterPin'
        ? `  [密码键盘 PIN pad] ${event.screen.amountText} ${'*'.repeat(event.screen.digitCount)}\n`
        : `  [密码键盘 PIN pad] ${event.screen.lines.join(' / ')}\n`
    case 'printed':
      return `${renderPaperText(event.piece)}\n`
    case 'plugged':
    case 'unplugged':
      return `  [${event.device}] ${event.kind === 'plugged' ? '已接上 plugged in' : '已拔下 unplugged'}\n`
  }
}

/** Four lights and what the beeper says. */
function fieldText({ lights, beep }: Extract<BoardEvent, { kind: 'field' }>['face']): string {
  const shown = [0, 1, 2, 3].map((light) => ((lights >> light) & 1 ? '●' : '○')).join('')
  return `${shown}${{ none: '', success: ' 嘀 beep', alert: ' 嘀嘀 alert' }[beep]}`
}

function jsonEvent(event: BoardEvent): string {
  const members = event.kind === 'printed' ? { kind: event.kind, text: renderPaperText(event.piece) } : event
  const { kind, ...rest } = members
  return `${JSON.stringify({ event: kind, ...rest })}\n`
}
