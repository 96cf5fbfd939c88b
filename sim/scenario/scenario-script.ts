import type { Question, QuestionAnswer } from '../../src/terminal/flows/screen.ts'
import type { TerminalState, Transaction } from '../../src/terminal/flows/terminal-model.ts'
import type { Step } from '../plan/plan.ts'
import { answerOf, type Order } from '../world/operator.ts'
import type { SimCard } from '../world/sim-estate.ts'
import type { SimWallet } from '../world/sim-wallet.ts'
import type { DayScript } from '../world/terminal-day.ts'
import type { CardCase } from './card-names.ts'
import { commandOf, DEEDS } from './deeds.ts'
import type { Scenario, ScenarioStep } from './scenario.ts'
import type { StepRecord } from './step-record.ts'

/** The step in which the terminal signs in before the scenario begins. */
export const SIGN_IN_STEP = 0
/** Somebody who takes what is offered. */
const CONTENT = 999

type Phone = Pick<SimWallet, 'begin' | 'code'>

/** The people of a scenario: they do what its text says, and answer as one does who knows the terminal. */
export class ScenarioScript implements DayScript {
  readonly #scenario: Scenario
  readonly #cardOf: CardCase
  readonly #recordOf: (id: number) => StepRecord | undefined
  /** Transactions by the step that made them: a settlement clears the terminal's own list. */
  readonly #made = new Map<number, Transaction>()
  readonly #phone: () => Phone | undefined
  #step: ScenarioStep | undefined

  constructor(
    scenario: Scenario,
    cardOf: CardCase,
    recordOf: (id: number) => StepRecord | undefined,
    phone: () => Phone | undefined = () => undefined,
  ) {
    this.#scenario = scenario
    this.#cardOf = cardOf
    this.#recordOf = recordOf
    this.#phone = phone
  }

  order({ id }: Step, state: TerminalState): Order | undefined {
    this.#remember(state)
    const step = this.#scenario.steps.find((each) => each.id === id)
    this.#step = step
    if (id === SIGN_IN_STEP) return { command: { kind: 'signIn' }, card: undefined }
    if (step === undefined) return undefined
    const original = this.#originalOf(step, state)
    const phone = this.#phone()
    phone?.begin(step.customer)
    const command = commandOf(step.deed, {
      amountMinor: step.amountMinor,
      argument: step.argument,
      code: step.deed === 'pay by code' ? phone?.code() : undefined,
      original,
      originalStan: this.#stanOf(step),
    })
    const card = DEEDS[step.deed].card && step.card !== undefined ? this.#cardOf(step.card) : undefined
    return command === undefined ? undefined : { command, card }
  }

  answer(question: Question, card: SimCard | undefined): QuestionAnswer {
    const wanted = this.#step?.answers[question.screen.id]
    return wanted === undefined ? answerOf(question, card, CONTENT) : answerNamed(question, wanted)
  }

  /** Before the batch is closed over them. */
  #remember(state: TerminalState): void {
    for (const transaction of state.transactions) {
      const step = this.#scenario.steps.find(
        (each) => this.#recordOf(each.id)?.stan === transaction.request.stan,
      )
      if (step !== undefined) this.#made.set(step.id, transaction)
    }
  }

  #originalOf({ original }: ScenarioStep, state: TerminalState): Transaction | undefined {
    if (original === undefined) return undefined
    if (original.kind === 'step') return this.#made.get(original.id)
    return state.transactions.find(({ request }) => request.stan === original.stan)
  }

  #stanOf({ original }: ScenarioStep): string | undefined {
    if (original === undefined) return undefined
    return original.kind === 'stan' ? original.stan : this.#recordOf(original.id)?.stan
  }
}

/** `yes`, `no`, `cancel`, `nothing` (no answer comes), else what is typed or chosen. */
function answerNamed(question: Question, wanted: string): QuestionAnswer {
  if (wanted === 'cancel' || wanted === 'no' || wanted === 'false') return { kind: 'cancelled' }
  if (wanted === 'nothing') return { kind: 'timeout' }
  if (question.kind === 'confirm') return { kind: 'confirmed' }
  return question.kind === 'choose' ? { kind: 'chosen', id: wanted } : { kind: 'entered', text: wanted }
}
