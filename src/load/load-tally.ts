import type { RateStep } from './arrivals.ts'
import { addPacked, createHistogram, type LatencyHistogram, percentileMs } from './latency-histogram.ts'
import { LOAD_EVENTS, LOAD_FAULTS, zeroCounts } from './load-fault.ts'
import type { CurvePoint, KindFigures, LatencyFigures, LoadSecond, StepFigures } from './load-result.ts'
import type { LoadEnd, LoadTick } from './load-tick.ts'

/** Percentiles of the curve: every step halves what is left above. */
const CURVE = [
  0, 10, 20, 30, 40, 50, 60, 70, 75, 80, 85, 90, 92.5, 95, 97.5, 98, 99, 99.5, 99.75, 99.9, 99.95, 99.99,
  99.995, 99.999, 100,
] as const

interface OpenSecond {
  readonly ticks: LoadTick[]
  readonly response: LatencyHistogram
}

interface OpenStep {
  offered: number
  answered: number
  failed: number
  readonly response: LatencyHistogram
}

/** Puts the seconds of several processes together. */
export class LoadTally {
  readonly #workers: number
  readonly #steps: readonly (RateStep & OpenStep & { readonly endSecond: number })[]
  readonly #open = new Map<number, OpenSecond>()
  readonly #response = createHistogram()
  readonly #service = createHistogram()
  readonly #codes = new Map<string, number>()
  readonly series: LoadSecond[] = []
  readonly faults = zeroCounts(LOAD_FAULTS)
  readonly events = zeroCounts(LOAD_EVENTS)
  offered = 0
  sent = 0
  approved = 0
  declined = 0
  ownDelayMaxMs = 0

  /** `steps`: the levels of an open loop; none for a closed one. */
  constructor(workers: number, steps: readonly RateStep[]) {
    this.#workers = workers
    let endSecond = 0
    this.#steps = steps.map((step) => {
      endSecond += step.durationMs / 1000
      return { ...step, endSecond, offered: 0, answered: 0, failed: 0, response: createHistogram() }
    })
  }

  /** Answers the second that `tick` completes, if it does. */
  add(tick: LoadTick): LoadSecond | undefined {
    const open = this.#open.get(tick.second) ?? { ticks: [], response: createHistogram() }
    this.#open.set(tick.second, open)
    open.ticks.push(tick)
    addPacked(open.response, tick.response)
    if (!tick.warm) this.#count(tick)
    return open.ticks.length === this.#workers ? this.#close(tick.second, open) : undefined
  }

  /** The seconds that some process did not reach any more. */
  finish(): void {
    for (const [second, open] of this.#open) this.#close(second, open)
    this.series.sort((left, right) => left.second - right.second)
  }

  #count(tick: LoadTick): void {
    this.offered += tick.offered
    this.sent += tick.sent
    this.approved += tick.approved
    this.declined += tick.declined
    this.ownDelayMaxMs = Math.max(this.ownDelayMaxMs, tick.ownDelayMaxMs)
    for (const fault of LOAD_FAULTS) this.faults[fault] += tick.faults[fault]
    for (const event of LOAD_EVENTS) this.events[event] += tick.events[event]
    for (const [code, count] of Object.entries(tick.codes))
      this.#codes.set(code, (this.#codes.get(code) ?? 0) + count)
    addPacked(this.#response, tick.response)
    addPacked(this.#service, tick.service)
    const step = this.#steps.find(({ endSecond }) => tick.second < endSecond) ?? this.#steps.at(-1)
    if (step === undefined) return
    step.offered += tick.offered
    step.answered += tick.approved + tick.declined
    step.failed += failedOf(tick)
    addPacked(step.response, tick.response)
  }

  #close(second: number, { ticks, response }: OpenSecond): LoadSecond {
    this.#open.delete(second)
    const sum = (of: (tick: LoadTick) => number): number => ticks.reduce((total, tick) => total + of(tick), 0)
    const row: LoadSecond = {
      second,
      warm: ticks.some(({ warm }) => warm),
      offered: sum(({ offered }) => offered),
      sent: sum(({ sent }) => sent),
      answered: sum(({ approved, declined }) => approved + declined),
      failed: sum(failedOf),
      faults: Object.fromEntries(
        LOAD_FAULTS.map((fault) => [fault, sum(({ faults }) => faults[fault])] as const).filter(
          ([, times]) => times > 0,
        ),
      ),
      waiting: sum(({ waiting }) => waiting),
      connected: sum(({ connected }) => connected),
      p50Ms: percentileMs(response, 50),
      p99Ms: percentileMs(response, 99),
      p999Ms: percentileMs(response, 99.9),
      maxMs: percentileMs(response, 100),
    }
    this.series.push(row)
    return row
  }

  get codes(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#codes].sort(([left], [right]) => left.localeCompare(right)))
  }

  get response(): LatencyFigures {
    return figuresOf(this.#response)
  }

  get service(): LatencyFigures {
    return figuresOf(this.#service)
  }

  get steps(): readonly StepFigures[] {
    return this.#steps.map(({ ratePerSecond, offered, answered, failed, response }) => ({
      ratePerSecond,
      offered,
      answered,
      failed,
      response: figuresOf(response),
    }))
  }

  get curve(): readonly CurvePoint[] {
    return CURVE.map((percentile) => ({
      percentile,
      responseMs: percentileMs(this.#response, percentile),
      serviceMs: percentileMs(this.#service, percentile),
    }))
  }
}

/** Figures of each kind over all processes, those that never came up left out. */
export function mergeKinds(ends: readonly LoadEnd[]): readonly KindFigures[] {
  const names = ends[0]?.kinds.map(({ name }) => name) ?? []
  return names
    .map((name, index): KindFigures => {
      const service = createHistogram()
      const total = { sent: 0, approved: 0, declined: 0, failed: 0 }
      for (const { kinds } of ends) {
        const kind = kinds[index]
        if (kind === undefined) continue
        total.sent += kind.sent
        total.approved += kind.approved
        total.declined += kind.declined
        total.failed += kind.failed
        addPacked(service, kind.service)
      }
      return { name, ...total, service: figuresOf(service) }
    })
    .filter(({ sent }) => sent > 0)
}

function failedOf({ faults }: LoadTick): number {
  return LOAD_FAULTS.reduce((sum, fault) => sum + faults[fault], 0)
}

export function figuresOf(histogram: LatencyHistogram): LatencyFigures {
  return {
    meanMs: histogram.totalCount === 0 ? 0 : histogram.mean / 1000,
    p50Ms: percentileMs(histogram, 50),
    p90Ms: percentileMs(histogram, 90),
    p99Ms: percentileMs(histogram, 99),
    p999Ms: percentileMs(histogram, 99.9),
    maxMs: percentileMs(histogram, 100),
  }
}
