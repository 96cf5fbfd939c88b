import type { OperationName, Outcome } from '../core/inbound.ts'
import { isSuccess } from '../core/response-code.ts'
import type { AnswerObserver, ObservedRequest } from '../service/answer-observer.ts'

/** What a terminal, a merchant or the estate did within the window. */
export interface Figures {
  /** Answers to requests that move money or ask for it. */
  readonly decided: number
  readonly approved: number
  /** 0 to 1; undefined when nothing was decided. */
  readonly successRate: number | undefined
  readonly reversals: number
  /** Reversals a decided request; undefined when nothing was decided. */
  readonly reversalShare: number | undefined
  /** Milliseconds from the request's bytes in to its reply out; the upper bound of the class it falls in. */
  readonly p50Ms: number | undefined
  readonly p95Ms: number | undefined
  /** Answers by code of this clock hour and the one before, most frequent first. */
  readonly codes: readonly { readonly code: string; readonly count: number }[]
  /** When it last said anything; undefined: not since the host began. */
  readonly lastSeenMs: number | undefined
}

/** Five minutes a slot, an hour in all. */
const SLOT_MS = 5 * 60_000
const SLOT_COUNT = 12
export const WINDOW_MS = SLOT_MS * SLOT_COUNT
const LATENCY_BOUNDS_MS: readonly number[] = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000]
const DECIDED = 0
const APPROVED = 1
const REVERSALS = 2
const FIRST_LATENCY = 3
/** Numbers of a slot: three counts, and a count a class of latency and one above. */
const SLOT_SIZE = FIRST_LATENCY + LATENCY_BOUNDS_MS.length + 1

const MONEY: ReadonlySet<OperationName> = new Set([
  'sale',
  'saleVoid',
  'refund',
  'balance',
  'preAuthorisation',
  'preAuthorisationAddition',
  'preAuthorisationCancel',
  'completion',
  'completionAdvice',
  'completionVoid',
  'offlineSale',
])

interface TerminalWindow {
  readonly numbers: Uint32Array
  /** Number of the slot, since 1970, that each place holds. */
  readonly slots: Float64Array
  /** By code, of this hour and of the hour before. */
  codes: Map<string, number>
  codesBefore: Map<string, number>
  codesHour: number
  lastSeenMs: number
}

/**
 * Counts what the host answers, by terminal, over the last hour. A message costs a few additions: what people and alarms
 * look at is worked out when they ask. Only terminals that are known get a place, so that nobody fills the memory.
 */
export class LiveFigures implements AnswerObserver {
  readonly #isKnown: (tid: string) => boolean
  readonly #windows = new Map<string, TerminalWindow>()

  constructor(isKnown: (tid: string) => boolean) {
    this.#isKnown = isKnown
  }

  answered(
    requests: readonly ObservedRequest[],
    outcomes: readonly (Outcome | undefined)[],
    nowMs: number,
  ): void {
    const { length } = requests
    for (let index = 0; index < length; index++) {
      const request = requests[index]
      const outcome = outcomes[index]
      if (request === undefined || outcome === undefined) continue
      const { summary, plan, reply } = outcome
      const window = this.#windowOf(summary.tid)
      if (window === undefined) continue
      const atMs = request.inbound.receivedAt.ms
      window.lastSeenMs = atMs
      if (plan.kind !== 'reply' || reply === undefined) continue
      count(window, summary, atMs, plan.delayMs === 0 ? nowMs - request.receivedMs : undefined)
    }
  }

  /** Of one terminal. */
  terminal(tid: string, nowMs: number): Figures {
    return this.sum([tid], nowMs)
  }

  /** Of all these terminals together. */
  sum(tids: Iterable<string>, nowMs: number): Figures {
    const total = new Float64Array(SLOT_SIZE)
    const codes = new Map<string, number>()
    let lastSeenMs = 0
    for (const tid of tids) {
      const window = this.#windows.get(tid)
      if (window === undefined) continue
      lastSeenMs = Math.max(lastSeenMs, window.lastSeenMs)
      addWindow(total, codes, window, nowMs)
    }
    return figuresOf(total, codes, lastSeenMs)
  }

