import { createHistogram, type LatencyHistogram, packHistogram, recordMs } from './latency-histogram.ts'
import { LOAD_EVENTS, LOAD_FAULTS, type LoadEvent, type LoadFault, zeroCounts } from './load-fault.ts'
import type { KindTally, LoadTick } from './load-tick.ts'

interface KindCounts {
  sent: number
  approved: number
  declined: number
  failed: number
  readonly service: LatencyHistogram
}

/** What the rest of a process knows at the end of a second. */
export type TickState = Pick<
  LoadTick,
  'second' | 'warm' | 'waiting' | 'connected' | 'rssBytes' | 'descriptors'
>

/** Counts and times of one process. */
export class Meter {
  readonly #names: readonly string[]
  readonly #response = createHistogram()
  readonly #service = createHistogram()
  #kinds: readonly KindCounts[]
  #faults = zeroCounts(LOAD_FAULTS)
  #events = zeroCounts(LOAD_EVENTS)
  #codes = new Map<string, number>()
  #offered = 0
  #sent = 0
  #approved = 0
  #declined = 0
  #ownDelayMaxMs = 0
  /** Never reset: the books know no warm-up. */
  bookedSent = 0
  bookedAnswered = 0

  /** `names`: of the kinds, by `Till.kind`. */
  constructor(names: readonly string[]) {
    this.#names = names
    this.#kinds = names.map(newCounts)
  }

  offered(): void {
    this.#offered++
  }

  sent(kind: number, isBooked: boolean): void {
    this.#sent++
    this.#of(kind).sent++
    if (isBooked) this.bookedSent++
  }

  /** `ms`: how long after its time a request left although a terminal was free. */
  ownDelay(ms: number): void {
    if (ms > this.#ownDelayMaxMs) this.#ownDelayMaxMs = ms
  }

  /** A reply that belongs to its request. */
  answered(kind: number, approved: boolean, code: string, serviceMs: number, responseMs: number): void {
    const counts = this.#of(kind)
    if (approved) {
      this.#approved++
      counts.approved++
    } else {
      this.#declined++
      counts.declined++
    }
    if (code !== '') this.#codes.set(code, (this.#codes.get(code) ?? 0) + 1)
    recordMs(counts.service, serviceMs)
    recordMs(this.#service, serviceMs)
    recordMs(this.#response, responseMs)
  }

  failed(kind: number, fault: LoadFault): void {
    this.#faults[fault]++
    this.#of(kind).failed++
  }

  event(event: LoadEvent): void {
    this.#events[event]++
  }

  /** The warm-up is over: the kinds begin anew. */
  startCounting(): void {
    this.#kinds = this.#names.map(newCounts)
  }

  /** All since the last tick, which begins anew. */
  tick(state: TickState): LoadTick {
    const tick: LoadTick = {
      ...state,
      offered: this.#offered,
      sent: this.#sent,
      approved: this.#approved,
      declined: this.#declined,
      faults: this.#faults,
      events: this.#events,
      codes: Object.fromEntries(this.#codes),
      response: packHistogram(this.#response),
      service: packHistogram(this.#service),
      ownDelayMaxMs: this.#ownDelayMaxMs,
    }
    this.#offered = this.#sent = this.#approved = this.#declined = this.#ownDelayMaxMs = 0
    this.#faults = zeroCounts(LOAD_FAULTS)
    this.#events = zeroCounts(LOAD_EVENTS)
    this.#codes = new Map()
    this.#response.reset()
    this.#service.reset()
    return tick
  }

  kinds(): readonly KindTally[] {
    return this.#kinds.map(({ service, ...counts }, index) => ({
      name: this.#names[index] ?? '',
      ...counts,
      service: packHistogram(service),
    }))
  }

  #of(kind: number): KindCounts {
    return this.#kinds[kind] as KindCounts
  }
}

function newCounts(): KindCounts {
  return { sent: 0, approved: 0, declined: 0, failed: 0, service: createHistogram() }
}
