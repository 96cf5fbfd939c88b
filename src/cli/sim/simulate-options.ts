import type { FaultRates } from '../../../sim/plan/make-plan.ts'

export interface SimulateOptions {
  readonly first: number
  readonly count: number
  readonly days: number
  readonly terminals: number
  readonly rates: FaultRates
  /** Where the rates came from, for the line that reproduces a failure. */
  readonly faultsFile: string | undefined
  /** Failing seeds after which a process stops. */
  readonly failuresMax: number
  readonly workers: number
  readonly verbose: boolean
  readonly shrink: boolean
  readonly save: string | undefined
  readonly json: boolean
}
