import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import type { Synced } from '../store/desk-calls.ts'
import type { OfficeCopy, OfficeLease } from '../store/postgres-office.ts'

export interface TakingOptions {
  /** Who takes it, for whoever waits. */
  readonly holder: string
  /** A holder that says nothing for so long is dead. */
  readonly silentMs?: number
  readonly everyMs?: number
  /** Somebody has it: told once for each holder. */
  readonly waiting?: (holder: string) => void
  readonly signal?: AbortSignal
  /** Waits for no holder that lives. */
  readonly unlessAlive?: boolean
}

/** Three times as long as a holder that can't say that it lives goes on answering. */
const SILENT_MS = 30_000
const EVERY_MS = 1000

/**
 * Waits until nobody has the back office, or its holder died, and takes it. No clocks are compared: a holder lives while its
 * counter grows. False when `signal` ended the wait, or a holder lives that nobody wanted to wait for.
 */
export async function takeOffice(
  office: Synced<OfficeCopy>,
  { holder, silentMs = SILENT_MS, everyMs = EVERY_MS, waiting, signal, unlessAlive = false }: TakingOptions,
): Promise<boolean> {
  let last: OfficeLease | undefined
  let sinceMs = 0
  while (signal?.aborted !== true) {
    const seen = office.look()
    if (last?.epoch !== seen.epoch || last.beat !== seen.beat) sinceMs = performance.now()
    if (seen.holder !== '' && last?.holder !== seen.holder) waiting?.(seen.holder)
    if (unlessAlive && last?.epoch === seen.epoch && last.beat !== seen.beat) return false
    last = seen
    const isFree = seen.holder === '' || performance.now() - sinceMs >= silentMs
    if (isFree && office.take(seen, holder)) return true
    await pause(everyMs, signal)
  }
  return false
}

/** Ends early where `signal` says so. */
async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await wait(ms, undefined, signal === undefined ? {} : { signal }).catch(() => {})
}
