import type { Arrivals } from './arrivals.ts'
import { Fifo } from './fifo.ts'
import type { LoadEvent, LoadFault } from './load-fault.ts'
import { type LineAddress, type LineListener, LoadLine, type Seat } from './load-line.ts'
import type { Meter } from './meter.ts'
import type { Judgement, Speech, Till } from './till.ts'

/** `closed`: each connection keeps so many requests under way. `open`: arrivals come whatever the host does. */
export type Pacing =
  | { readonly kind: 'closed'; readonly outstanding: number }
  | { readonly kind: 'open'; readonly arrivals: Arrivals }

export interface EngineOptions {
  readonly address: LineAddress
  readonly connections: number
  readonly speech: Speech
  readonly tills: readonly Till[]
  readonly pacing: Pacing
  readonly timeoutMs: number
  /** From the first request of the load, warm-up included. */
  readonly durationMs: number
  readonly meter: Meter
  /** Monotonic, with fractions. */
  readonly nowMs: () => number
  /** The terminals have their keys: the load begins now. */
  readonly started?: () => void
}

/** Why a load did not begin. */
export type EngineFailure = 'noConnection' | 'noTillReady'

const EXPIRY_MS = 50
const PREPARE_TRIES = 3
const PREPARE_REFUSALS = 5
/** So many terminals that could not sign in, and none that could: the others need not try. */
const HOPELESS = 16
/** Nearer than this an arrival is waited for by turning the event loop: timers know whole milliseconds. */
const SPIN_MS = 1.5

/**
 * Virtual terminals at their connections, in one process. Each terminal has one request under way. In an open loop an
 * arrival that finds no free terminal waits, and its response time began when it was to leave.
 */
export class LoadEngine implements LineListener {
  readonly #options: EngineOptions
  readonly #lines: readonly LoadLine[]
  readonly #idle = new Map<LoadLine, Fifo<Seat>>()
  /** Open loop: free terminals of all lines. */
  readonly #free = new Fifo<Seat>()
  readonly #waiting = new Fifo<number>()
  readonly #preparing = new Map<LoadLine, { readonly left: Seat[]; underWay: number; refusals: number }>()
  #tries = new Map<Seat, number>()
  #rejected = 0
  /** Lines that have something to flush. */
  readonly #written = new Set<LoadLine>()
  #phase: 'preparing' | 'running' | 'draining' | 'ending' | 'ended' = 'preparing'
  #isStopped = false
  #startMs = 0
  #endMs = 0
  #nextMs: number | undefined
  #outstanding = 0
  #timer: NodeJS.Timeout | undefined
  #spin: NodeJS.Immediate | undefined
  #expiry: NodeJS.Timeout | undefined
  #finish: (failure: EngineFailure | undefined) => void = () => {}

  constructor(options: EngineOptions) {
    this.#options = options
    const { speech, address, connections, tills, nowMs } = options
    this.#lines = Array.from({ length: connections }, () => new LoadLine(speech, address, this, nowMs))
    for (const line of this.#lines) {
      this.#idle.set(line, new Fifo())
      this.#preparing.set(line, { left: [], underWay: 0, refusals: 0 })
    }
    for (const [index, till] of tills.entries()) {
      const line = this.#lines[index % connections] as LoadLine
      this.#preparing.get(line)?.left.push({ till, line, intendedMs: 0, sentMs: 0 })
    }
  }

  /** Connections that stand. */
  get connected(): number {
    return this.#lines.reduce((sum, { isUp }) => sum + (isUp ? 1 : 0), 0)
  }

  /** Arrivals that wait for a free terminal. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** Requests under way; after the end, those that were given up by a second `stop`. */
  get outstanding(): number {
    return this.#outstanding
  }

  get readyTills(): number {
    return this.#options.tills.reduce((sum, { isReady }) => sum + (isReady ? 1 : 0), 0)
  }

