import type { CancelTimer } from '../../src/base/ports.ts'
import type { Question, QuestionAnswer, Screen } from '../../src/terminal/flows/screen.ts'
import type { Panel } from '../../src/terminal/runtime/terminal-world.ts'
import type { SeededRandom } from './seeded-random.ts'
import type { StepFaults } from './step-faults.ts'
import type { Timing } from './timing.ts'

export interface SimPanelOptions {
  readonly clock: Timing
  readonly random: SeededRandom
  readonly faults: StepFaults
  readonly shown: (screen: Screen) => void
  /** What this operator would answer, when nothing goes wrong. */
  readonly answer: (question: Question) => QuestionAnswer
}

/** The operator of the simulated world: answers after a moment, wrongly now and then, or not at all. */
export class SimPanel implements Panel {
  readonly #options: SimPanelOptions
  #stop: CancelTimer | undefined

  constructor(options: SimPanelOptions) {
    this.#options = options
  }

  show(screen: Screen): void {
    this.#options.shown(screen)
  }

  ask(question: Question, done: (answer: QuestionAnswer) => void): void {
    const { clock, random, faults, shown, answer } = this.#options
    shown(question.screen)
    let given: QuestionAnswer = answer(question)
    for (const fault of faults.at('question')) {
      if (fault.kind === 'questionTimeout') return
      given =
        fault.kind === 'questionCancelled' ? { kind: 'cancelled' } : nonsense(question, given, fault.part)
    }
    this.#stop = clock.after(random.between(50, 500), () => {
      this.#stop = undefined
      done(given)
    })
  }

  withdraw(): void {
    this.#stop?.()
    this.#stop = undefined
  }
}

/** What a person types who is not looking. */
function nonsense(question: Question, given: QuestionAnswer, part: number): QuestionAnswer {
  if (question.kind !== 'enter') return given
  const { input, lengthMin, lengthMax } = question
  const size = lengthMin + (part % (lengthMax - lengthMin + 1))
  const letters = input === 'text' || input === 'secret' ? 'X9Z' : '907'
  return { kind: 'entered', text: letters.repeat(size).slice(0, size) }
}
