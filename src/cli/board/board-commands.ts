import { writeFileSync } from 'node:fs'
import { type Board, type BoardDevice, BoardRefusal } from '../../../hardware/emulator/board.ts'
import type { PaperPiece } from '../../../hardware/emulator/paper.ts'
import { renderPaperPng } from '../../../hardware/emulator/paper-png.ts'
import { renderPaperText } from '../../../hardware/emulator/paper-text.ts'
import { UsageFailure } from '../failure.ts'
import { cardNames, cardPath } from './card-names.ts'

interface BoardCommandContext {
  readonly board: Board
  readonly cardsDirectory: string
  /** The last slip that was cut off. */
  readonly lastPiece: PaperPiece | undefined
  readonly print: (text: string) => void
}

interface BoardCommandEntry {
  readonly name: string
  readonly aliases: readonly string[]
  readonly usage: string
  readonly zh: string
  readonly en: string
  /** In a script: whether the board is ready for it; a person is told at once instead. */
  readonly isPossible?: (board: Board) => boolean
  run(context: BoardCommandContext, words: readonly string[]): void | Promise<void>
}

const DEVICES: readonly BoardDevice[] = ['reader', 'pinpad', 'printer']

/** What a hand can do to the board. @throws {UsageFailure | BoardRefusal} */
const BOARD_COMMANDS: readonly BoardCommandEntry[] = [
  {
    name: 'insert',
    aliases: ['插卡'],
    usage: 'insert CARD [dirty]',
    zh: '插入芯片卡；dirty 表示芯片读不出',
    en: 'insert a chip card; dirty: its chip can not be read',
    run: ({ board, cardsDirectory }, words) => {
      const [card, how] = arguments1to2(words, 'insert CARD [dirty]')
      board.insert(cardPath(cardsDirectory, card), how === 'dirty')
    },
  },
  {
    name: 'swipe',
    aliases: ['刷卡'],
    usage: 'swipe CARD',
    zh: '刷磁条卡',
    en: 'swipe the stripe of a card',
    isPossible: (board) => board.lamp === 'cardWanted',
    run: ({ board, cardsDirectory }, words) =>
      board.swipe(cardPath(cardsDirectory, arguments1to2(words, 'swipe CARD')[0])),
  },
  {
    name: 'tap',
    aliases: ['挥卡'],
    usage: 'tap CARD [early | CARD2]',
    zh: '挥卡；early 表示提前拿开；也可同时放两张卡',
    en: 'hold a card at the reader; early: it is pulled away too soon; or two cards at once',
    isPossible: (board) => board.isFieldOn,
    run: ({ board, cardsDirectory }, words) => {
      const [card, second] = arguments1to2(words, 'tap CARD [early | CARD2]')
      const isEarly = second === 'early'
      const names = second === undefined || isEarly ? [card] : [card, second]
      board.tap(
        names.map((name) => cardPath(cardsDirectory, name)),
        isEarly,
      )
    },
  },
  {
    name: 'remove',
    aliases: ['拔卡'],
    usage: 'remove',
    zh: '拔出卡片',
    en: 'take the card out',
    isPossible: (board) => board.lamp === 'takeCard',
    run: ({ board }) => board.remove(),
  },
  {
    name: 'keys',
    aliases: ['按键'],
    usage: 'keys 123456#',
    zh: '在密码键盘上按键：# 确认，c 清除，x 取消',
    en: 'press keys of the PIN pad: # enter, c clear, x cancel',
    isPossible: (board) => board.isEnteringPin,
    run: ({ board }, words) => board.pressKeys(arguments1to2(words, 'keys 123456#')[0]),
  },
  {
    name: 'paper',
    aliases: ['纸'],
    usage: 'paper in|low|out|LINES',
    zh: '装纸、纸将尽、缺纸，或再打印若干行后缺纸',
    en: 'paper in, near its end, out, or out after so many lines',
    run: ({ board }, words) => {
      const [state] = arguments1to2(words, 'paper in|low|out|LINES')
      if (/^\d{1,4}$/.test(state)) board.printer.endPaperAfter(Number(state))
      else board.printer.setPaper(choice(state, { in: 'ok', low: 'nearEnd', out: 'end' }))
    },
  },
  {
    name: 'cover',
    aliases: ['盖'],
    usage: 'cover open|close',
    zh: '打开或合上打印机盖',
    en: "open or close the printer's cover",
    run: ({ board }, words) =>
      board.printer.setCover(
        choice(arguments1to2(words, 'cover open|close')[0], { open: 'open', close: 'closed' }),
      ),
  },
  {
    name: 'battery',
    aliases: ['电池'],
    usage: 'battery PERCENT|in|out',
    zh: '电池电量（0 至 100）；放上或取下充电座',
    en: 'charge of the battery, 0 to 100; into its cradle or out',
    run: ({ board: { battery } }, words) => {
      const [state] = arguments1to2(words, 'battery PERCENT|in|out')
      if (/^\d{1,3}$/.test(state) && Number(state) <= 100) battery.change({ percent: Number(state) })
      else battery.change({ isCharging: choice(state, { in: true, out: false }) })
    },
  },
  {
    name: 'unplug',
    aliases: ['拔线'],
    usage: 'unplug reader|pinpad|printer',
    zh: '拔掉一个外设',
    en: 'unplug a device',
    run: ({ board }, words) => board.unplug(deviceOf(words)),
  },
  {
    name: 'plug',
    aliases: ['插线'],
    usage: 'plug reader|pinpad|printer',
    zh: '插上一个外设',
    en: 'plug a device in',
    run: ({ board }, words) => board.plug(deviceOf(words)),
  },
  {
    name: 'cards',
    aliases: ['卡片'],
    usage: 'cards',
    zh: '列出卡片',
    en: 'list the cards',
    run: ({ cardsDirectory, print }) => print(`  ${cardNames(cardsDirectory).join('  ')}\n`),
  },
  {
    name: 'board',
    aliases: ['外设'],
    usage: 'board',
    zh: '列出这些命令',
    en: 'list these commands',
    run: ({ print }) => print(boardHelp()),
  },
  {
    name: 'slip',
    aliases: ['小票'],
    usage: 'slip [FILE.png]',
    zh: '再看最后一张小票，或存成图片',
    en: 'see the last slip again, or save it as a picture',
    run: ({ lastPiece, print }, [file]) => {
      if (lastPiece === undefined) throw new BoardRefusal('nothing was printed yet')
      if (file === undefined) print(renderPaperText(lastPiece))
      else saveSlip(lastPiece, file)
    },
  },
]

