import { performance } from 'node:perf_hooks'

/** Figures of several rounds: their median, and the median distance from it. */
export interface Sample {
  readonly median: number
  /** Median absolute deviation, in the unit of the median. */
  readonly spread: number
  /** In the order in which they were taken. */
  readonly rounds: readonly number[]
}

export interface RoundOptions {
  readonly rounds: number
  /** Milliseconds that each work gets in each round. */
  readonly sliceMs: number
}

export const FULL_ROUNDS: RoundOptions = { rounds: 15, sliceMs: 80 }
export const QUICK_ROUNDS: RoundOptions = { rounds: 3, sliceMs: 5 }

const CALLS_BETWEEN_LOOKS = 50

/** Whether smaller or larger figures are better. */
export type Better = 'lower' | 'higher'

export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2
}

export function sampleOf(rounds: readonly number[]): Sample {
  const median = medianOf(rounds)
  return { median, spread: medianOf(rounds.map((value) => Math.abs(value - median))), rounds }
}

/**
 * How many times better `own` is than `other`; above 1 is better, whichever way the figures run. Rounds of the
 * same number are held against each other, since they met the same machine.
 */
export function ratioOf(better: Better, own: Sample, other: Sample): Sample {
  const pairs = own.rounds.flatMap((value, index) => {
    const theirs = other.rounds[index]
    return theirs === undefined ? [] : [better === 'higher' ? value / theirs : theirs / value]
  })
  return sampleOf(pairs)
}

/** What the last call gave: a result that nobody takes is work that an optimiser may leave out. */
let taken: unknown

export function lastTaken(): unknown {
  return taken
}

/** Measures one slice of a work, somewhere: nanoseconds of one call. */
export type SliceTimer = (sliceMs: number) => number | Promise<number>

/** Nanoseconds of one call of each work. The works take turns in each round, so that noise meets all of them. */
export async function timeInTurns<Name extends string>(
  timers: Readonly<Record<Name, SliceTimer>>,
  { rounds, sliceMs }: RoundOptions,
): Promise<Readonly<Record<Name, Sample>>> {
  const names = Object.keys(timers) as Name[]
  const times = new Map<Name, number[]>(names.map((name) => [name, []]))
  // Twice through before anything counts: what is measured is compiled code.
  for (let warm = 0; warm < 2; warm++) for (const name of names) await timers[name](sliceMs)
  for (let round = 0; round < rounds; round++) {
    for (const name of names) times.get(name)?.push(await timers[name](sliceMs))
  }
  return Object.fromEntries(names.map((name) => [name, sampleOf(times.get(name) ?? [])])) as Record<
    Name,
    Sample
  >
}

/** The same for works of this process. */
export function timeTogether<Name extends string>(
  works: Readonly<Record<Name, () => unknown>>,
  rounds: RoundOptions,
): Promise<Readonly<Record<Name, Sample>>> {
  const timers = Object.entries<() => unknown>(works).map(([name, work]) => [
    name,
    (sliceMs: number) => nanosecondsOf(work, sliceMs),
  ])
  return timeInTurns(Object.fromEntries(timers) as Record<Name, SliceTimer>, rounds)
}

/**
 * Nanoseconds of one call, in processor time of this process with its collector: on a machine of its own that is
 * never less than the time on the wall, and it leaves out what neighbours take.
 */
export function nanosecondsOf(work: () => unknown, sliceMs: number): number {
  const before = process.cpuUsage()
  const deadline = performance.now() + sliceMs
  let calls = 0
  do {
    for (let call = 0; call < CALLS_BETWEEN_LOOKS; call++) taken = work()
    calls += CALLS_BETWEEN_LOOKS
  } while (performance.now() < deadline)
  const { user, system } = process.cpuUsage(before)
  return ((user + system) * 1000) / calls
}
