import { join } from 'node:path'
import { Command } from 'commander'
import { BOARD_FAILURES } from '../board/board-failures.ts'
import { runBoard } from '../board/run-board.ts'
import { factoryAt } from '../estate/enrol-host.ts'
import { UsageFailure } from '../failure.ts'
import { openRecorder, RECORD_OPTION } from '../recording/open-recorder.ts'

interface BoardFlags {
  readonly data: string
  readonly cards: string
  readonly factory: string
  readonly baud: string
  readonly fast?: boolean
  readonly sharedLine?: boolean
  readonly json?: boolean
  readonly record?: string
  readonly atOnce?: boolean
}

export function buildCommand(): Command {
  return new Command('board')
    .description(
      'Run the emulated board: card reader, PIN pad and printer, each at a pseudo-terminal. 运行仿真外设板。',
    )
    .option('--data <dir>', '外设目录，一块板一个 | folder of the board', join('tillwire-data', 'board'))
    .option('--cards <dir>', '卡片目录 | folder of the card images', join('tillwire-data', 'cards'))
    .option(
      '--factory <dir>',
      '厂商目录，给密码键盘签发证书 | factory that certifies the PIN pad',
      join('tillwire-data', 'factory'),
    )
    .option('--baud <rate>', '仿真串口速率 | speed of the emulated serial lines', '115200')
    .option('--fast', '串口不限速 | serial lines as fast as they go')
    .option('--shared-line', '读卡器与密码键盘共用一条线 | reader and PIN pad on one cable')
    .option('--json', '每个事件输出一个 JSON 对象 | print one JSON object an event')
    .option(...RECORD_OPTION)
    .option(
      '--at-once',
      '从管道来的命令也立即执行，不等外设就绪 | do piped commands at once, for a program that follows the events',
    )
    .action(run)
}

async function run(flags: BoardFlags): Promise<void> {
  const speed = Number(flags.baud)
  if (!Number.isInteger(speed) || speed < 1200 || speed > 4_000_000)
    throw new UsageFailure('--baud takes a number from 1200 to 4000000')
  const recorder = openRecorder(flags.record, { program: 'board' })
  try {
    await runBoard(
      {
        directory: flags.data,
        factory: await factoryAt(flags.factory),
        cardsDirectory: flags.cards,
        baudRate: flags.fast === true ? undefined : speed,
        sharedLine: flags.sharedLine === true,
        json: flags.json === true,
        recorder,
        atOnce: flags.atOnce === true,
      },
      { input: process.stdin, output: process.stdout },
    )
  } catch (error) {
    const isKnown = BOARD_FAILURES.some((type) => error instanceof type)
    throw isKnown && error instanceof Error ? new UsageFailure(error.message) : error
  } finally {
    recorder?.close()
  }
}
