import type { Results } from './results.ts'

/** A ratio below this part of what it was counts as worse. */
const KEPT = 0.8

export interface Regression {
  readonly part: string
  readonly measure: string
  readonly with: string
  readonly before: number
  /** Undefined when it is not measured any more. */
  readonly now: number | undefined
}

/**
 * Ratios that are a fifth worse than in `before`, or gone. Absolute figures depend on the machine and are not
 * looked at; parts that were not run now are none of this comparison.
 */
export function compareResults(before: Results, now: Results): readonly Regression[] {
  const ratios = ratiosOf(now)
  const run = new Set(now.parts.map(({ part }) => part))
  return [...ratiosOf(before).values()].flatMap(({ part, measure, with: other, ratio }) => {
    if (!run.has(part)) return []
    const found = ratios.get(keyOf(part, measure, other))?.ratio
    if (found !== undefined && found >= ratio * KEPT) return []
    return [{ part, measure, with: other, before: ratio, now: found }]
  })
}

/** Why what is measured now could not be held against `before`; undefined when it can. */
export function incomparable(
  before: Results,
  now: { readonly parts: readonly string[]; readonly quick: boolean },
): string | undefined {
  const common = before.parts.filter(({ part }) => now.parts.includes(part))
  if (common.length === 0) return `it has no figures of ${now.parts.join(', ')}`
  const other = common.find(({ quick }) => quick !== now.quick)
  return other === undefined
    ? undefined
    : `${other.part} was measured ${other.quick ? 'with' : 'without'} --quick: only the same can be compared`
}

/** One line for a person. */
export function regressionLine({ part, measure, with: other, before, now }: Regression): string {
  const name = `${part}: ${measure} against ${other}`
  if (now === undefined) return `${name} was ${before.toFixed(2)} and is not measured any more`
  const percent = Math.round((1 - now / before) * 100)
  return `${name} was ${before.toFixed(2)}, is ${now.toFixed(2)}: ${percent} % worse`
}

interface Ratio {
  readonly part: string
  readonly measure: string
  readonly with: string
  readonly ratio: number
}

function ratiosOf({ parts }: Results): ReadonlyMap<string, Ratio> {
  const all = parts.flatMap(({ part, measures }) =>
    measures.flatMap(({ name, comparisons }) =>
      comparisons.map(({ with: other, ratio }) => ({ part, measure: name, with: other, ratio })),
    ),
  )
  return new Map(all.map((each) => [keyOf(each.part, each.measure, each.with), each]))
}

function keyOf(...names: readonly string[]): string {
  return names.join('\n')
}
