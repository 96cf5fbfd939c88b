import type { TerminalProfile } from '../../src/terminal/flows/terminal-profile.ts'
import type { Fault } from './fault-kinds.ts'

/** What an operator does in one step. `pick` chooses among what is there: cards, earlier transactions. */
export type Deed =
  | 'sale'
  | 'keyedSale'
  | 'void'
  | 'voidUnknown'
  | 'voidAgain'
  | 'refund'
  | 'refundTooMuch'
  | 'balance'
  | 'preAuthorisation'
  | 'completion'
  | 'completionAdvice'
  | 'preAuthorisationCancel'
  | 'completionVoid'
  | 'settle'
  | 'signIn'
  | 'signOff'
  | 'echo'
  | 'reprint'
  | 'report'
  | 'logOff'
  | 'logOnWrong'
  | 'sendPending'
  | 'printOwed'
  | 'devices'
  | 'powerCycle'
  | 'wait'

/** One thing that the operator does, and what goes wrong meanwhile. JSON-safe. */
export interface Step {
  /** Unique in its terminal; it stays when other steps are taken out. */
  readonly id: number
  readonly deed: Deed
  readonly amountMinor: number
  readonly pick: number
  /** Time before it begins. */
  readonly pauseMs: number
  /** The shop is closed during the pause: nobody leaves a terminal on, to ask its devices whether they are there. */
  readonly isNight?: true
  readonly faults: readonly Fault[]
}

export interface TerminalPlan {
  /** From 0; names the terminal and its cards. */
  readonly index: number
  readonly profile: Partial<TerminalProfile>
  /** Card reader and PIN pad share one cable. */
  readonly sharedLine: boolean
  readonly steps: readonly Step[]
}

/** A whole run: everything that chance decides beforehand. JSON-safe; a run is a function of it. */
export interface Plan {
  readonly seed: number
  readonly hosts: 1 | 2
  readonly terminals: readonly TerminalPlan[]
}

export function faultCount(plan: Plan): number {
  return plan.terminals.reduce(
    (sum, { steps }) => sum + steps.reduce((inner, { faults }) => inner + faults.length, 0),
    0,
  )
}