  /** Of all terminals. */
  estate(nowMs: number): Figures {
    return this.sum(this.#windows.keys(), nowMs)
  }

  /** Terminals that were heard since the host began. */
  heard(): Iterable<string> {
    return this.#windows.keys()
  }

  /** Terminals that were heard within the last `withinMs`. */
  activeCount(nowMs: number, withinMs: number): number {
    let active = 0
    for (const { lastSeenMs } of this.#windows.values()) if (nowMs - lastSeenMs <= withinMs) active++
    return active
  }

  #windowOf(tid: string): TerminalWindow | undefined {
    const found = this.#windows.get(tid)
    if (found !== undefined || !this.#isKnown(tid)) return found
    const window: TerminalWindow = {
      numbers: new Uint32Array(SLOT_SIZE * SLOT_COUNT),
      slots: new Float64Array(SLOT_COUNT),
      codes: new Map(),
      codesBefore: new Map(),
      codesHour: 0,
      lastSeenMs: 0,
    }
    this.#windows.set(tid, window)
    return window
  }
}

function count(
  window: TerminalWindow,
  { operation, responseCode }: Outcome['summary'],
  atMs: number,
  latencyMs: number | undefined,
): void {
  const { numbers } = window
  const isMoney = MONEY.has(operation)
  const isReversal = operation === 'reversal'
  if (!isMoney && !isReversal) return
  const start = slotStart(window, atMs)
  if (isReversal) {
    numbers[start + REVERSALS] = (numbers[start + REVERSALS] as number) + 1
    return
  }
  numbers[start + DECIDED] = (numbers[start + DECIDED] as number) + 1
  if (isSuccess(responseCode)) numbers[start + APPROVED] = (numbers[start + APPROVED] as number) + 1
  if (latencyMs !== undefined) {
    let index = 0
    while (index < LATENCY_BOUNDS_MS.length && latencyMs > (LATENCY_BOUNDS_MS[index] as number)) index++
    const place = start + FIRST_LATENCY + index
    numbers[place] = (numbers[place] as number) + 1
  }
  turnCodes(window, atMs)
  window.codes.set(responseCode, (window.codes.get(responseCode) ?? 0) + 1)
}

/** First number of the slot that `atMs` falls in; what an hour ago stood in its place is gone. */
function slotStart({ numbers, slots }: TerminalWindow, atMs: number): number {
  const slot = Math.floor(atMs / SLOT_MS)
  const place = slot % SLOT_COUNT
  const start = place * SLOT_SIZE
  if (slots[place] !== slot) {
    numbers.fill(0, start, start + SLOT_SIZE)
    slots[place] = slot
  }
  return start
}

function turnCodes(window: TerminalWindow, atMs: number): void {
  const hour = Math.floor(atMs / WINDOW_MS)
  if (hour === window.codesHour) return
  window.codesBefore = hour === window.codesHour + 1 ? window.codes : new Map()
  window.codes = new Map()
  window.codesHour = hour
}

function addWindow(
  total: Float64Array,
  codes: Map<string, number>,
  window: TerminalWindow,
  nowMs: number,
): void {
  const oldest = Math.floor(nowMs / SLOT_MS) - SLOT_COUNT + 1
  for (let place = 0; place < SLOT_COUNT; place++) {
    if ((window.slots[place] as number) < oldest) continue
    for (let index = 0; index < SLOT_SIZE; index++)
      total[index] = (total[index] as number) + (window.numbers[place * SLOT_SIZE + index] as number)
  }
  const hour = Math.floor(nowMs / WINDOW_MS)
  const counts = [
    ...(window.codesHour >= hour - 1 ? window.codes : []),
    ...(window.codesHour === hour ? window.codesBefore : []),
  ]
  for (const [code, number] of counts) codes.set(code, (codes.get(code) ?? 0) + number)
}

function figuresOf(total: Float64Array, codes: Map<string, number>, lastSeenMs: number): Figures {
  const decided = total[DECIDED] as number
  const approved = total[APPROVED] as number
  const reversals = total[REVERSALS] as number
  return {
    decided,
    approved,
    successRate: decided === 0 ? undefined : approved / decided,
    reversals,
    reversalShare: decided === 0 ? undefined : reversals / decided,
    p50Ms: quantile(total, 0.5),
    p95Ms: quantile(total, 0.95),
    codes: [...codes]
      .map(([code, number]) => ({ code, count: number }))
      .sort((left, right) => right.count - left.count || left.code.localeCompare(right.code)),
    lastSeenMs: lastSeenMs === 0 ? undefined : lastSeenMs,
  }
}

function quantile(total: Float64Array, share: number): number | undefined {
  const counts = total.subarray(FIRST_LATENCY)
  const all = counts.reduce((sum, each) => sum + each, 0)
  if (all === 0) return undefined
  let seen = 0
  for (const [index, each] of counts.entries()) {
    seen += each
    if (seen >= all * share) return LATENCY_BOUNDS_MS[index] ?? Number.POSITIVE_INFINITY
  }
  return undefined
}
