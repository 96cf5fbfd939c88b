import type { Sentence } from './console-problem.ts'

/** What a hand asked for could not be done. */
export interface HandAnswer {
  readonly refused: Sentence | undefined
}

/**
 * A terminal on the table beside the host, which the console shows. The host knows no terminal: it passes on what it is told,
 * JSON-safe both ways.
 */
export interface WorkbenchPort {
  state(): unknown
  /** `tell` gets each new state; returns what ends it. */
  watch(tell: (message: unknown) => void): () => void
  /** Does what a hand does. `undefined` where the deed has no form that is known. */
  act(deed: unknown): Promise<HandAnswer | undefined>
  /** PNG of a slip. */
  paper(id: number): Uint8Array | undefined
}
