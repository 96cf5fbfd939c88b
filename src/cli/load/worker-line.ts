import type { EngineFailure } from '../../load/load-engine.ts'
import type { LoadEnd, LoadTick } from '../../load/load-tick.ts'
import type { UsedTerminal } from '../../load/unionpay/unionpay-cast.ts'

export interface WorkerEnd extends LoadEnd {
  readonly failure?: EngineFailure | undefined
  readonly used: readonly UsedTerminal[]
}

/** What a process of the load writes to its standard output, one a line. */
export type WorkerLine =
  | { readonly tick: LoadTick }
  /** Before the load: terminals that have signed in. */
  | { readonly ready: number }
  | { readonly end: WorkerEnd }
  /** One sentence: a file that it was given can not be used. */
  | { readonly refused: string }
