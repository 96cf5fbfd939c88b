import type { Question, QuestionAnswer, Screen } from '../flows/screen.ts'
import type { Panel } from '../runtime/terminal-world.ts'

/** One terminal with several displays: all show the same, and whoever answers first answers for all. */
export class SharedPanel implements Panel {
  readonly #panels: readonly Panel[]

  constructor(panels: readonly Panel[]) {
    this.#panels = panels
  }

  show(screen: Screen): void {
    for (const panel of this.#panels) panel.show(screen)
  }

  ask(question: Question, done: (answer: QuestionAnswer) => void): void {
    let isAnswered = false
    for (const panel of this.#panels) {
      panel.ask(question, (answer) => {
        if (isAnswered) return
        isAnswered = true
        for (const other of this.#panels) if (other !== panel) other.withdraw()
        done(answer)
      })
      if (isAnswered) return
    }
  }

  withdraw(): void {
    for (const panel of this.#panels) panel.withdraw()
  }
}
