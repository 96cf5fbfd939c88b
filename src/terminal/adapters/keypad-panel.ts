import type { SignatureImage } from '../../iso8583/subfields/signature-image.ts'
import type { Question, QuestionAnswer, Screen } from '../flows/screen.ts'
import { renderScreen, type ScreenId } from '../flows/screen-texts.ts'
import type { TerminalCommand } from '../flows/terminal-command.ts'
import type { Panel } from '../runtime/terminal-world.ts'
import type { Bilingual, MenuItem, TerminalService } from './keypad-menu.ts'
import { answerOf } from './question-answer.ts'

/** A key of the terminal's keypad. */
export const KEYPAD_KEYS = [
  '0',
  '1',
  '2',
  '3',
  '4',
  '5',
  '6',
  '7',
  '8',
  '9',
  '00',
  'clear',
  'cancel',
  'enter',
  'up',
  'down',
  'menu',
] as const
export type KeypadKey = (typeof KEYPAD_KEYS)[number]

/** What stands on the terminal's display. */
export interface KeypadView {
  /** `idle`: an amount may be typed; `busy`: the terminal works; `ask`: it waits for an answer; `menu`. */
  readonly mode: 'idle' | 'busy' | 'ask' | 'menu'
  readonly title: Bilingual
  readonly screenId: string
  /** What was typed, as it may be seen; undefined where nothing is typed. */
  readonly entry: string | undefined
  readonly options: readonly Bilingual[]
  readonly chosen: number
  /** The customer signs here; undefined at any other question. Sizes in dots. */
  readonly signing: { readonly widthDots: number; readonly heightDots: number } | undefined
  /** Values of the screen, such as the code that a customer scans. */
  readonly values: NonNullable<Screen['values']>
}

const AMOUNT_DIGITS_MAX = 12
/** Most that a menu or a question takes. */
const ENTRY_MAX = 64
const PAN_DIGITS_SHOWN = 6
/** Screens that are over with what they tell. */
const PASSING: ReadonlySet<string> = new Set<ScreenId>([
  'printing',
  'removeCard',
  'readingChip',
  'waitingForHost',
  'completingChip',
  'signingIn',
  'downloading',
  'uploadingStatus',
  'packageLoading',
  'sendingSignature',
  'sendingNotice',
  'sendingScriptResult',
])
/** What came of the money: nothing that is done for the host afterwards may take its place. */
const OUTCOMES: ReadonlySet<string> = new Set<ScreenId>([
  'approved',
  'approvedPartially',
  'declined',
  'soldOffline',
])
const AFTERWARDS: ReadonlySet<string> = new Set<ScreenId>([
  'signedIn',
  'downloaded',
  'statusUploaded',
  'hostRequests',
  'packageReady',
  'packageNone',
  'packageOnTrial',
])
const HOME: Screen = { id: 'ready' }

interface Asked {
  readonly question: Question
  readonly done: (answer: QuestionAnswer) => void
}

/**
 * The terminal's display and keypad: keys in, a view out. Idle, digits are an amount and enter begins a sale; `menu` opens the
 * menu; a question is answered by digits, enter and cancel.
 */
export class KeypadPanel implements Panel {
  readonly #run: (command: TerminalCommand) => void
  readonly #cancel: () => void
  readonly #menu: () => readonly MenuItem[]
  readonly #serve: (service: TerminalService) => void
  readonly #changed: () => void
  #screen: Screen = HOME
  /** What a command ended with: it stays when slips and card are gone. */
  #lastWord: Screen = HOME
  /** Whether this command has told what came of the money. */
  #hasOutcome = false
  #asked: Asked | undefined
  #entry = ''
  #chosen = 0
  /** From the main menu inwards; empty: no menu is open. */
  #menus: readonly (readonly MenuItem[])[] = []
  #isBusy = false

  constructor(parts: {
    /** Begins a command; `busy` tells while it runs. */
    readonly run: (command: TerminalCommand) => void
    /** The cancel key while the terminal waits for a card or a person. */
    readonly cancel: () => void
    /** What this terminal offers now. */
    readonly menu: () => readonly MenuItem[]
    readonly serve?: (service: TerminalService) => void
    readonly changed: () => void
  }) {
    this.#run = parts.run
    this.#cancel = parts.cancel
    this.#menu = parts.menu
    this.#serve = parts.serve ?? (() => {})
    this.#changed = parts.changed
  }

