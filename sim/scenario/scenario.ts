import type { TerminalProfile } from '../../src/terminal/flows/terminal-profile.ts'
import type { Fault } from '../plan/fault-kinds.ts'
import type { PhoneDeed } from '../world/sim-wallet.ts'
import type { CardName } from './card-names.ts'
import type { ScenarioDeed } from './deeds.ts'

/** The account behind the customer's phone, beside those of cards. */
export const PHONE = 'phone'

/** One story of a terminal: what its people do, what goes wrong, what must come of it. Source: docs/scenarios.md. */
export interface Scenario {
  /** The file it came from, for messages. */
  readonly file: string
  readonly name: string
  readonly nameZh: string | undefined
  readonly about: string | undefined
  /** Of what chance decides: unpredictable numbers of cards, when people react. */
  readonly seed: number
  readonly hosts: 1 | 2
  /** Card reader and PIN pad share one cable. */
  readonly sharedLine: boolean
  /** It is signed in before the first step. */
  readonly signsIn: boolean
  readonly profile: Partial<TerminalProfile>
  readonly steps: readonly ScenarioStep[]
  readonly books: ExpectedBooks | undefined
}

export interface ScenarioStep {
  /** From 1. */
  readonly id: number
  /** The deed and which one of its kind it is: `sale 2`. */
  readonly title: string
  readonly deed: ScenarioDeed
  /** Undefined: of the whole original, or the deed has none. */
  readonly amountMinor: number | undefined
  readonly card: CardName | undefined
  /** What the customer does on the phone; undefined: nothing. */
  readonly customer: PhoneDeed | undefined
  readonly original: OriginalStep | undefined
  /** What stands behind the deed when it is neither an amount nor an original. */
  readonly argument: string | undefined
  /** Before it begins, ms. */
  readonly pauseMs: number
  /** What the operator answers, by the name of the question's screen. */
  readonly answers: { readonly [question: string]: string }
  readonly faults: readonly Fault[]
  readonly expect: StepExpectation
}

/** The transaction that a step refers to: that of an earlier step, or a trace number as somebody keyed it. */
export type OriginalStep =
  | { readonly kind: 'step'; readonly id: number; readonly title: string }
  | { readonly kind: 'stan'; readonly stan: string }

export interface StepExpectation {
  /** Words that the outcome begins with: `declined 51`; undefined: the deed succeeds. */
  readonly outcome: string | undefined
  /** Names or texts of screens, in this order, others between them. */
  readonly screens: readonly string[] | undefined
  /** All messages of the step in order; `...` stands for any. */
  readonly messages: readonly string[] | undefined
  /** Texts on the paper of the step, in this order; empty: nothing is printed. */
  readonly receipt: readonly string[] | undefined
  /** Journal records, in this order, others between them. */
  readonly journal: readonly string[] | undefined
}

export interface ExpectedBooks {
  /** All transactions of the terminal at the host, in order: `sale 12.34 reversed`. */
  readonly transactions: readonly string[] | undefined
  /** What the balances of cards changed by, minor units. */
  readonly accounts: ReadonlyMap<CardName | typeof PHONE, number> | undefined
  /** What the merchant is owed, minor units. */
  readonly merchantMinor: number | undefined
}

/** Something in a scenario file that can not be meant so. `path`: members and places that lead to it. */
export interface ScenarioFault {
  readonly path: readonly (string | number)[]
  readonly message: string
}
