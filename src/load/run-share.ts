import { performance } from 'node:perf_hooks'
import { Arrivals } from './arrivals.ts'
import { type EngineFailure, LoadEngine, type Pacing } from './load-engine.ts'
import type { LoadOrders } from './load-orders.ts'
import { LoadRandom } from './load-random.ts'
import type { LoadEnd, LoadTick } from './load-tick.ts'
import { Meter } from './meter.ts'
import { descriptorCount } from './process-vitals.ts'
import type { Speech, Till } from './till.ts'

/** The virtual terminals of one process, and how they speak. */
export interface Cast {
  readonly speech: Speech
  readonly tills: readonly Till[]
  /** Names of the kinds, by `Till.kind`. */
  readonly kinds: readonly string[]
}

/** A running share; `end` settles when all is answered or given up. */
export interface Share {
  readonly end: Promise<{ readonly failure: EngineFailure | undefined; readonly result: LoadEnd }>
  readonly readyTills: number
  /** The first time what is under way is waited for, the second time not. */
  stop(): void
}

const TICK_MS = 1000
/** Streams of chance that belong to no terminal. */
const ARRIVALS_STREAM = 0x7fff_0000

/** Runs one process's share of a load; `told` hears of each second. */
export function runShare(orders: LoadOrders, cast: Cast, told: (tick: LoadTick) => void): Share {
  const { index, workers, connections } = orders
  const meter = new Meter(cast.kinds)
  const ticker = new Ticker(orders.warmupMs, meter, () => engine, told)
  const engine: LoadEngine = new LoadEngine({
    address: orders.address,
    connections: shareOf(connections, index, workers),
    speech: cast.speech,
    tills: cast.tills,
    pacing: pacingOf(orders),
    timeoutMs: orders.timeoutMs,
    durationMs: orders.durationMs,
    meter,
    nowMs: () => performance.now(),
    started: () => ticker.start(),
  })
  const end = engine.run().then((failure) => {
    const signIns = ticker.finish()
    return {
      failure,
      result: {
        kinds: meter.kinds(),
        bookedAnswered: meter.bookedAnswered,
        bookedSent: meter.bookedSent,
        neverSent: engine.waiting,
        givenUp: ticker.began ? engine.outstanding : 0,
        began: ticker.began,
        signIns,
        readyTills: engine.readyTills,
        tills: cast.tills.length,
      },
    }
  })
  return {
    end,
    get readyTills() {
      return engine.readyTills
    },
    stop: () => engine.stop(),
  }
}

/** The part of `total` that process `index` of `workers` has. */
export function shareOf(total: number, index: number, workers: number): number {
  return Math.floor((total - index + workers - 1) / workers)
}

function pacingOf({ pacing, index, workers, seed }: LoadOrders): Pacing {
  if (pacing.kind === 'closed') return pacing
  const steps = pacing.steps.map(({ ratePerSecond, durationMs }) => ({
    ratePerSecond: ratePerSecond / workers,
    durationMs,
  }))
  const random = new LoadRandom(seed, ARRIVALS_STREAM + index)
  return { kind: 'open', arrivals: new Arrivals(steps, pacing.process, random, (index + 1) / workers) }
}

/** Tells what happened, second by second. */
class Ticker {
  readonly #warmupMs: number
  readonly #meter: Meter
  readonly #engine: () => LoadEngine
  readonly #told: (tick: LoadTick) => void
  #second = 0
  #startMs: number | undefined
  #timer: NodeJS.Timeout | undefined
  #signIns: LoadTick | undefined

  constructor(warmupMs: number, meter: Meter, engine: () => LoadEngine, told: (tick: LoadTick) => void) {
    this.#warmupMs = warmupMs
    this.#meter = meter
    this.#engine = engine
    this.#told = told
  }

  start(): void {
    this.#startMs = performance.now()
    // What the sign-ins were is no part of the load.
    this.#signIns = this.#meter.tick(this.#state())
    this.#meter.startCounting()
    this.#wait()
  }

  get began(): boolean {
    return this.#startMs !== undefined
  }

  /** Tells the rest of the last second, and answers what became of the sign-ins. */
  finish(): LoadEnd['signIns'] {
    clearTimeout(this.#timer)
    if (this.began) this.#tell()
    const { faults, codes } = this.#signIns ?? this.#meter.tick(this.#state())
    return { faults, codes }
  }

  #wait(): void {
    const dueMs = (this.#startMs ?? 0) + (this.#second + 1) * TICK_MS
    this.#timer = setTimeout(() => {
      this.#tell()
      this.#wait()
    }, dueMs - performance.now())
  }

  #tell(): void {
    this.#told(this.#meter.tick(this.#state()))
    this.#second++
    if (this.#second * TICK_MS === this.#warmupMs) this.#meter.startCounting()
  }

  #state() {
    const engine = this.#engine()
    return {
      second: this.#second,
      warm: this.#second * TICK_MS < this.#warmupMs,
      waiting: engine.waiting,
      connected: engine.connected,
      rssBytes: process.memoryUsage.rss(),
      descriptors: descriptorCount('self'),
    }
  }
}
