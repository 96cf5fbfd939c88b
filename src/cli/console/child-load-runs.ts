import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import {
  LOAD_FIGURES,
  LOAD_SECOND,
  type LoadFigures,
  type LoadOrder,
  type LoadRunLine,
  type LoadRunView,
  type LoadSecondView,
} from '../../host/console/api-types/loads.ts'
import type { LoadRuns } from '../../host/console/bench/bench.ts'
import type { ConsoleHost } from '../../host/service/console-host.ts'
import type { IssuingRecords } from '../card/issue-card.ts'
import { readEstate } from '../load/load-cast.ts'
import { estateFileOf } from '../load/prepare-command.ts'
import { growEstate, writeEstate } from '../load/prepare-estate.ts'
import { type ChildEnd, type ChildProgram, OWN_PROGRAM, startChild } from './child-program.ts'
import { LoadRunFolder } from './load-run-folder.ts'

const RUNS_KEPT = 30
const RUNS_FOLDER = 'load-runs'

export interface ChildLoadOptions {
  readonly host: IssuingRecords & Pick<ConsoleHost, 'ports'>
  /** `host:port` of another host that serves the same terminals; on this machine when undefined. */
  readonly target?: string | undefined
  /** Folder of the host. */
  readonly directory: string
  readonly program?: readonly string[]
  readonly nowMs?: () => number
}

interface Active {
  readonly id: string
  child: ChildProgram | undefined
  isStopped: boolean
  done: Promise<void>
}

type Listener = (run: LoadRunLine, second: LoadSecondView | undefined) => void

/** Runs `tillwire load` against this host in a process of its own, and keeps what came of it. */
export class ChildLoadRuns implements LoadRuns {
  readonly #options: ChildLoadOptions
  readonly #program: readonly string[]
  readonly #nowMs: () => number
  readonly #folder: LoadRunFolder
  readonly #listeners = new Set<Listener>()
  #runs: LoadRunView[]
  #active: Active | undefined
  #isClosed = false

  constructor(options: ChildLoadOptions) {
    this.#options = options
    this.#program = options.program ?? OWN_PROGRAM
    this.#nowMs = options.nowMs ?? Date.now
    this.#folder = new LoadRunFolder(resolve(options.directory, RUNS_FOLDER), RUNS_KEPT)
    this.#runs = [...this.#folder.read()]
  }

  start(order: LoadOrder, by: string): LoadRunLine | undefined {
    if (this.#isClosed || this.#active !== undefined) return undefined
    const startedAtMs = this.#nowMs()
    const run: LoadRunView = {
      id: newId(startedAtMs),
      by,
      startedAtMs,
      endedAtMs: null,
      status: 'preparing',
      order,
      problem: null,
      hasReport: false,
      figures: null,
      series: [],
    }
    // On disk before anything is sent: a host that ends meanwhile knows that there was a load.
    this.#folder.write(run)
    this.#runs = [run, ...this.#runs].slice(0, RUNS_KEPT)
    const active: Active = { id: run.id, child: undefined, isStopped: false, done: Promise.resolve() }
    this.#active = active
    active.done = this.#run(active, order)
    return lineOf(run)
  }

  runs(): readonly LoadRunLine[] {
    return this.#runs.map(lineOf)
  }

  find(id: string): LoadRunView | undefined {
    return this.#runs.find((run) => run.id === id)
  }

  stop(id: string): boolean {
    const active = this.#active
    if (active === undefined || active.id !== id || active.isStopped) return false
    active.isStopped = true
    active.child?.stop()
    return true
  }

  reportOf(id: string): string | undefined {
    return this.#folder.reportOf(id)
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Stops what runs and waits for its end. */
  async close(): Promise<void> {
    this.#isClosed = true
    const active = this.#active
    if (active === undefined) return
    this.stop(active.id)
    await active.done
  }

  async #run(active: Active, order: LoadOrder): Promise<void> {
    try {
      await this.#prepare(active, order.terminals)
      if (active.isStopped) {
        this.#change(active.id, { status: 'stopped', endedAtMs: this.#nowMs() })
        return
      }
      active.child = startChild(
        this.#argumentsFor(active.id, order),
        (line) => this.#second(active.id, line),
        this.#program,
      )
      this.#change(active.id, { status: 'running' })
      this.#end(active, await active.child.ended)
    } catch (error) {
      const problem = error instanceof Error ? error.message : 'unknown reason'
      this.#change(active.id, { status: 'failed', problem, endedAtMs: this.#nowMs() })
    } finally {
      this.#active = undefined
    }
  }

  /** Registers what is missing of the terminals, one in each turn: the host goes on answering. */
  async #prepare(active: Active, count: number): Promise<void> {
    const { host, directory } = this.#options
    const path = estateFileOf(directory)
    const before = existsSync(path) ? readEstate(path) : undefined
    if (before !== undefined && !before.ok) throw new Error(before.error)
    for (const estate of growEstate(host, before?.value, count)) {
      // Each at once: a terminal that is registered and not in the file would be lost.
      writeEstate(path, estate)
      if (active.isStopped) return
      await setImmediate()
    }
  }

