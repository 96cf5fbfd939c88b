import type { Reason } from '../../flows/commissioning/step-evidence.ts'
import type { QuestionAnswer, Screen } from '../../flows/screen.ts'
import type { Panel } from '../../runtime/terminal-world.ts'

/** The terminal's display between its commands: what is told and asked while it is brought into service. */
export class DeskPanel {
  readonly #panel: Panel
  #cancelled: (() => void) | undefined
  #isOver = false

  constructor(panel: Panel) {
    this.#panel = panel
  }

  show(text: Reason): void {
    if (!this.#isOver) this.#panel.show(screenOf(text))
  }

  /** Stays until somebody has read it; whether the enter key ended it. */
  async confirm(text: Reason): Promise<boolean> {
    return (
      (await this.#ask((done) => this.#panel.ask({ kind: 'confirm', screen: screenOf(text) }, done))).kind ===
      'confirmed'
    )
  }

  /** Index of the line that was taken; undefined when it was left. */
  async choose(title: Reason, lines: readonly Reason[]): Promise<number | undefined> {
    const options = lines.map((line, index) => ({ id: String(index), screen: screenOf(line) }))
    const answer = await this.#ask((done) =>
      this.#panel.ask({ kind: 'choose', screen: screenOf(title), options }, done),
    )
    return answer.kind === 'chosen' ? Number(answer.id) : undefined
  }

  /** Letters and digits; undefined when it was left. */
  async enter(title: Reason, lengthMin: number, lengthMax: number): Promise<string | undefined> {
    const answer = await this.#ask((done) =>
      this.#panel.ask({ kind: 'enter', screen: screenOf(title), input: 'text', lengthMin, lengthMax }, done),
    )
    return answer.kind === 'entered' ? answer.text : undefined
  }

  /** What is asked now is answered by nobody. */
  cancel(): void {
    this.#cancelled?.()
  }

  /** The power is gone: nothing more is shown or asked. */
  abandon(): void {
    this.#isOver = true
  }

  #ask(put: (done: (answer: QuestionAnswer) => void) => void): Promise<QuestionAnswer> {
    if (this.#isOver) return Promise.resolve({ kind: 'cancelled' })
    return new Promise((resolve) => {
      const done = (answer: QuestionAnswer): void => {
        this.#cancelled = undefined
        resolve(answer)
      }
      this.#cancelled = () => {
        this.#panel.withdraw()
        done({ kind: 'cancelled' })
      }
      put(done)
    })
  }
}

function screenOf({ zh, en }: Reason): Screen {
  return { id: 'commissioning', words: [zh, en] }
}
