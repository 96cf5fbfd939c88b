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
  /** As this viewer sees it: a PIN is typed by one, and the others see its pad covered. */
  state(viewer: string): unknown
  /** `tell` is called when there is something new to see; returns what ends it. */
  watch(tell: () => void): () => void
  /** This viewer watches no more. */
  left(viewer: string): void
  /** Does what a hand does. `undefined` where the deed has no form that is known. */
  act(deed: unknown, viewer: string): Promise<HandAnswer | undefined>
  /** PNG of a slip. */
  paper(id: number): Uint8Array | undefined
}