  #argumentsFor(id: string, order: LoadOrder): readonly string[] {
    const { host, directory, target = `127.0.0.1:${host.ports['unionpay-pos']}` } = this.#options
    const { connections, pacing, mix, mixText, seconds, warmupSeconds } = order
    const mixOption = mixText === null ? mix : this.#folder.writeMix(id, mixText)
    return [
      ...['load', '--host', target, '--data', resolve(directory)],
      ...['--connections', String(connections), '--mix', mixOption],
      ...(pacing.kind === 'closed'
        ? ['--outstanding', String(pacing.outstanding)]
        : ['--rate', String(pacing.ratePerSecond)]),
      ...['--duration', `${seconds}s`, '--warmup', `${warmupSeconds}s`],
      ...['--html', this.#folder.reportFileOf(id), '--json', '--progress-json'],
    ]
  }

  #second(id: string, line: unknown): void {
    const read = LOAD_SECOND.safeParse(line)
    const run = this.find(id)
    if (!read.success || run === undefined) return
    this.#put({ ...run, series: [...run.series, read.data] })
    for (const listener of this.#listeners) listener(lineOf(run), read.data)
  }

  #end({ id, isStopped }: Active, { exitCode, output, sentence }: ChildEnd): void {
    const figures = figuresOf(output)
    const status =
      figures === undefined
        ? isStopped
          ? 'stopped'
          : 'failed'
        : figures.findings.length > 0
          ? 'findings'
          : isStopped
            ? 'stopped'
            : 'good'
    this.#change(id, {
      status,
      figures: figures ?? null,
      endedAtMs: this.#nowMs(),
      hasReport: this.#folder.reportOf(id) !== undefined,
      problem:
        status === 'failed'
          ? sentence || `the load ended early (${exitCode ?? 'killed'}): try it by hand`
          : null,
    })
  }

  #change(id: string, change: Partial<LoadRunView>): void {
    const run = this.find(id)
    if (run === undefined) return
    const changed = { ...run, ...change }
    this.#folder.write(changed)
    this.#put(changed)
    for (const listener of this.#listeners) listener(lineOf(changed), undefined)
  }

  #put(changed: LoadRunView): void {
    this.#runs = this.#runs.map((run) => (run.id === changed.id ? changed : run))
  }
}

function figuresOf(output: string): LoadFigures | undefined {
  try {
    const read = LOAD_FIGURES.safeParse(JSON.parse(output))
    return read.success ? read.data : undefined
  } catch {
    // It ended before it had a result; what it said instead stands in its sentence.
    return undefined
  }
}

function lineOf({ series: _series, ...line }: LoadRunView): LoadRunLine {
  return line
}

/** `20261128T080000-0a1b2c3d`: sorts by time. */
function newId(atMs: number): string {
  const stamp = new Date(atMs).toISOString().replaceAll(/[-:]|\..*/g, '')
  return `${stamp}-${randomBytes(4).toString('hex')}`
}
