import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import {
  SCENARIO_OUTCOME,
  type ScenarioLine,
  type ScenarioOutcome,
  type ScenarioRunLine,
  type ScenarioRunView,
} from '../../host/console/api-types/scenarios.ts'
import type { ScenarioRuns } from '../../host/console/bench/bench.ts'
import { type ChildEnd, type ChildProgram, OWN_PROGRAM, startChild } from './child-program.ts'

const CHECKOUT = new URL('../../../', import.meta.url)
const RUNS_KEPT = 20
const LISTED = z.array(
  z.object({
    file: z.string(),
    name: z.string(),
    zh: z.string().optional(),
    about: z.string().optional(),
  }),
)
/** What `tillwire scenario run --progress-json` writes after each. */
const PROGRESS = z.object({ scenario: SCENARIO_OUTCOME })

interface Run {
  line: ScenarioRunLine
  readonly results: ScenarioOutcome[]
  readonly child: ChildProgram
  isCancelled: boolean
}

/** Runs scenarios in a process of their own, so that the host goes on answering. */
export class ChildScenarioRuns implements ScenarioRuns {
  readonly #program: readonly string[]
  readonly #nowMs: () => number
  readonly #runs: Run[] = []
  readonly #listeners = new Set<(run: ScenarioRunLine) => void>()
  #listed: Promise<readonly ScenarioLine[]> | undefined
  #isClosed = false

  constructor(program = OWN_PROGRAM, nowMs: () => number = Date.now) {
    this.#program = program
    this.#nowMs = nowMs
  }

  list(): Promise<readonly ScenarioLine[]> {
    this.#listed ??= this.#readList().catch((error: unknown) => {
      // The next reader tries again.
      this.#listed = undefined
      throw error
    })
    return this.#listed
  }

  async textOf(file: string): Promise<string | undefined> {
    const isKnown = (await this.list()).some((line) => line.file === file)
    return isKnown ? readFile(fileURLToPath(new URL(file, CHECKOUT)), 'utf8') : undefined
  }

  start(files: readonly string[], by: string): ScenarioRunLine | undefined {
    if (this.#isClosed || this.#runs[0]?.line.status === 'running') return undefined
    const args = ['scenario', 'run', ...files, '--json', '--progress-json']
    const run: Run = {
      line: {
        number: (this.#runs[0]?.line.number ?? 0) + 1,
        by,
        startedAtMs: this.#nowMs(),
        endedAtMs: null,
        status: 'running',
        total: files.length,
        passed: 0,
        failed: 0,
        skipped: 0,
        problem: null,
      },
      results: [],
      isCancelled: false,
      child: startChild(args, (line) => this.#progress(run, line), this.#program),
    }
    this.#runs.unshift(run)
    this.#runs.splice(RUNS_KEPT)
    void run.child.ended.then((end) => this.#end(run, end))
    this.#tell(run)
    return run.line
  }

  runs(): readonly ScenarioRunLine[] {
    return this.#runs.map(({ line }) => line)
  }

  find(number: number): ScenarioRunView | undefined {
    const run = this.#runs.find(({ line }) => line.number === number)
    return run === undefined ? undefined : { ...run.line, results: [...run.results] }
  }

  cancel(number: number): boolean {
    const run = this.#runs.find(({ line }) => line.number === number)
    if (run === undefined || run.line.status !== 'running' || run.isCancelled) return false
    run.isCancelled = true
    run.child.stop()
    return true
  }

  listen(listener: (run: ScenarioRunLine) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Cancels what runs and waits for its end. */
  async close(): Promise<void> {
    this.#isClosed = true
    const [run] = this.#runs
    if (run === undefined) return
    this.cancel(run.line.number)
    await run.child.ended
  }

  async #readList(): Promise<readonly ScenarioLine[]> {
    const { output, sentence, exitCode } = await startChild(
      ['scenario', 'list', '--json'],
      () => {},
      this.#program,
    ).ended
    if (exitCode !== 0) throw new Error(`the scenarios could not be listed: ${sentence}`)
    return LISTED.parse(JSON.parse(output)).map(({ file, name, zh, about }) => ({
      file,
      kind: file.split('/').at(-2) ?? '',
      name,
      zh: zh ?? null,
      about: about?.trim() ?? null,
    }))
  }

  #progress(run: Run, line: unknown): void {
    const progress = PROGRESS.safeParse(line)
    if (!progress.success) return
    const { scenario } = progress.data
    run.results.push(scenario)
    run.line = { ...run.line, [scenario.status]: run.line[scenario.status] + 1 }
    this.#tell(run)
  }

  #end(run: Run, { exitCode, sentence }: ChildEnd): void {
    const isWhole = run.results.length === run.line.total
    run.line = {
      ...run.line,
      endedAtMs: this.#nowMs(),
      status: isWhole
        ? run.line.failed > 0
          ? 'failed'
          : 'passed'
        : run.isCancelled
          ? 'cancelled'
          : 'broken',
      problem:
        isWhole || run.isCancelled
          ? null
          : sentence ||
            `the program ended early (${exitCode ?? 'killed'}): run "tillwire scenario run" by hand`,
    }
    this.#tell(run)
  }

  #tell({ line }: Run): void {
    for (const listener of this.#listeners) listener(line)
  }
}
