import { join } from 'node:path'
import type { Board } from '../../../hardware/emulator/board.ts'
import { renderPaperText } from '../../../hardware/emulator/paper-text.ts'
import { KeyDistribution } from '../../host/security-module/key-distribution.ts'
import type { Host } from '../../host/service/open-host.ts'
import { ConsolePanel, type PanelLanguage } from '../../terminal/adapters/console-panel.ts'
import { type LineStreams, ReadlineSource } from '../../terminal/adapters/line-source.ts'
import { TextPanelOutput } from '../../terminal/adapters/panel-output.ts'
import { ScriptedPanel } from '../../terminal/adapters/scripted-panel.ts'
import { renderScreen } from '../../terminal/flows/screen-texts.ts'
import type { Panel } from '../../terminal/runtime/terminal-world.ts'
import { BoardConsole, boardHelp } from '../board/board-commands.ts'
import { BoardLines } from '../board/board-lines.ts'
import { careBeside } from '../console/care-beside.ts'
import type { ConsolePlace } from '../console/console-option.ts'
import { consoleLines, type ServedConsole, serveConsole } from '../console/serve-console.ts'
import { enrolHost, factoryAt } from '../estate/enrol-host.ts'
import { Finding } from '../failure.ts'
import type { Recorder } from '../recording/recorder.ts'
import { type AttachedTerminal, TerminalConsole } from '../terminal-console.ts'
import { type BoardPorts, BoxedTerminals } from './boxed-terminals.ts'
import { IN_SERVICE } from './in-service.ts'
import { tablePort } from './table-port.ts'
import { openWorld, TOUCHED_PROFILE, type World } from './world.ts'
import { WORLD_PIN } from './world-cards.ts'
import { WORLD_OPERATORS } from './world-operators.ts'

export interface InteractiveOptions {
  readonly directory: string
  readonly baudRate: number | undefined
  readonly sharedLine: boolean
  readonly recorder: Recorder | undefined
  readonly freePorts: boolean
  readonly language: PanelLanguage
  /** Of the commissioning of a terminal that is unpacked. */
  readonly echoCount: number
  readonly soakSeconds: number
  /** A real board, for a terminal on the page; undefined: there is none. */
  readonly onBoard: BoardPorts | undefined
  /** Undefined: without the console. */
  readonly console: ConsolePlace | undefined
}

const QUITTING = ['SIGTERM', 'SIGHUP'] as const

/** A terminal day by hand: the operator's commands, and the hands that hold cards and pull plugs. */
export async function runInteractive(
  options: InteractiveOptions,
  { input, output }: Pick<LineStreams, 'input' | 'output'>,
): Promise<void> {
  let operator: TerminalConsole | undefined
  const interrupt = (): void => operator?.interrupt()
  const quit = (): void => operator?.quit()
  const keyboard = new ReadlineSource({ input, output, interrupted: interrupt })
  const print = (text: string): void => keyboard.print(text)
  const panel = new ExchangeablePanel(morningPanel())
  let hostFailure: string | undefined
  process.on('SIGINT', interrupt)
  for (const signal of QUITTING) process.on(signal, quit)
  let world: World | undefined
  let served: ServedConsole | undefined
  let boxes: BoxedTerminals | undefined
  let care: ReturnType<typeof careBeside> | undefined
  try {
    world = await openWorld({
      ...options,
      factory: await factoryAt(join(options.directory, 'factory')),
      panel,
      isTouched: true,
      profile: TOUCHED_PROFILE,
      opened: (part) => {
        if ('board' in part) watchBoard(part.board, print)
      },
      hostStopped: (reason) => {
        hostFailure = reason
        quit()
      },
    })
    const { board, cardsDirectory, terminal } = world
    boxes = await openBoxes(world, options, () => served?.console.url)
    served = await serveBeside(world, boxes, options, print)
    if (served === undefined) care = careBeside(world.host, join(options.directory, 'host'))
    const isKeyboard = input.isTTY === true
    const lines = new BoardLines(keyboard, new BoardConsole({ board, cardsDirectory, print }), isKeyboard)
    const text = new TextPanelOutput(print, renderScreen, options.language)
    operator = new TerminalConsole(lines, { kind: 'text', panel: text })
    // All devices are there or known to be missing before anybody types.
    await terminal.run({ kind: 'deviceReport' })
    operator.attach(onTheTable(world), IN_SERVICE)
    await terminal.run({ kind: 'logOn', operator: WORLD_OPERATORS.cashier.number })
    panel.use(new ConsolePanel(lines, text))
    print(welcome(world, options, served))
    await operator.takeCommands()
    const failures = operator.result.failures + lines.failures
    if (hostFailure !== undefined) throw new Finding(hostFailure)
    if (!isKeyboard && failures > 0) throw new Finding(`${failures} commands were not done as asked`)
  } finally {
    await served?.close()
    await boxes?.close()
    care?.close()
    await world?.close()
    keyboard.close()
    process.off('SIGINT', interrupt)
    for (const signal of QUITTING) process.off(signal, quit)
  }
}