  get view(): KeypadView {
    const question = this.#asked?.question
    const menu = this.#menus.at(-1)
    const screen = question?.screen ?? this.#screen
    const isIdle = question === undefined && menu === undefined && !this.#isBusy
    return {
      mode: question !== undefined ? 'ask' : menu !== undefined ? 'menu' : this.#isBusy ? 'busy' : 'idle',
      title: menu === undefined || question !== undefined ? textOf(screen) : MENU_TITLE,
      screenId: screen.id,
      entry: isIdle ? amountText(this.#entry) : entryText(question, this.#entry),
      options:
        question?.kind === 'choose'
          ? question.options.map((option) => textOf(option.screen))
          : question === undefined && menu !== undefined
            ? menu.map(({ name }) => name)
            : [],
      chosen: this.#chosen,
      signing:
        question?.kind === 'sign'
          ? { widthDots: question.widthMax, heightDots: question.heightMax }
          : undefined,
      values: screen.values ?? {},
    }
  }

  show(screen: Screen): void {
    if (OUTCOMES.has(screen.id)) this.#hasOutcome = true
    const isLess = PASSING.has(screen.id) || (this.#hasOutcome && AFTERWARDS.has(screen.id))
    if (!isLess) this.#lastWord = screen
    this.#screen = screen
    this.#changed()
  }

  ask(question: Question, done: (answer: QuestionAnswer) => void): void {
    this.#asked = { question, done }
    this.#menus = []
    this.#reset()
  }

  withdraw(): void {
    this.#asked = undefined
    this.#reset()
  }

  /** A command begins or ends. */
  set busy(isBusy: boolean) {
    this.#isBusy = isBusy
    if (isBusy) {
      this.#menus = []
      this.#hasOutcome = false
    } else this.#screen = this.#lastWord
    this.#reset()
  }

  /** Dark, as without power; nothing that was asked is answered. */
  clear(): void {
    this.#asked = undefined
    this.#menus = []
    this.#isBusy = false
    this.#screen = HOME
    this.#lastWord = HOME
    this.#reset()
  }

  press(key: KeypadKey): void {
    if (this.#asked !== undefined) this.#pressInQuestion(this.#asked, key)
    else if (this.#isBusy) {
      if (key === 'cancel') this.#cancel()
    } else if (this.#menus.length > 0) this.#pressInMenu(key)
    else this.#pressInIdle(key)
    this.#changed()
  }

  /** Characters of a keyboard, for names and passwords. */
  type(text: string): void {
    const question = this.#asked?.question
    if (question?.kind !== 'enter') return
    const isFree = question.input === 'text' || question.input === 'secret'
    this.#append(isFree ? text : text.replace(/\D/g, ''), Math.min(question.lengthMax, ENTRY_MAX))
    this.#changed()
  }

  /** What was drawn; false when nobody is asked to sign. */
  sign(image: SignatureImage): boolean {
    const asked = this.#asked
    if (asked?.question.kind !== 'sign') return false
    this.#answer({ kind: 'signed', image }, asked.done)
    return true
  }

  #pressInQuestion({ question, done }: Asked, key: KeypadKey): void {
    if (key === 'cancel') this.#answer({ kind: 'cancelled' }, done)
    else if (question.kind === 'choose') this.#pressInChoice(question, done, key)
    else if (question.kind === 'enter') this.#pressInEntry(question, done, key)
    // A signature is drawn, not typed.
    else if (question.kind === 'confirm' && key === 'enter') this.#answer({ kind: 'confirmed' }, done)
  }

  #pressInEntry(question: Extract<Question, { kind: 'enter' }>, done: Asked['done'], key: KeypadKey): void {
    if (key === 'clear') this.#entry = this.#entry.slice(0, -1)
    else if (key === 'up' || key === 'down') this.#turn(question, key === 'down' ? 1 : -1)
    else if (isDigits(key)) {
      const isAmount = question.input === 'amount'
      this.#append(key, isAmount ? AMOUNT_DIGITS_MAX : Math.min(question.lengthMax, ENTRY_MAX))
    } else if (key === 'enter') {
      const text = question.input === 'amount' ? amountText(this.#entry) : this.#entry
      const answer = answerOf(question, text)
      if (answer !== undefined) this.#answer(answer, done)
    }
  }

  /** There is no key for letters: the arrows make one of the digit that was typed last. */
  #turn({ input }: Extract<Question, { kind: 'enter' }>, by: 1 | -1): void {
    if (input === 'text') this.#entry = turned(this.#entry, by)
  }

  #pressInChoice(
    { options }: Extract<Question, { kind: 'choose' }>,
    done: Asked['done'],
    key: KeypadKey,
  ): void {
    const index = this.#moved(key, options.length)
    const option = index === undefined ? undefined : options[index]
    if (option !== undefined) this.#answer({ kind: 'chosen', id: option.id }, done)
  }

  #pressInMenu(key: KeypadKey): void {
    const items = this.#menus.at(-1) ?? []
    if (key === 'cancel' || key === 'clear' || key === 'menu') {
      this.#menus = this.#menus.slice(0, -1)
      this.#chosen = 0
      return
    }
    const index = this.#moved(key, items.length)
    const chosen = index === undefined ? undefined : items[index]
    if (chosen?.items !== undefined) {
      this.#menus = [...this.#menus, chosen.items]
      this.#chosen = 0
    } else if (chosen?.command !== undefined) {
      this.#menus = []
      this.#run(chosen.command)
    } else if (chosen?.service !== undefined) {
      this.#menus = []
      this.#serve(chosen.service)
    }
  }

