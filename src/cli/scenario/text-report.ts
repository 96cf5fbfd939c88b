import pc from 'picocolors'
import { countOf, failureLines, type ScenarioRun } from './scenario-run.ts'

const MARKS = { passed: pc.green('✓'), failed: pc.red('✗'), skipped: pc.yellow('-') } as const

/** One line for a scenario; what went wrong below it, and the chart with `verbose`. */
export function renderRun(run: ScenarioRun, verbose: boolean): string {
  const { scenario, result, status } = run
  const names = [scenario.name, scenario.nameZh].filter((each) => each !== undefined).join('  ')
  const lines = [
    `${MARKS[status]} ${scenario.file}  ${names}`,
    ...(result.skipped === undefined ? [] : [`    SKIPPED 跳过: ${result.skipped}`]),
    ...failureLines(run).map((line) => `    ${line}`),
    ...(verbose && result.story !== '' ? [result.story] : []),
  ]
  return `${lines.join('\n')}\n`
}

/** The last lines: how many of each, and what was not looked at. */
export function renderSum(runs: readonly ScenarioRun[], elapsedMs: number): string {
  const notChecked = [...new Set(runs.flatMap(({ result }) => result.notChecked))]
  const skipped = countOf(runs, 'skipped')
  return [
    `${countOf(runs, 'passed')} passed, ${countOf(runs, 'failed')} failed, ${skipped} skipped, ${(elapsedMs / 1000).toFixed(1)} s`,
    ...(skipped === 0 ? [] : [`${skipped} scenarios were NOT run here: the reasons stand above`]),
    ...notChecked.map((each) => `not looked at: ${each}`),
    '',
  ].join('\n')
}
