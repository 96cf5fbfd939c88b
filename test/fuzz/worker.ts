import { register } from 'node:module'
import { performance } from 'node:perf_hooks'
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { parentPort, workerData } from 'node:worker_threads'
import { CoverageMap } from './coverage-map.ts'
import { FuzzLoop, randomOf } from './fuzz-loop.ts'
import type { FuzzTarget } from './fuzz-target.ts'
import { readInputs } from './input-folder.ts'
import { instrumentGenerated } from './instrument-generated.ts'
import { type Complaint, judge } from './judge.ts'
import { loadTarget } from './load-target.ts'
import { minimise } from './minimise.ts'
import type { Progress, WorkerOrders, WorkerReport } from './orders.ts'
import { SharedInput } from './shared-input.ts'

// A thread that fuzzes one target: its orders are in `workerData`, its reports are messages; a message of any kind
// ends it early.

const TELL_MS = 500
const COLLECT_MS = 15_000
/** Memory that may be gained between the first collection and any later one, the pool apart: caches, compiled code. */
const GROWTH_MAX = 96 * 1024 * 1024
const FOUND_MAX = 20

const orders = workerData as WorkerOrders
const shared = new SharedInput(orders.shared)
let isStopped = false
parentPort?.once('message', () => {
  isStopped = true
})

function tell(report: WorkerReport): void {
  parentPort?.postMessage(report)
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Bytes in use after a full collection. */
function bytesInUse(): number {
  shared.rest()
  collect()
  const { used_heap_size, external_memory } = getHeapStatistics()
  return used_heap_size + external_memory
}

async function search(): Promise<void> {
  const map = new CoverageMap()
  map.install()
  register('./instrument-hooks.ts', import.meta.url)
  instrumentGenerated()
  const target = await loadTarget(orders.target)
  const random = randomOf(orders.seed, orders.target, orders.worker)
  const loop = new FuzzLoop(target, map, random, shared)
  const reporter = new Reporter(target, loop, map)
  const inputs = [...target.seeds(), ...(['corpus', 'found'] as const).flatMap(keptInputs)]
  for (const input of inputs) reporter.note(input, loop.offer(input))
  await reporter.run()
}

function keptInputs(folder: 'corpus' | 'found'): readonly Uint8Array[] {
  return readInputs(folder, orders.target).map(({ bytes }) => bytes)
}

class Reporter {
  readonly #target: FuzzTarget
  readonly #loop: FuzzLoop
  readonly #map: CoverageMap
  readonly #known = new Set<string>()
  readonly #startMs = performance.now()
  #firstBytes: number | undefined
  #growth = 0

  constructor(target: FuzzTarget, loop: FuzzLoop, map: CoverageMap) {
    this.#target = target
    this.#loop = loop
    this.#map = map
  }

  /** Tells of a complaint once for each place in the code, with the shortest input that shows it. */
  note(input: Uint8Array, complaint: Complaint | undefined): void {
    if (complaint === undefined) return
    const key = keyOf(complaint)
    if (this.#known.has(key) || this.#known.size >= FOUND_MAX) return
    this.#known.add(key)
    const least = minimise(input, (candidate) => {
      shared.begin(candidate)
      const found = judge(this.#target, candidate)
      return found !== undefined && keyOf(found) === key
    })
    shared.rest()
    tell({ kind: 'found', input: least, complaint })
  }

  async run(): Promise<void> {
    const endMs = this.#startMs + orders.milliseconds
    let tellMs = 0
    let collectMs = this.#startMs + 2000
    while (!isStopped && this.#loop.executions < orders.executions) {
      const nowMs = performance.now()
      if (nowMs >= endMs) break
      if (nowMs >= collectMs) {
        collectMs = nowMs + COLLECT_MS
        this.#measureGrowth()
      }
      if (nowMs >= tellMs) {
        tellMs = nowMs + TELL_MS
        tell({ kind: 'progress', progress: this.#progress() })
        shared.rest()
        await new Promise(setImmediate)
      }
      this.#burst(nowMs + 20)
    }
    shared.rest()
    tell({ kind: 'done', progress: this.#progress(), corpus: this.#loop.cover() })
  }

  #burst(untilMs: number): void {
    do {
      const { input, complaint } = this.#loop.step()
      if (complaint !== undefined) this.note(input, complaint)
    } while (performance.now() < untilMs && this.#loop.executions < orders.executions)
  }

  #measureGrowth(): void {
    const bytes = bytesInUse() - this.#loop.poolBytes
    this.#firstBytes ??= bytes
    this.#growth = bytes - this.#firstBytes
    if (this.#growth < GROWTH_MAX) return
    const reason = `memory grew by ${Math.round(this.#growth / 1048576)} MB in ${this.#loop.executions} executions`
    this.note(new Uint8Array(0), { kind: 'memory', reason })
    this.#firstBytes = bytes
  }

  #progress(): Progress {
    return {
      executions: this.#loop.executions,
      elapsedMs: performance.now() - this.#startMs,
      pool: this.#loop.poolSize,
      blocks: this.#map.seenCount,
      blocksLoaded: this.#map.blockCount,
      growth: this.#growth,
    }
  }
}

/** The same trouble of another input: numbers in the text differ. */
function keyOf({ kind, reason }: Complaint): string {
  return kind === 'threw' ? `${kind} ${reason.replace(/\d+/g, '#')}` : kind
}

async function replay(inputs: readonly Uint8Array[]): Promise<void> {
  const target = await loadTarget(orders.target)
  for (const input of inputs) {
    shared.begin(input)
    const complaint = judge(target, input)
    if (complaint !== undefined) tell({ kind: 'found', input, complaint })
  }
  shared.rest()
}

if (orders.replay === undefined) await search()
else await replay(orders.replay)
parentPort?.close()
