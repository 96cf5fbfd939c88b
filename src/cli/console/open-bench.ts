import type { Bench } from '../../host/console/bench/bench.ts'
import { type ChildLoadOptions, ChildLoadRuns } from './child-load-runs.ts'
import { ChildScenarioRuns } from './child-scenario-runs.ts'

export interface OpenedBench extends Bench {
  /** Ends what runs; no process is left behind. */
  close(): Promise<void>
}

/** Scenarios and loads beside a host that runs. */
export function openBench(options: ChildLoadOptions): OpenedBench {
  const scenarios = new ChildScenarioRuns(options.program)
  const loads = new ChildLoadRuns(options)
  return {
    scenarios,
    loads,
    async close() {
      await Promise.all([scenarios.close(), loads.close()])
    },
  }
}
