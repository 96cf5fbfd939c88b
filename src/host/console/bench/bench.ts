import type { LoadOrder, LoadRunLine, LoadRunView, LoadSecondView } from '../api-types/loads.ts'
import type { ScenarioLine, ScenarioRunLine, ScenarioRunView } from '../api-types/scenarios.ts'

/** Runs scenarios in the simulated world, which the host itself does not know. One run at a time. */
export interface ScenarioRuns {
  /** All scenarios of the project; read once. Rejects when they can't be read. */
  list(): Promise<readonly ScenarioLine[]>
  /** The file as it stands there; undefined when it is none of the list. */
  textOf(file: string): Promise<string | undefined>
  /** Undefined while another run is under way. `files`: of the list. */
  start(files: readonly string[], by: string): ScenarioRunLine | undefined
  /** Newest first. */
  runs(): readonly ScenarioRunLine[]
  find(number: number): ScenarioRunView | undefined
  /** False when it does not run. */
  cancel(number: number): boolean
  /** Hears of each change; returns what ends it. */
  listen(listener: (run: ScenarioRunLine) => void): () => void
}

/** Runs loads against this host, in processes of their own. One at a time; their history stays in a folder. */
export interface LoadRuns {
  /** Undefined while another run is under way. */
  start(order: LoadOrder, by: string): LoadRunLine | undefined
  /** Newest first. */
  runs(): readonly LoadRunLine[]
  find(id: string): LoadRunView | undefined
  /** What is under way is waited for, and the report written. False when it does not run. */
  stop(id: string): boolean
  /** Its report in HTML; undefined where there is none. */
  reportOf(id: string): string | undefined
  /** Hears of each change, and of each second; returns what ends it. */
  listen(listener: (run: LoadRunLine, second: LoadSecondView | undefined) => void): () => void
}

/** What the console can start beside the host. */
export interface Bench {
  readonly scenarios: ScenarioRuns
  readonly loads: LoadRuns
}
