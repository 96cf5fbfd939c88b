import { relative } from 'node:path'
import { keepCorpus, keepInput } from './input-folder.ts'
import type { Complaint } from './judge.ts'
import { NO_PROGRESS, type Progress, type WorkerReport } from './orders.ts'
import { WorkerHandle } from './worker-handle.ts'

export interface CampaignOptions {
  readonly targets: readonly string[]
  /** Of all targets together. */
  readonly minutes: number
  /** Of each target. */
  readonly executions: number
  readonly seed: number
  readonly workers: number
}

/** A case that broke something; its input is at `path`. */
export interface FoundCase extends Complaint {
  readonly target: string
  readonly path: string
}

/** What became of one target. */
export interface TargetOutcome {
  readonly target: string
  readonly progress: Progress
  readonly corpus: number
  readonly found: readonly FoundCase[]
}

/** Hears how it goes. */
export type CampaignProgress = (target: string, progress: Progress, found: number) => void

/** Restarts of a target whose worker had to be killed. */
const RESTARTS_MAX = 3

/** Fuzzes each target for its share of the time, `workers` of them at once. */
export class Campaign {
  readonly #options: CampaignOptions
  readonly #told: CampaignProgress
  readonly #running = new Set<WorkerHandle>()
  #isStopped = false

  constructor(options: CampaignOptions, told: CampaignProgress) {
    this.#options = options
    this.#told = told
  }

  /** Ends early; what was found and learned is kept. */
  stop(): void {
    this.#isStopped = true
    for (const worker of this.#running) worker.stop()
  }

  async run(): Promise<readonly TargetOutcome[]> {
    const left = [...this.#options.targets]
    const outcomes = new Map<string, TargetOutcome>()
    const line = async (worker: number): Promise<void> => {
      for (let target = left.shift(); target !== undefined && !this.#isStopped; target = left.shift())
        outcomes.set(target, await this.#fuzz(target, worker))
    }
    await Promise.all(Array.from({ length: this.#options.workers }, (_, worker) => line(worker)))
    return this.#options.targets.flatMap((target) => outcomes.get(target) ?? [])
  }

  async #fuzz(target: string, worker: number): Promise<TargetOutcome> {
    const { targets, workers, seed, minutes } = this.#options
    const run = new TargetRun(target, this.#told)
    const totalMs = (minutes * 60_000 * Math.min(workers, targets.length)) / targets.length
    for (let start = 0; start <= RESTARTS_MAX && !this.#isStopped; start++) {
      const handle = new WorkerHandle(
        {
          target,
          seed: seed + start,
          worker,
          executions: this.#options.executions - run.executionsBefore,
          milliseconds: totalMs - run.elapsedBefore,
          replay: undefined,
        },
        (report) => run.take(report),
      )
      this.#running.add(handle)
      const end = await handle.ended
      this.#running.delete(handle)
      if (end.kind === 'ended') break
      run.restart()
      await this.#confirm(run, end)
    }
    await this.#confirmSlow(run)
    return run.outcome()
  }

  /** Instrumented code is slower: what was slow with it has to be slow without it too. */
  async #confirmSlow(run: TargetRun): Promise<void> {
    const inputs = run.takeSlow()
    if (inputs.length === 0) return
    const orders = { target: run.target, seed: 0, worker: 0, executions: 0, milliseconds: 0, replay: inputs }
    await new WorkerHandle(orders, (report) => {
      if (report.kind === 'found') run.found(report.input, report.complaint)
    }).ended
  }

  /** A worker that had to be killed is a finding only if its input does it again, without instrumentation. */
  async #confirm(
    run: TargetRun,
    end: { readonly kind: 'hung' | 'died'; readonly input: Uint8Array; readonly reason: string },
  ): Promise<void> {
    const orders = { target: run.target, seed: 0, worker: 0, executions: 0, milliseconds: 0 }
    const again = new WorkerHandle({ ...orders, replay: [end.input] }, (report) => run.take(report))
    const second = await again.ended
    if (second.kind === 'ended') return
    run.found(end.input, { kind: second.kind === 'hung' ? 'hung' : 'threw', reason: second.reason })
  }
}

/** Collects the reports of one target. */
class TargetRun {
  readonly target: string
  readonly #told: CampaignProgress
  readonly #found = new Map<string, FoundCase>()
  readonly #slow: Uint8Array[] = []
  #before = NO_PROGRESS
  #latest = NO_PROGRESS
  #corpus = 0

  constructor(target: string, told: CampaignProgress) {
    this.target = target
    this.#told = told
  }

  get executionsBefore(): number {
    return this.#before.executions
  }

  get elapsedBefore(): number {
    return this.#before.elapsedMs
  }

  take(report: WorkerReport): void {
    switch (report.kind) {
      case 'progress':
        this.#latest = report.progress
        break
      case 'found':
        if (report.complaint.kind === 'slow') this.#slow.push(report.input)
        else this.found(report.input, report.complaint)
        break
      case 'done':
        this.#latest = report.progress
        keepCorpus(this.target, report.corpus)
        this.#corpus = report.corpus.length
        break
    }
    this.#told(this.target, this.#sum(), this.#found.size)
  }

  /** Inputs that were slow in instrumented code. */
  takeSlow(): readonly Uint8Array[] {
    return this.#slow.splice(0)
  }

  found(input: Uint8Array, complaint: Complaint): void {
    const path = relative(process.cwd(), keepInput('found', this.target, input))
    this.#found.set(path, { target: this.target, path, ...complaint })
  }

  /** A new worker counts from zero. */
  restart(): void {
    this.#before = this.#sum()
    this.#latest = NO_PROGRESS
  }

  #sum(): Progress {
    return {
      ...this.#latest,
      executions: this.#before.executions + this.#latest.executions,
      elapsedMs: this.#before.elapsedMs + this.#latest.elapsedMs,
    }
  }

  outcome(): TargetOutcome {
    return {
      target: this.target,
      progress: this.#sum(),
      corpus: this.#corpus,
      found: [...this.#found.values()],
    }
  }
}
