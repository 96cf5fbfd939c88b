import type { Better, RoundOptions, Sample } from './measure.ts'
import { ratioOf } from './measure.ts'
import type { Comparison, Measure } from './results.ts'

export interface BenchOptions {
  /** Few rounds and small sizes: shows that it works, says little about how fast. */
  readonly quick: boolean
  readonly rounds: RoundOptions
  /** An empty folder of this part; removed afterwards. */
  readonly folder: string
  /** One line of what is being done now. */
  readonly progress: (text: string) => void
}

/** One part of the benchmark. It runs in a process of its own. */
export interface BenchPart {
  /** @throws {BenchFailure} when what was done can't be counted again. */
  run(options: BenchOptions): Promise<readonly Measure[]>
}

/** What was measured was not what should have been: the figures count for nothing. */
export class BenchFailure extends Error {
  override readonly name = 'BenchFailure'
}

/** @throws {BenchFailure} */
export function requireThat(condition: boolean, message: string): asserts condition {
  if (!condition) throw new BenchFailure(message)
}

export interface MeasureSetup {
  readonly name: string
  readonly unit: string
  readonly better: Better
  readonly sample: Sample
  readonly comparisons?: readonly Comparison[]
  /** The figure itself must not be worse than this. */
  readonly limit?: number
  readonly note?: string
}

/** A measure with the verdict on its goals: none when it has none. */
export function measureOf({ sample, comparisons = [], limit, note, ...rest }: MeasureSetup): Measure {
  const verdicts = comparisons.flatMap(({ ratio, goal }) => (goal === undefined ? [] : [ratio >= goal]))
  if (limit !== undefined) {
    verdicts.push(rest.better === 'lower' ? sample.median <= limit : sample.median >= limit)
  }
  return {
    ...rest,
    value: sample.median,
    spread: sample.spread,
    rounds: sample.rounds.length,
    comparisons: [...comparisons],
    ...(limit === undefined ? {} : { limit }),
    ...(note === undefined ? {} : { note }),
    met: verdicts.length === 0 ? null : verdicts.every((verdict) => verdict),
  }
}

/** How `own` stands to something measured in the same run: its ceiling, or a peer. */
export function compareWith(
  name: string,
  better: Better,
  own: Sample,
  other: Sample,
  goal?: number,
): Comparison {
  const ratio = ratioOf(better, own, other)
  return {
    with: name,
    value: other.median,
    ratio: ratio.median,
    ratioSpread: ratio.spread,
    ...(goal === undefined ? {} : { goal }),
  }
}
