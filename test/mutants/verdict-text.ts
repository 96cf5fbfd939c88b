import type { Mutant } from './mutant.ts'
import { CONTROL, type Verdict } from './run-seeds-of.ts'

const NAME_WIDTH = 28

/** One line for each. */
export function textOf(verdicts: readonly Verdict[]): string {
  return verdicts.map((verdict) => `${verdict.name.padEnd(NAME_WIDTH)} ${wordsOf(verdict)}\n`).join('')
}

export function jsonOf(verdicts: readonly Verdict[]): string {
  return `${JSON.stringify(verdicts)}\n`
}

/** The table of docs/simulation.md. */
export function markdownOf(mutants: readonly Mutant[], verdicts: readonly Verdict[]): string {
  const rows = mutants.map(({ name, breaks, harm }) => {
    const verdict = verdicts.find((each) => each.name === name)
    const by = verdict?.kind === 'caught' ? verdict.checks[0] : 'survived'
    const seed = verdict?.kind === 'caught' ? verdict.seed : ''
    return [`\`${name}\``, breaks, harm, by, seed]
  })
  const table = [['mutant', 'what is broken', 'what it would do to people', 'caught by', 'seed'], ...rows]
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((cells) => String(cells[column]).length)),
  )
  const [head = '', ...body] = table.map((cells) => line(cells.map(String), widths, ' '))
  const rule = line(
    widths.map(() => ''),
    widths,
    '-',
  )
  return `${[head, rule, ...body].join('\n')}\n`
}

/** One row with its cells filled up to the width of their column. */
function line(cells: readonly string[], widths: readonly number[], filler: string): string {
  return `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0, filler)).join(' | ')} |`
}

function wordsOf(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'caught':
      return verdict.name === CONTROL
        ? `FAILS at seed ${verdict.seed}: ${verdict.checks.join(', ')} (${verdict.detail})`
        : `caught at seed ${verdict.seed}: ${verdict.checks.join(', ')} (${verdict.detail})`
    case 'survived':
      return verdict.name === CONTROL ? `passes ${verdict.seeds} seeds` : `SURVIVES ${verdict.seeds} seeds`
    case 'broken':
      return `DOES NOT RUN: ${verdict.output.trim().split('\n').at(-1) ?? ''}`
  }
}
