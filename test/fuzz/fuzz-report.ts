import type { CampaignOptions, FoundCase, TargetOutcome } from './campaign.ts'

/** A line for each target and one for all, then each case with the command that shows it again. */
export function outcomeTable(outcomes: readonly TargetOutcome[]): string {
  const rows = outcomes.map(({ target, progress, corpus, found }) => [
    target,
    String(progress.executions),
    perSecond(progress.executions, progress.elapsedMs),
    (progress.elapsedMs / 1000).toFixed(0),
    String(corpus),
    `${progress.blocks}/${progress.blocksLoaded}`,
    String(found.length),
  ])
  const executions = outcomes.reduce((sum, { progress }) => sum + progress.executions, 0)
  const elapsedMs = outcomes.reduce((sum, { progress }) => sum + progress.elapsedMs, 0)
  const found = outcomes.flatMap((outcome) => outcome.found)
  const total = [
    'total',
    String(executions),
    perSecond(executions, elapsedMs),
    (elapsedMs / 1000).toFixed(0),
    String(outcomes.reduce((sum, { corpus }) => sum + corpus, 0)),
    '',
    String(found.length),
  ]
  return `${aligned([HEAD, ...rows, total])}\n${found.map(describeCase).join('')}`
}

const HEAD = ['target', 'executions', 'a second', 'seconds', 'corpus', 'blocks', 'found']

function describeCase({ target, path, kind, reason }: FoundCase): string {
  return `\n${target}: ${kind}: ${reason}\n  npm run fuzz -- --target ${target} --replay ${path}\n`
}

/** The same for programs. */
export function outcomeJson({ seed }: CampaignOptions, outcomes: readonly TargetOutcome[]): string {
  return `${JSON.stringify({ seed, targets: outcomes }, undefined, 2)}\n`
}

export function perSecond(executions: number, elapsedMs: number): string {
  return elapsedMs === 0 ? '0' : ((executions * 1000) / elapsedMs).toFixed(0)
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  '),
    )
    .join('\n')
}