  /** Signs the terminals in, runs the load, waits for what is under way. Answers undefined, or why it did not begin. */
  run(): Promise<EngineFailure | undefined> {
    return new Promise((resolve) => {
      this.#finish = resolve
      for (const line of this.#lines) line.open()
      this.#expiry = setInterval(() => this.#expire(), EXPIRY_MS)
    })
  }

  /** Ends the load early: nothing new leaves, what is under way is waited for; the second time, not even that. */
  stop(): void {
    if (this.#phase === 'preparing' || this.#isStopped) this.#conclude(undefined)
    else if (this.#phase === 'running' || this.#phase === 'draining') this.#drain(true)
    this.#isStopped = true
  }

  // Preparation: every terminal that needs it signs in, a few at a time on each line.

  up(line: LoadLine): void {
    if (this.#phase === 'preparing') this.#prepare(line)
    else for (const seat of this.#parked(line)) this.#use(seat)
  }

  #parked(line: LoadLine): readonly Seat[] {
    const idle = this.#idle.get(line)
    const seats: Seat[] = []
    if (this.#options.pacing.kind === 'closed') {
      // They stay where they are: the line takes as many as may be under way.
      for (let count = this.#outstandingMax(line); count > 0; count--) {
        const seat = idle?.shift()
        if (seat !== undefined) seats.push(seat)
      }
      return seats
    }
    for (let seat = idle?.shift(); seat !== undefined; seat = idle?.shift()) seats.push(seat)
    return seats
  }

  #outstandingMax(line: LoadLine): number {
    const { pacing } = this.#options
    return pacing.kind === 'closed' ? pacing.outstanding - line.outstanding : 0
  }

  #prepare(line: LoadLine): void {
    const state = this.#preparing.get(line)
    if (state === undefined) return
    const { pacing } = this.#options
    const most = pacing.kind === 'closed' ? pacing.outstanding : 8
    while (line.isUp && state.underWay < most) {
      const seat = state.left.pop()
      if (seat === undefined) break
      if (seat.till.isReady || !seat.till.signsIn) this.#idle.get(line)?.push(seat)
      else {
        state.underWay++
        this.#send(seat, this.#options.nowMs())
      }
    }
    this.#begin()
  }

  #prepared(seat: Seat): void {
    const state = this.#preparing.get(seat.line)
    if (state === undefined) return
    state.underWay--
    const tries = (this.#tries.get(seat) ?? 0) + 1
    this.#tries.set(seat, tries)
    if (!seat.till.isReady && tries < PREPARE_TRIES) state.left.push(seat)
    else {
      this.#idle.get(seat.line)?.push(seat)
      if (!seat.till.isReady && ++this.#rejected === HOPELESS && this.readyTills === 0) {
        this.#conclude('noTillReady')
        return
      }
    }
    this.#prepare(seat.line)
  }

  #begin(): void {
    const states = [...this.#preparing.values()]
    if (this.#phase !== 'preparing' || states.some(({ left, underWay }) => left.length + underWay > 0)) return
    const failure = this.connected === 0 ? 'noConnection' : this.readyTills === 0 ? 'noTillReady' : undefined
    if (failure === undefined) this.#startLoad()
    else this.#conclude(failure)
  }

  #startLoad(): void {
    this.#phase = 'running'
    this.#tries = new Map()
    this.#startMs = this.#options.nowMs()
    this.#endMs = this.#startMs + this.#options.durationMs
    const { pacing } = this.#options
    this.#options.started?.()
    if (pacing.kind === 'open') this.#nextMs = pacing.arrivals.next()
    for (const line of this.#lines) if (line.isUp) for (const seat of this.#parked(line)) this.#use(seat)
    this.#flush()
    this.#pump()
  }

  // The load itself.

  /** A free terminal: takes what waits, or waits itself. */
  #use(seat: Seat): void {
    const { pacing, nowMs } = this.#options
    if (this.#phase === 'ending' || this.#phase === 'ended') return
    if (!seat.line.isUp) {
      this.#idle.get(seat.line)?.push(seat)
    } else if (pacing.kind === 'open') {
      const intendedMs = this.#waiting.shift()
      if (intendedMs === undefined) this.#free.push(seat)
      else this.#send(seat, intendedMs)
    } else if (this.#phase === 'running') {
      const idle = this.#idle.get(seat.line)
      idle?.push(seat)
      const next = idle?.shift()
      if (next === undefined) return
      this.#options.meter.offered()
      this.#send(next, nowMs())
    }
  }

  #send(seat: Seat, intendedMs: number): void {
    this.#outstanding++
    seat.line.send(seat, intendedMs)
    this.#written.add(seat.line)
    this.#options.meter.sent(seat.till.kind, seat.till.isBooked)
  }

  /** Lets all arrivals leave whose time has come, and waits for the next. */
  readonly #pump = (): void => {
    const { pacing, nowMs, meter } = this.#options
    if (this.#phase !== 'running') return
    const now = nowMs()
    if (pacing.kind === 'open') {
      while (this.#nextMs !== undefined && this.#startMs + this.#nextMs <= now) {
        meter.offered()
        const intendedMs = this.#startMs + this.#nextMs
        const seat = this.#takeFree()
        if (seat === undefined) this.#waiting.push(intendedMs)
        else {
          meter.ownDelay(now - intendedMs)
          this.#send(seat, intendedMs)
        }
        this.#nextMs = pacing.arrivals.next()
      }
      this.#flush()
    }
    if (now >= this.#endMs) this.#drain(false)
    else this.#wake(now)
  }

  #wake(now: number): void {
    const { pacing } = this.#options
    const next =
      pacing.kind === 'open' && this.#nextMs !== undefined ? this.#startMs + this.#nextMs : undefined
    const waitMs = Math.min(next ?? this.#endMs, this.#endMs) - now
    if (next !== undefined && waitMs < SPIN_MS) this.#spin = setImmediate(this.#pump)
    else this.#timer = setTimeout(this.#pump, Math.max(0, next === undefined ? waitMs : waitMs - 1))
  }

  #takeFree(): Seat | undefined {
    for (let seat = this.#free.shift(); seat !== undefined; seat = this.#free.shift()) {
      if (seat.line.isUp) return seat
      this.#idle.get(seat.line)?.push(seat)
    }
    return undefined
  }

  // What the lines tell.

  down(line: LoadLine): void {
    const state = this.#preparing.get(line)
    if (this.#phase !== 'preparing' || state === undefined) return
    state.refusals++
    if (state.refusals < PREPARE_REFUSALS) return
    // Its terminals sign in when it comes up after all.
    for (const seat of state.left.splice(0)) this.#idle.get(line)?.push(seat)
  }

  answered(seat: Seat, judgement: Judgement, nowMs: number): void {
    const { meter } = this.#options
    const { till, intendedMs, sentMs } = seat
    if (till.isBooked) meter.bookedAnswered++
    if (judgement === 'approved' || judgement === 'declined') {
      const serviceMs = nowMs - sentMs
      meter.answered(till.kind, judgement === 'approved', till.responseCode, serviceMs, nowMs - intendedMs)
    } else meter.failed(till.kind, judgement)
    this.#release(seat)
  }

  failed(seat: Seat, fault: LoadFault): void {
    this.#options.meter.failed(seat.till.kind, fault)
    this.#release(seat)
  }

  event(event: LoadEvent): void {
    this.#options.meter.event(event)
  }

  turnEnded(): void {
    this.#flush()
    if (this.#phase === 'preparing') this.#begin()
    const isOver = this.#phase === 'ending' || (this.#phase === 'draining' && this.#waiting.size === 0)
    if (isOver && this.#outstanding === 0) this.#conclude(undefined)
  }

  #release(seat: Seat): void {
    this.#outstanding--
    if (this.#phase === 'preparing') this.#prepared(seat)
    else this.#use(seat)
  }

  #flush(): void {
    if (this.#written.size === 0) return
    for (const line of this.#written) line.flush()
    this.#written.clear()
  }

  #expire(): void {
    const beforeMs = this.#options.nowMs() - this.#options.timeoutMs
    for (const line of this.#lines) line.expire(beforeMs)
    this.turnEnded()
  }

  // The end.

  /** What waits may still leave, so that a stall at the end counts as one in the middle; but not for ever. */
  #drain(drop: boolean): void {
    this.#phase = drop ? 'ending' : 'draining'
    if (drop) this.#waiting.clear()
    clearTimeout(this.#timer)
    clearImmediate(this.#spin)
    this.#timer = setTimeout(() => {
      this.#phase = 'ending'
      this.turnEnded()
    }, this.#options.timeoutMs)
    this.turnEnded()
  }

  #conclude(failure: EngineFailure | undefined): void {
    if (this.#phase === 'ended') return
    this.#phase = 'ended'
    clearTimeout(this.#timer)
    clearImmediate(this.#spin)
    clearInterval(this.#expiry)
    for (const line of this.#lines) line.close()
    this.#finish(failure)
  }
}