/** Terminals that were unpacked on earlier days stand on the table again. */
async function openBoxes(
  { host, cardsDirectory }: World,
  { directory, echoCount, soakSeconds, onBoard }: InteractiveOptions,
  consoleUrl: () => string | undefined,
): Promise<BoxedTerminals> {
  await certify(host, directory)
  const boxes = new BoxedTerminals({
    directory,
    cardsDirectory,
    factory: await factoryAt(join(directory, 'factory')),
    hostPort: host.ports['unionpay-pos'],
    consoleUrl,
    profile: TOUCHED_PROFILE,
    echoCount,
    soakSeconds,
  })
  if (onBoard !== undefined) await boxes.openOnBoard(onBoard)
  await boxes.open()
  return boxes
}

/** The console with the terminal in it; undefined where nobody wants one. */
async function serveBeside(
  { host, workbench }: World,
  boxes: BoxedTerminals,
  { console: place, directory }: InteractiveOptions,
  print: (text: string) => void,
): Promise<ServedConsole | undefined> {
  if (place === undefined) return undefined
  const parts = { directory: join(directory, 'host'), place, workbench: tablePort(workbench, boxes) }
  return serveConsole(host, parts, () => print('正在生成控制台页面 building the page of the console …\n'))
}

/** The terminal that stands on the table, whichever has power when it is asked. */
function onTheTable(world: World): AttachedTerminal {
  const { workbench } = world
  return {
    run: (command) => workbench.run(command),
    cancel: () => workbench.terminal?.cancel() ?? false,
    close: () => workbench.close(),
    onDevices: (listener) => workbench.onDevices(listener),
    get profile() {
      return world.terminal.profile
    },
    get state() {
      return world.terminal.state
    },
  }
}

/** The factory certifies the host, which may send keys to its pads from then on. */
async function certify({ security }: Host, directory: string): Promise<void> {
  const distribution = new KeyDistribution({ directory: join(directory, 'host'), security, nowMs: Date.now })
  if (!distribution.isCertified) await enrolHost(distribution, await factoryAt(join(directory, 'factory')))
}

function cardWanted({ isFieldOn }: Board): string {
  const ways = isFieldOn ? '请挥卡、插卡或刷卡  tap CARD | ' : '请插卡或刷卡  '
  return `  [读卡器 reader] ${ways}insert CARD | swipe CARD\n`
}

/** Lamp, PIN pad and paper, as somebody beside the terminal sees them. */
function watchBoard(board: Board, print: (text: string) => void): void {
  board.onEvent((event) => {
    switch (event.kind) {
      case 'lamp':
        if (event.lamp === 'cardWanted') print(cardWanted(board))
        if (event.lamp === 'takeCard') print('  [读卡器 reader] 请取卡  remove\n')
        break
      case 'padScreen':
        if (event.screen.kind === 'enterPin' && event.screen.digitCount === 0)
          print(`  [密码键盘 PIN pad] ${event.screen.amountText} 请输入密码  keys ${WORLD_PIN}#\n`)
        break
      case 'printed':
        print(`${renderPaperText(event.piece)}\n`)
        break
      case 'field':
      case 'plugged':
      case 'unplugged':
        break
    }
  })
}

/** Starts the day: nobody is at the keyboard yet. */
function morningPanel(): Panel {
  const { cashier } = WORLD_OPERATORS
  return new ScriptedPanel({
    enterPassword: { kind: 'entered', text: cashier.password },
    choosePrinterTrouble: { kind: 'chosen', id: 'skip' },
  })
}

/** The terminal's panel; whoever stands at it may change. */
class ExchangeablePanel implements Panel {
  #panel: Panel

  constructor(panel: Panel) {
    this.#panel = panel
  }

  use(panel: Panel): void {
    this.#panel = panel
  }

  show(...args: Parameters<Panel['show']>): void {
    this.#panel.show(...args)
  }

  ask(...args: Parameters<Panel['ask']>): void {
    this.#panel.ask(...args)
  }

  withdraw(): void {
    this.#panel.withdraw()
  }
}

function welcome(
  { host, board, terminal }: World,
  { directory, onBoard }: InteractiveOptions,
  served: ServedConsole | undefined,
): string {
  const { supervisor, cashier } = WORLD_OPERATORS
  const { terminalId, merchantId } = terminal.profile
  return `
Tillwire  终端 terminal ${terminalId}  商户 merchant ${merchantId}
  主机 host       127.0.0.1:${host.ports['unionpay-pos']} (UnionPay POS)  :${host.ports['iso1987-ascii']} (ISO 8583:1987 ASCII)  :${host.ports['iso1987-binary']} (binary)
  外设 board      ${board.paths.reader}  ${board.paths.pinpad}  ${board.paths.printer}
${onBoard === undefined ? '' : `  主板 on the board  ${onBoard.reader}  ${onBoard.pinpad}  ${onBoard.printer}：网页“终端（可操作）”上 on the page “Terminal to touch”\n`}  数据 data       ${directory}
${served === undefined ? '' : `${consoleLines(served)}\n`}  操作员 operators  ${cashier.number} 收银员 cashier, 密码 password ${cashier.password};  ${supervisor.number} 主管 supervisor, 密码 password ${supervisor.password}
  卡片密码 PIN of the cards  ${WORLD_PIN}

试一试 try:  sale 12.34   insert chip   keys ${WORLD_PIN}#   remove   settle   help   board   quit
外设命令 commands of the board:
${boardHelp()}
`
}