function saveSlip(piece: PaperPiece, file: string): void {
  try {
    writeFileSync(file, renderPaperPng(piece))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    throw new UsageFailure(`cannot write ${file} (${code})`)
  }
}

function arguments1to2(words: readonly string[], usage: string): readonly [string, string | undefined] {
  const [first, second, third] = words
  if (first === undefined || third !== undefined) throw new UsageFailure(`usage: ${usage}`)
  return [first, second]
}

function choice<T>(word: string, values: { readonly [word: string]: T }): T {
  const value = Object.hasOwn(values, word) ? values[word] : undefined
  if (value === undefined) throw new UsageFailure(`one of ${Object.keys(values).join(', ')} is meant`)
  return value
}

function deviceOf(words: readonly string[]): BoardDevice {
  const [word] = arguments1to2(words, 'plug|unplug reader|pinpad|printer')
  return choice(word, Object.fromEntries(DEVICES.map((device) => [device, device])))
}

/** Waiting for a script's turn to press a key or take a card ends after this. */
const PATIENCE_MS = 20_000

/** The board's commands, as a person types them. */
export class BoardConsole {
  readonly #board: Board
  readonly #cardsDirectory: string
  readonly #print: (text: string) => void
  #lastPiece: PaperPiece | undefined

  constructor(options: {
    readonly board: Board
    readonly cardsDirectory: string
    readonly print: (text: string) => void
  }) {
    this.#board = options.board
    this.#cardsDirectory = options.cardsDirectory
    this.#print = options.print
    this.#board.onEvent((event) => {
      if (event.kind === 'printed') this.#lastPiece = event.piece
    })
  }

  /** Whether the line is for the board. */
  takes(line: string): boolean {
    return entryOf(line) !== undefined
  }

  /** What the last word of `line` may become. */
  completionsOf(line: string): readonly string[] {
    const words = line.trimStart().split(/\s+/)
    const begun = words.at(-1) ?? ''
    const usage = entryOf(line)?.usage ?? ''
    const candidates =
      words.length === 1
        ? BOARD_COMMANDS.flatMap(({ name, aliases }) => [name, ...(begun === '' ? [] : aliases)])
        : words.length > 2
          ? []
          : /CARD/.test(usage)
            ? cardNames(this.#cardsDirectory)
            : (usage.split(' ')[1]?.split('|') ?? []).filter((word) => /^[a-z]+$/.test(word))
    return candidates.filter((each) => each.startsWith(begun))
  }

  /**
   * Does what the line says. `isPatient`: waits until the board is ready for it, as a script must. False when it
   * could not be done; the reason was printed.
   */
  async perform(line: string, isPatient: boolean): Promise<boolean> {
    const entry = entryOf(line)
    if (entry === undefined) return false
    try {
      if (isPatient && entry.isPossible !== undefined) await this.#until(entry.isPossible)
      const context = {
        board: this.#board,
        cardsDirectory: this.#cardsDirectory,
        lastPiece: this.#lastPiece,
        print: this.#print,
      }
      await entry.run(context, line.trim().split(/\s+/).slice(1))
      return true
    } catch (error) {
      if (!(error instanceof UsageFailure || error instanceof BoardRefusal)) throw error
      this.#print(`! ${error.message}\n`)
      return false
    }
  }

  #until(isPossible: (board: Board) => boolean): Promise<void> {
    if (isPossible(this.#board)) return Promise.resolve()
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer)
        stopListening()
        resolve()
      }
      const stopListening = this.#board.onEvent(() => {
        if (isPossible(this.#board)) end()
      })
      const timer = setTimeout(end, PATIENCE_MS)
    })
  }
}

function entryOf(line: string): BoardCommandEntry | undefined {
  const [word = ''] = line.trim().toLowerCase().split(/\s+/)
  return BOARD_COMMANDS.find(({ name, aliases }) => name === word || aliases.includes(word))
}

/** The list of the board's commands, in both languages. */
export function boardHelp(): string {
  const lines = BOARD_COMMANDS.map(({ usage, zh, en }) => `  ${usage.padEnd(31)} ${zh}  ${en}`)
  return `${lines.join('\n')}\n`
}
