import type { Language, Question, Screen } from '../flows/screen.ts'
import type { PanelLanguage, PanelOutput, ScreenText } from './console-panel.ts'

/** Screens as lines for a person; with `both`, Chinese and English side by side. */
export class TextPanelOutput implements PanelOutput {
  readonly #print: (text: string) => void
  readonly #text: ScreenText
  language: PanelLanguage

  constructor(print: (text: string) => void, text: ScreenText, language: PanelLanguage) {
    this.#print = print
    this.#text = text
    this.language = language
  }

  screen(screen: Screen): void {
    this.#print(`  ${this.#say(screen)}\n`)
  }

  question(question: Question): void {
    this.#print(`? ${this.#say(question.screen)}\n`)
    if (question.kind !== 'choose') return
    question.options.forEach((option, index) => {
      this.#print(`    ${index + 1}  ${this.#say(option.screen)}\n`)
    })
  }

  notAnAnswer(question: Question): void {
    this.#print(`! ${this.#both(expectedAnswer(question))}\n`)
  }

  inputEnded(): void {
    this.#print(`! ${this.#both({ zh: '输入已结束，视为取消', en: 'no more input: cancelled' })}\n`)
  }

  promptFor(question: Question): string {
    return question.kind === 'confirm' ? '[Y/n] ' : '> '
  }

  #say(screen: Screen): string {
    return this.#both({ zh: this.#text(screen, 'zh'), en: this.#text(screen, 'en') })
  }

  #both(text: Bilingual): string {
    if (this.language !== 'both') return text[this.language]
    return text.zh === text.en ? text.zh : `${text.zh}  ${text.en}`
  }
}

/** One JSON object a line, for programs. */
export class JsonPanelOutput implements PanelOutput {
  readonly #print: (text: string) => void
  readonly #text: ScreenText

  constructor(print: (text: string) => void, text: ScreenText) {
    this.#print = print
    this.#text = text
  }

  /** Any other event of the console. */
  event(event: string, members: { readonly [name: string]: unknown }): void {
    this.#print(`${JSON.stringify({ event, ...members })}\n`)
  }

  screen(screen: Screen): void {
    this.event('screen', this.#described(screen))
  }

  question(question: Question): void {
    const { kind, screen } = question
    const members = { ask: kind, ...this.#described(screen) }
    if (kind === 'enter') {
      const { input, lengthMin, lengthMax } = question
      this.event('question', { ...members, input, lengthMin, lengthMax })
    } else if (kind === 'choose') {
      const options = question.options.map((option) => ({
        option: option.id,
        ...this.#described(option.screen),
      }))
      this.event('question', { ...members, options })
    } else this.event('question', members)
  }

  notAnAnswer(question: Question): void {
    this.event('notAnAnswer', { id: question.screen.id, expected: expectedAnswer(question) })
  }

  inputEnded(question: Question): void {
    this.event('inputEnded', { id: question.screen.id })
  }

  promptFor(): string {
    return ''
  }

  #described(screen: Screen) {
    const { id, values } = screen
    return {
      id,
      ...(values === undefined ? {} : { values }),
      text: { zh: this.#text(screen, 'zh'), en: this.#text(screen, 'en') },
    }
  }
}

type Bilingual = { readonly [language in Language]: string }

function expectedAnswer(question: Question): Bilingual {
  switch (question.kind) {
    case 'confirm':
      return { zh: '请回答 y 或 n', en: 'answer y or n' }
    case 'sign':
      return {
        zh: '此处不能签名，请输入 - 改为在签购单上签名',
        en: 'nobody can sign here: - to sign on the slip',
      }
    case 'choose':
      return {
        zh: `请输入 1 至 ${question.options.length}，或 - 取消`,
        en: `a number from 1 to ${question.options.length}, or - to cancel`,
      }
    case 'enter': {
      const { lengthMin, lengthMax, input } = question
      const what = INPUTS[input]
      return {
        zh: `请输入${what.zh}，${lengthMin} 至 ${lengthMax} 位，或 - 取消`,
        en: `enter ${what.en}, ${lengthMin} to ${lengthMax} characters, or - to cancel`,
      }
    }
  }
}

const INPUTS: { readonly [input in Extract<Question, { readonly kind: 'enter' }>['input']]: Bilingual } = {
  digits: { zh: '数字', en: 'digits' },
  amount: { zh: '金额，例如 12.34', en: 'an amount such as 12.34' },
  text: { zh: '文字', en: 'text' },
  secret: { zh: '密码', en: 'the password' },
  pan: { zh: '卡号', en: 'the card number' },
}
