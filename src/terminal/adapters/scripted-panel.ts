import { InvariantError } from '../../base/invariant.ts'
import type { Question, QuestionAnswer, Screen } from '../flows/screen.ts'
import type { Panel } from '../runtime/terminal-world.ts'

/** One answer for every time, or a function of the question. */
export type ScriptedAnswer = QuestionAnswer | ((question: Question) => QuestionAnswer | undefined)

/** An operator that answers from a list, by the id of the question's screen. A new question stops the run. */
export class ScriptedPanel implements Panel {
  readonly #answers: { readonly [screenId: string]: ScriptedAnswer }
  readonly #shown: (screen: Screen) => void

  constructor(
    answers: { readonly [screenId: string]: ScriptedAnswer },
    shown: (screen: Screen) => void = () => {},
  ) {
    this.#answers = answers
    this.#shown = shown
  }

  show(screen: Screen): void {
    this.#shown(screen)
  }

  /** @throws {InvariantError} when no answer stands in the list. */
  ask(question: Question, done: (answer: QuestionAnswer) => void): void {
    const { id } = question.screen
    this.#shown(question.screen)
    const scripted = this.#answers[id]
    const answer = typeof scripted === 'function' ? scripted(question) : scripted
    if (answer === undefined) throw new InvariantError(`no answer is scripted for the question ${id}`)
    done(answer)
  }

  /** Nothing is ever open: answers come at once. */
  withdraw(): void {}
}
