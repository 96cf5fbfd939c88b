import { XMLBuilder } from 'fast-xml-parser'
import { countOf, failureLines, type ScenarioRun } from './scenario-run.ts'

const ATTRIBUTE = '@'

/** JUnit XML, as CI systems read it: one test case for each scenario. */
export function junitReport(runs: readonly ScenarioRun[]): string {
  const builder = new XMLBuilder({
    ignoreAttributes: false,
    attributeNamePrefix: ATTRIBUTE,
    format: true,
    suppressEmptyNode: true,
  })
  const elapsedMs = runs.reduce((sum, each) => sum + each.elapsedMs, 0)
  return builder.build({
    '?xml': attributes({ version: '1.0', encoding: 'UTF-8' }),
    testsuites: {
      testsuite: {
        ...attributes({
          name: 'tillwire scenarios',
          tests: String(runs.length),
          failures: String(countOf(runs, 'failed')),
          skipped: String(countOf(runs, 'skipped')),
          errors: '0',
          time: seconds(elapsedMs),
        }),
        testcase: runs.map(caseOf),
      },
    },
  })
}

function caseOf(run: ScenarioRun): object {
  const { scenario, result, status, elapsedMs } = run
  const lines = failureLines(run)
  return {
    ...attributes({
      classname: scenario.file.replace(/\.ya?ml$/, '').replaceAll('/', '.'),
      name: scenario.name,
      file: scenario.file,
      time: seconds(elapsedMs),
    }),
    ...(status === 'failed'
      ? { failure: { ...attributes({ message: lines[0] ?? 'failed' }), '#text': lines.join('\n') } }
      : {}),
    ...(status === 'skipped' ? { skipped: attributes({ message: result.skipped ?? '' }) } : {}),
    ...(result.notChecked.length > 0
      ? { 'system-out': `not looked at: ${result.notChecked.join('; ')}` }
      : {}),
  }
}

function attributes(values: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [ATTRIBUTE + name, plain(value)]))
}

/** Control characters are no XML. */
function plain(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ')
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3)
}
