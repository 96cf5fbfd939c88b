import type { CrashReport } from './crash-run.ts'

/** The result of a run for a person. */
export function renderCrashReport(report: CrashReport): string {
  const { kills, starts, transactions, outcomes, findings } = report
  const lines = [
    ...victimLines('host', kills.host, starts.host, report.phases.host),
    ...victimLines('terminal', kills.terminal, starts.terminal, report.phases.terminal),
    '',
    `approved      ${counts(transactions)}`,
    `reversed      ${report.reversals}`,
    `outcomes      ${counts(outcomes)}`,
    `settlements   ${report.settlements}, slips ${report.slips}, journal records ${report.records}`,
    `checks        ${report.checks} in ${Math.round(report.elapsedMs / 1000)} s`,
  ]
  const end =
    findings.length === 0
      ? 'journals, host records, ledger, accounts, settlements and paper agree'
      : `${findings.length} findings`
  return `${lines.join('\n')}\n${end}\n`
}

function victimLines(
  name: string,
  kills: number,
  starts: number,
  phases: Readonly<Record<string, number>>,
): readonly string[] {
  const sorted = Object.entries(phases).sort(([, left], [, right]) => right - left)
  return [
    `${name} killed ${kills} times, started ${starts} times`,
    ...sorted.map(([phase, count]) => `  ${String(count).padStart(4)}  ${phase}`),
  ]
}

function counts(values: Readonly<Record<string, number>>): string {
  const entries = Object.entries(values).sort(([, left], [, right]) => right - left)
  const sum = entries.reduce((total, [, count]) => total + count, 0)
  return `${sum}: ${entries.map(([name, count]) => `${name} ${count}`).join(', ')}`
}

/** What went wrong, what happened before it, and how to do the same again. */
export function renderCrashFailure({ findings, tail, directory }: CrashReport, command: string): string {
  return [
    ...findings.map(({ check, detail }) => `✗ ${check}: ${detail}`),
    '',
    'before the end:',
    ...tail.map((line) => `  ${line}`),
    '',
    `all files are in ${directory}`,
    `the same schedule again: ${command}`,
    '',
  ].join('\n')
}
