import type { LoadEvent, LoadFault } from './load-fault.ts'

/** What one process saw in one second, or in the rest of one. Histograms are packed. */
export interface LoadTick {
  /** From the start of the load, 0 first. */
  readonly second: number
  /** Part of the warm-up: not part of the result. */
  readonly warm: boolean
  /** Arrivals whose time came. In a closed loop: requests that were sent. */
  readonly offered: number
  readonly sent: number
  /** A reply came that belongs to its request, with a right MAC and all that it needs. */
  readonly approved: number
  readonly declined: number
  readonly faults: Readonly<Record<LoadFault, number>>
  readonly events: Readonly<Record<LoadEvent, number>>
  /** Response codes of approved and declined requests. */
  readonly codes: Readonly<Record<string, number>>
  /** From the intended time to the reply. */
  readonly response: string
  /** From sending to the reply. */
  readonly service: string
  /** Arrivals that waited for a free terminal at the end of the second. */
  readonly waiting: number
  /** The latest that a request left although a terminal was free: the generator's own delay. */
  readonly ownDelayMaxMs: number
  readonly connected: number
  /** Of the process that generates the load. */
  readonly rssBytes: number
  /** Open descriptors; undefined where the system does not tell. */
  readonly descriptors: number | undefined
}

/** One kind of request over the whole load without its warm-up. */
export interface KindTally {
  readonly name: string
  readonly sent: number
  readonly approved: number
  readonly declined: number
  readonly failed: number
  readonly service: string
}

/** What a process says at its end. */
export interface LoadEnd {
  readonly kinds: readonly KindTally[]
  /** Requests that the host keeps a row of, from the very first: what it must and what it may have. */
  readonly bookedAnswered: number
  readonly bookedSent: number
  /** Arrivals that no terminal was free for until the end. */
  readonly neverSent: number
  /** Requests that nobody waited for any more: the load was stopped twice. */
  readonly givenUp: number
  /** The load itself began: the terminals had signed in. */
  readonly began: boolean
  /** What became of the sign-ins. */
  readonly signIns: Pick<LoadTick, 'faults' | 'codes'>
  /** Terminals that got their keys before the load began, and all. */
  readonly readyTills: number
  readonly tills: number
}