  #pressInIdle(key: KeypadKey): void {
    if (isDigits(key)) this.#append(key, AMOUNT_DIGITS_MAX)
    else if (key === 'clear') this.#entry = this.#entry.slice(0, -1)
    else if (key === 'cancel') {
      this.#entry = ''
      this.#screen = HOME
    } else if (key === 'menu') this.#openMenu()
    else if (key === 'enter') {
      const amountMinor = Number(this.#entry)
      this.#entry = ''
      if (amountMinor > 0) this.#run({ kind: 'sale', amountMinor })
      else this.#openMenu()
    }
  }

  #openMenu(): void {
    this.#entry = ''
    this.#chosen = 0
    this.#menus = [this.#menu()]
  }

  /** The line that a key takes, by its number or by enter; arrows only move the mark. */
  #moved(key: KeypadKey, count: number): number | undefined {
    if (key === 'up') this.#chosen = this.#chosen < 0 ? count - 1 : (this.#chosen + count - 1) % count
    if (key === 'down') this.#chosen = (this.#chosen + 1) % count
    if (key === 'enter') return this.#chosen
    return /^[1-9]$/.test(key) && Number(key) <= count ? Number(key) - 1 : undefined
  }

  #append(text: string, sizeMax: number): void {
    const next = this.#entry + text
    if (next.length <= sizeMax) this.#entry = next
  }

  #answer(answer: QuestionAnswer, done: Asked['done']): void {
    this.#asked = undefined
    this.#reset()
    done(answer)
  }

  #reset(): void {
    const question = this.#asked?.question
    this.#entry = ''
    // Enter alone takes nothing where no answer is set beforehand.
    this.#chosen = question?.kind === 'choose' && question.isNeutral === true ? -1 : 0
    this.#changed()
  }
}

/** The letters of each key, after its digit; the arrows turn the last one that was typed. Source: ITU-T E.161, option A. */
const KEY_LETTERS = ['0', '1', '2ABC', '3DEF', '4GHI', '5JKL', '6MNO', '7PQRS', '8TUV', '9WXYZ'] as const

function turned(entry: string, by: 1 | -1): string {
  const last = entry.slice(-1).toUpperCase()
  const letters = KEY_LETTERS.find((each) => last !== '' && each.includes(last))
  if (letters === undefined) return entry
  const next = (letters.indexOf(last) + by + letters.length) % letters.length
  return entry.slice(0, -1) + letters.charAt(next)
}

const MENU_TITLE: Bilingual = { zh: '请选择', en: 'Choose' }

function textOf(screen: Screen): Bilingual {
  return { zh: renderScreen(screen, 'zh'), en: renderScreen(screen, 'en') }
}

function isDigits(key: KeypadKey): boolean {
  return /^\d{1,2}$/.test(key)
}

/** Typed digits are minor units: 1, 2, 3, 4 is 12.34. */
function amountText(digits: string): string {
  const padded = digits.replace(/^0+/, '').padStart(3, '0')
  return `${padded.slice(0, -2)}.${padded.slice(-2)}`
}

function entryText(question: Question | undefined, typed: string): string | undefined {
  if (question?.kind !== 'enter') return undefined
  switch (question.input) {
    case 'amount':
      return amountText(typed)
    case 'secret':
      return '*'.repeat(typed.length)
    // Never the last digits while it grows: one view after the other would tell the whole number.
    case 'pan':
      return typed.slice(0, PAN_DIGITS_SHOWN) + '*'.repeat(Math.max(0, typed.length - PAN_DIGITS_SHOWN))
    default:
      return typed
  }
}
