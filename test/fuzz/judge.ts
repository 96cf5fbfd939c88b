import { performance } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import type { FuzzTarget } from './fuzz-target.ts'

/** Longest that one execution may take. */
export const EXECUTION_MS_MAX = 50
/** Most memory that one execution may take at once. */
export const EXECUTION_BYTES_MAX = 64 * 1024 * 1024
/** A garbage collection or a busy machine makes one execution slow; a real one is slow each time. */
const SLOW_TRIES = 6

/** What is wrong with an input. `reason` holds nothing of the input. */
export interface Complaint {
  readonly kind: 'threw' | 'slow' | 'memory' | 'hung'
  readonly reason: string
}

/** Runs `input` once, and again when it was slow; undefined when all is well. */
export function judge(target: FuzzTarget, input: Uint8Array): Complaint | undefined {
  const bytesBefore = bytesInUse()
  const startMs = performance.now()
  const thrown = attempt(target, input)
  if (thrown !== undefined) return thrown
  const elapsedMs = performance.now() - startMs
  const bytesTaken = bytesInUse() - bytesBefore
  if (bytesTaken > EXECUTION_BYTES_MAX)
    return { kind: 'memory', reason: `one execution took ${Math.round(bytesTaken / 1048576)} MB` }
  return elapsedMs > EXECUTION_MS_MAX ? judgeSlow(target, input, elapsedMs) : undefined
}

function judgeSlow(target: FuzzTarget, input: Uint8Array, firstMs: number): Complaint | undefined {
  let leastMs = firstMs
  for (let left = SLOW_TRIES; left > 0 && leastMs > EXECUTION_MS_MAX; left--) {
    const startMs = performance.now()
    attempt(target, input)
    leastMs = Math.min(leastMs, performance.now() - startMs)
  }
  return leastMs > EXECUTION_MS_MAX
    ? { kind: 'slow', reason: `one execution took ${Math.round(leastMs)} ms` }
    : undefined
}

function attempt(target: FuzzTarget, input: Uint8Array): Complaint | undefined {
  try {
    target.run(Uint8Array.from(input))
    return undefined
  } catch (error) {
    return { kind: 'threw', reason: describeThrown(error) }
  }
}

/** Name, message and the place in our own code. */
function describeThrown(error: unknown): string {
  if (!(error instanceof Error)) return `threw ${typeof error}`
  const place = (error.stack ?? '')
    .split('\n')
    .map((line) => /((?:src|hardware|sim|test)\/[\w./-]+\.ts)(?:\?[^:)]*)?(:\d+)?/.exec(line))
    .find((match) => match !== null)
  return `${error.name}: ${error.message}${place === undefined || place === null ? '' : ` (${place[1]}${place[2] ?? ''})`}`
}

function bytesInUse(): number {
  const { used_heap_size, external_memory } = getHeapStatistics()
  return used_heap_size + external_memory
}
