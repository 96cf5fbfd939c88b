import { BenchFailure } from './bench-part.ts'
import { FULL_ROUNDS, QUICK_ROUNDS } from './measure.ts'
import { PARTS } from './parts.ts'
import type { Measure } from './results.ts'

/** What the process of one part tells its parent. */
export type PartMessage =
  | { readonly kind: 'progress'; readonly text: string }
  | { readonly kind: 'measured'; readonly measures: readonly Measure[] }
  | { readonly kind: 'failed'; readonly reason: string }

function tell(message: PartMessage): void {
  process.send?.(message)
}

// Runs one part and ends: what another part left in memory or in compiled code is not measured here.
const [name = '', folder = '', speed = ''] = process.argv.slice(2)
const quick = speed === 'quick'
// The parent decides what an interrupt means; its end is ours.
process.on('SIGINT', () => {})
process.on('disconnect', () => process.exit(1))
try {
  const part = await PARTS[name]?.load()
  const measures = await part?.run({
    quick,
    rounds: quick ? QUICK_ROUNDS : FULL_ROUNDS,
    folder,
    progress: (text) => tell({ kind: 'progress', text }),
  })
  tell({ kind: 'measured', measures: measures ?? [] })
} catch (error) {
  const reason = error instanceof Error ? error.message : 'unknown reason'
  tell({ kind: 'failed', reason: error instanceof BenchFailure ? reason : `internal error: ${reason}` })
  if (process.env['TILLWIRE_DEBUG'] !== undefined && error instanceof Error)
    process.stderr.write(`${error.stack}\n`)
}
process.disconnect?.()
