import { addPacked, createHistogram, percentileMs } from './latency-histogram.ts'
import type { LoadTick } from './load-tick.ts'
import type { SoakSample } from './soak-verdict.ts'

/** Memory and descriptors of a process; undefined where the system does not tell. */
export interface ProcessVitals {
  readonly rssBytes: number | undefined
  readonly descriptors: number | undefined
}

const SECOND_MS = 1000

/** Takes a sample every few seconds of a soak. */
export class SoakWatch {
  readonly samples: SoakSample[] = []
  readonly #workers: number
  readonly #everySeconds: number
  readonly #lastSecond: number
  readonly #host: () => ProcessVitals
  readonly #nowMs: () => number
  readonly #latest = new Map<number, LoadTick>()
  readonly #response = createHistogram()
  #nextSecond: number
  /** When the load began, by this clock; from the first tick. */
  #beganMs: number | undefined

  /**
   * `lastSecond`: what comes after it is the end of the load; `host`: of the host's process, now. A busy machine delivers
   * ticks late and several at once: a sample stands at the moment at which it was taken, or its line would not be one.
   */
  constructor(
    workers: number,
    everySeconds: number,
    lastSecond: number,
    host: () => ProcessVitals,
    nowMs: () => number,
  ) {
    this.#workers = workers
    this.#everySeconds = everySeconds
    this.#lastSecond = lastSecond
    this.#host = host
    this.#nowMs = nowMs
    this.#nextSecond = everySeconds
  }

  /** `worker`: which process told it. */
  add(worker: number, tick: LoadTick): void {
    if (tick.second >= this.#lastSecond) return
    this.#beganMs ??= this.#nowMs() - (tick.second + 1) * SECOND_MS
    this.#latest.set(worker, tick)
    if (!tick.warm) addPacked(this.#response, tick.response)
    const isBehind = [...this.#latest.values()].some(({ second }) => second + 1 < this.#nextSecond)
    if (isBehind || this.#latest.size < this.#workers) return
    this.#nextSecond += this.#everySeconds
    if (!tick.warm) this.#sample((this.#nowMs() - this.#beganMs) / SECOND_MS)
  }

  #sample(atSeconds: number): void {
    const ticks = [...this.#latest.values()]
    const host = this.#host()
    const descriptors = ticks.map((tick) => tick.descriptors)
    this.samples.push({
      atSeconds,
      generatorRssBytes: ticks.reduce((sum, { rssBytes }) => sum + rssBytes, 0),
      generatorDescriptors: descriptors.includes(undefined)
        ? undefined
        : descriptors.reduce<number>((sum, count) => sum + (count ?? 0), 0),
      hostRssBytes: host.rssBytes,
      hostDescriptors: host.descriptors,
      p50Ms: percentileMs(this.#response, 50),
      p99Ms: percentileMs(this.#response, 99),
    })
    this.#response.reset()
  }
}
