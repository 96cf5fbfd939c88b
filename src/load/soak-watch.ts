import { addPacked, createHistogram, percentileMs } from './latency-histogram.ts'
import type { LoadTick } from './load-tick.ts'
import type { SoakSample } from './soak-verdict.ts'

/** Memory and descriptors of a process; undefined where the system does not tell. */
export interface ProcessVitals {
  readonly rssBytes: number | undefined
  readonly descriptors: number | undefined
}

/** Takes a sample every few seconds of a soak. */
export class SoakWatch {
  readonly samples: SoakSample[] = []
  readonly #workers: number
  readonly #everySeconds: number
  readonly #lastSecond: number
  readonly #host: () => ProcessVitals
  readonly #latest = new Map<number, LoadTick>()
  readonly #response = createHistogram()
  #nextSecond: number

  /** `lastSecond`: what comes after it is the end of the load; `host`: of the host's process, now. */
  constructor(workers: number, everySeconds: number, lastSecond: number, host: () => ProcessVitals) {
    this.#workers = workers
    this.#everySeconds = everySeconds
    this.#lastSecond = lastSecond
    this.#host = host
    this.#nextSecond = everySeconds
  }

  /** `worker`: which process told it. */
  add(worker: number, tick: LoadTick): void {
    if (tick.second >= this.#lastSecond) return
    this.#latest.set(worker, tick)
    if (!tick.warm) addPacked(this.#response, tick.response)
    const isBehind = [...this.#latest.values()].some(({ second }) => second + 1 < this.#nextSecond)
    if (isBehind || this.#latest.size < this.#workers) return
    this.#nextSecond += this.#everySeconds
    if (!tick.warm) this.#sample(tick.second + 1)
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
      p99Ms: percentileMs(this.#response, 99),
    })
    this.#response.reset()
  }
}
