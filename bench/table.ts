import type { Measure, PartResults } from './results.ts'

const HEAD = ['measure', 'value', '±', 'unit', 'against', 'its value', 'ratio', '±', 'goal', 'met']
/** Columns of figures: they stand to the right. */
const FIGURES: ReadonlySet<number> = new Set([1, 2, 5, 6, 7])

/** The measures of one part as a table of plain text; a measure has a line for each thing it is held against. */
export function tableOf({ part, measures, seconds, quick }: PartResults): string {
  const rows = [HEAD, ...measures.flatMap(rowsOf)]
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        FIGURES.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  )
  const notes = measures.flatMap(({ name, note }) => (note === undefined ? [] : [`  ${name}: ${note}`]))
  const title = `${part} (${seconds.toFixed(0)} s${quick ? ', quick: figures say little' : ''})`
  return [title, ...lines, ...notes].join('\n')
}

function rowsOf(measure: Measure): readonly (readonly string[])[] {
  const { name, value, spread, unit, comparisons, limit } = measure
  const own = [name, figure(value), figure(spread), unit]
  const [first, ...others] = comparisons.map(({ with: other, value: theirs, ratio, ratioSpread, goal }) => [
    other,
    figure(theirs),
    figure(ratio),
    figure(ratioSpread),
    goal === undefined ? '' : `${figure(goal)}×`,
  ])
  const bound = limit === undefined ? '' : `${measure.better === 'lower' ? '≤' : '≥'} ${figure(limit)}`
  const [against = '', its = '', ratio = '', ratioSpread = '', goal = ''] = first ?? []
  const goals = [goal, bound].filter((text) => text !== '').join(', ')
  return [
    [...own, against, its, ratio, ratioSpread, goals, verdictOf(measure)],
    ...others.map((row) => ['', '', '', '', ...row, '']),
  ]
}

function verdictOf({ met }: Measure): string {
  return met === null ? '' : met ? 'yes' : 'NO'
}

/** Three significant digits, and no exponent. */
export function figure(value: number): string {
  const size = Math.abs(value)
  if (size >= 100) return Math.round(value).toLocaleString('en-GB')
  if (size >= 10) return value.toFixed(1)
  return size === 0 ? '0' : value.toFixed(size >= 0.1 ? 2 : 4)
}
