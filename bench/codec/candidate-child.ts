import { BenchFailure } from '../bench-part.ts'
import { nanosecondsOf } from '../measure.ts'
import { CANDIDATES, type Candidate, type CandidateName } from './candidates.ts'

// One candidate in a process of its own: `candidate-child.ts NAME`. Measures a slice each time it is told to, and
// does nothing between.

/** What the parent asks for. */
export interface SliceOrder {
  readonly work: string
  readonly sliceMs: number
}

/** What the child tells: that it is ready, a figure for each order, or why it can't. */
export type CandidateAnswer =
  | { readonly kind: 'ready'; readonly size: number }
  | { readonly kind: 'slice'; readonly nanoseconds: number }
  | { readonly kind: 'failed'; readonly reason: string }

function tell(answer: CandidateAnswer): void {
  process.send?.(answer)
}

// The parent decides what an interrupt means; its end is ours.
process.on('SIGINT', () => {})
process.on('disconnect', () => process.exit(0))
try {
  const candidate: Candidate = await CANDIDATES[process.argv[2] as CandidateName]()
  process.on('message', ({ work, sliceMs }: SliceOrder) => {
    const run = candidate.works[work]
    if (run === undefined) tell({ kind: 'failed', reason: `there is no ${work}` })
    else tell({ kind: 'slice', nanoseconds: nanosecondsOf(run, sliceMs) })
  })
  tell({ kind: 'ready', size: candidate.size })
} catch (error) {
  if (!(error instanceof BenchFailure)) throw error
  tell({ kind: 'failed', reason: error.message })
}
