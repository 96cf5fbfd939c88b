import { FAULT_KINDS, FAULT_NAMES } from '../../../sim/plan/fault-kinds.ts'
import type { SeedsReport } from '../../../sim/seeds.ts'

/** The figures of many runs, for people. */
export function renderReport(report: SeedsReport): string {
  const seconds = report.elapsedMs / 1000
  const rate = (count: number): string =>
    seconds > 0 ? Math.round(count / seconds).toLocaleString('en') : '-'
  const number = (count: number): string => count.toLocaleString('en')
  const struck = FAULT_NAMES.reduce((sum, kind) => sum + report.faults[kind], 0)
  const faults = FAULT_NAMES.map(
    (kind) => `  ${kind.padEnd(22)} ${number(report.faults[kind]).padStart(9)}  ${FAULT_KINDS[kind].en}`,
  )
  return [
    `seeds ${number(report.seeds)}, failed ${number(report.failures.length)}`,
    `terminal days ${number(report.terminalDays)} (${rate(report.terminalDays * 60)} a minute), ${hours(report.virtualMs)} of virtual time in ${seconds.toFixed(1)} s`,
    `transactions ${number(report.transactions)} (${rate(report.transactions)} a second), commands ${number(report.commands)}, frames ${number(report.frames)}, slips ${number(report.slips)}`,
    `given up, so that only the acquirer can say: ${number(report.unexplained)} transactions`,
    `faults that struck: ${number(struck)}`,
    ...faults,
    '',
  ].join('\n')
}

function hours(ms: number): string {
  return `${(ms / 3_600_000).toFixed(1)} h`
}
