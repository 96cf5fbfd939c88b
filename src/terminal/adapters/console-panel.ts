import type { Language, Question, QuestionAnswer, Screen } from '../flows/screen.ts'
import type { Panel } from '../runtime/terminal-world.ts'
import type { LineSource } from './line-source.ts'
import { answerOf } from './question-answer.ts'

export type PanelLanguage = Language | 'both'

/** The text of a screen in one language. */
export type ScreenText = (screen: Screen, language: Language) => string

/** Where a panel writes: lines for a person, or JSON for a program. */
export interface PanelOutput {
  screen(screen: Screen): void
  question(question: Question): void
  /** What was typed is no answer; the question stands. */
  notAnAnswer(question: Question): void
  /** No more input: the question counts as cancelled. */
  inputEnded(question: Question): void
  /** What stands before the place where one types. */
  promptFor(question: Question): string
}

/** The operator's panel on a console: screens go out as lines, answers come in as lines. */
export class ConsolePanel implements Panel {
  readonly #lines: LineSource
  readonly #output: PanelOutput
  #asking: Question | undefined

  constructor(lines: LineSource, output: PanelOutput) {
    this.#lines = lines
    this.#output = output
  }

  show(screen: Screen): void {
    this.#output.screen(screen)
  }

  ask(question: Question, done: (answer: QuestionAnswer) => void): void {
    this.#asking = question
    this.#output.question(question)
    this.#read(question, done)
  }

  withdraw(): void {
    if (this.#asking === undefined) return
    this.#asking = undefined
    this.#lines.withdraw()
  }

  #read(question: Question, done: (answer: QuestionAnswer) => void): void {
    const secret = question.kind === 'enter' && question.input === 'secret'
    this.#lines.read({ prompt: this.#output.promptFor(question), secret }, (line) => {
      if (this.#asking !== question) return
      if (line === undefined) this.#output.inputEnded(question)
      const answer = line === undefined ? ({ kind: 'cancelled' } as const) : answerOf(question, line)
      if (answer === undefined) {
        this.#output.notAnAnswer(question)
        this.#read(question, done)
        return
      }
      this.#asking = undefined
      done(answer)
    })
  }
}
