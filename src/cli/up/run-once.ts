import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BoardEvent } from '../../../hardware/emulator/board.ts'
import { renderPaperText } from '../../../hardware/emulator/paper-text.ts'
import type { PanelLanguage } from '../../terminal/adapters/console-panel.ts'
import { ScriptedPanel } from '../../terminal/adapters/scripted-panel.ts'
import type { Question, QuestionAnswer } from '../../terminal/flows/screen.ts'
import { renderScreen } from '../../terminal/flows/screen-texts.ts'
import { Finding } from '../failure.ts'
import type { Recorder } from '../recording/recorder.ts'
import { describeOutcome } from '../terminal-console-outcome.ts'
import { type DayResult, runDay } from './day.ts'
import { type BooksReport, compareBooks, renderBooks } from './day-books.ts'
import { Hands } from './hands.ts'
import { openWorld, type World } from './world.ts'
import { cardFile, WORLD_PIN } from './world-cards.ts'
import { WORLD_OPERATORS } from './world-operators.ts'

export interface OnceOptions {
  /** Undefined: a folder that is removed afterwards. */
  readonly directory: string | undefined
  readonly baudRate: number | undefined
  readonly sharedLine: boolean
  readonly recorder: Recorder | undefined
  readonly language: PanelLanguage
  /** Only a result in JSON is printed. */
  readonly json: boolean
  readonly print: (text: string) => void
}

/** How long the terminal waits for the answer that gets lost. */
const REPLY_TIMEOUT_MS = 4000

/** A whole day without a person. @throws {Finding} when terminal, host and ledger do not agree. */
export async function runOnce(options: OnceOptions): Promise<void> {
  const isTemporary = options.directory === undefined
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'tillwire-day-'))
  try {
    await runIn(directory, options)
  } finally {
    if (isTemporary) rmSync(directory, { recursive: true, force: true })
  }
}

async function runIn(directory: string, options: OnceOptions): Promise<void> {
  const say = options.json ? () => {} : options.print
  let interrupted = false
  let world: World | undefined
  const interrupt = (): void => {
    interrupted = true
    void world?.terminal.close()
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  process.on('SIGHUP', interrupt)
  try {
    const show = (text: string): void => say(`  ${text}\n`)
    world = await openWorld({
      directory,
      baudRate: options.baudRate,
      sharedLine: options.sharedLine,
      recorder: options.recorder,
      freePorts: true,
      profile: { replyTimeoutMs: REPLY_TIMEOUT_MS },
      panel: new ScriptedPanel(ANSWERS, (screen) => {
        const texts = languagesOf(options.language).map((language) => renderScreen(screen, language))
        show([...new Set(texts)].join('  '))
      }),
      opened: (part) => {
        if ('board' in part) part.board.onEvent((event) => showPrinted(event, say))
      },
    })
    const { result, books } = await workDay(world, options.language, say)
    if (interrupted) throw new Finding('interrupted before the end of the day')
    report(result, books, options)
  } finally {
    await world?.close()
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
    process.off('SIGHUP', interrupt)
  }
}

function languagesOf(language: PanelLanguage): readonly ('zh' | 'en')[] {
  return language === 'both' ? ['zh', 'en'] : [language]
}

function showPrinted(event: BoardEvent, say: (text: string) => void): void {
  if (event.kind === 'printed') say(`${renderPaperText(event.piece)}\n`)
}

const PASSWORDS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.values(WORLD_OPERATORS).map(({ number, password }) => [number, password]),
)

/** What cashier and supervisor of the day answer. */
const ANSWERS = {
  enterPassword: ({ screen }: Question): QuestionAnswer => ({
    kind: 'entered',
    text: PASSWORDS[String(screen.values?.['operator'])] ?? '',
  }),
  enterSupervisor: { kind: 'entered', text: WORLD_OPERATORS.supervisor.number },
  confirmVoid: { kind: 'confirmed' },
  choosePrinterTrouble: { kind: 'chosen', id: 'retry' },
} as const

async function workDay(
  { terminal, board, host, cardsDirectory }: World,
  language: PanelLanguage,
  say: (text: string) => void,
): Promise<{ readonly result: DayResult; readonly books: BooksReport }> {
  const hands = new Hands(board)
  const card = (name: string, how: 'insert' | 'swipe') => ({
    path: cardFile(cardsDirectory, name),
    how,
    pin: WORLD_PIN,
  })
  try {
    const result = await runDay({
      terminal,
      cards: {
        chip: card('chip', 'insert'),
        stripe: card('stripe', 'swipe'),
        foreign: card('visa', 'insert'),
      },
      hold: (next) => hands.hold(next),
      begin: (number, zh, en) => say(`\n== ${number}  ${zh}  ${en}\n`),
      end: (outcome) => {
        for (const each of languagesOf(language)) say(`= ${describeOutcome(outcome, each).join('\n  ')}\n`)
      },
    })
    const { terminalId: tid, currency } = terminal.profile
    const { batch, transactions, settlement } = result
    const books = compareBooks({ tid, batch, currency, transactions, settlement, store: host.store })
    return { result, books }
  } finally {
    hands.stop()
  }
}

function report({ failures }: DayResult, books: BooksReport, { json, print }: OnceOptions): void {
  const findings = [...failures, ...books.findings]
  if (json) print(`${JSON.stringify({ ...books, agrees: findings.length === 0, findings })}\n`)
  else {
    print(`\n== 对账  the books of batch ${books.batch}\n${renderBooks(books)}`)
    for (const finding of findings) print(`! ${finding}\n`)
  }
  if (findings.length > 0) throw new Finding(`the day does not agree in ${findings.length} places`)
  if (!json) print('终端日志、主机记录与账本一致  terminal journal, host records and ledger agree\n')
}
