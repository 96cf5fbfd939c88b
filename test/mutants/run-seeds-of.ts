import { spawn } from 'node:child_process'
import type { SeedsReport } from '../../sim/seeds.ts'
import { copyWith } from './apply-mutant.ts'
import type { Mutant } from './mutant.ts'

/** What the seeds made of a mutant; `name`: of the mutant, or of the product as it is. JSON-safe. */
export type Verdict =
  | {
      readonly kind: 'caught'
      readonly name: string
      readonly seed: number
      readonly checks: readonly string[]
      readonly detail: string
    }
  | { readonly kind: 'survived'; readonly name: string; readonly seeds: number }
  /** The program itself did not run: this proves nothing. */
  | { readonly kind: 'broken'; readonly name: string; readonly output: string }

export const CONTROL = 'the product as it is'
const OUTPUT_MAX = 2000

/** Runs seeds in a copy of the checkout with `mutant` in it, up to the first that fails. */
export function runSeedsOf(mutant: Mutant | undefined, seeds: number, signal: AbortSignal): Promise<Verdict> {
  const name = mutant?.name ?? CONTROL
  const copy = copyWith(mutant)
  const args = ['sim', '--seeds', String(seeds), '--failures', '1', '--workers', '1', '--no-shrink', '--json']
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...args], {
      cwd: copy.path,
      signal,
    })
    let output = ''
    let errors = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-OUTPUT_MAX)
    })
    child.on('error', (error) => {
      errors += error.message
    })
    child.on('close', () => {
      copy.remove()
      resolve(verdictOf(name, output, errors))
    })
  })
}

function verdictOf(name: string, output: string, errors: string): Verdict {
  let report: SeedsReport
  try {
    report = JSON.parse(output) as SeedsReport
  } catch {
    return { kind: 'broken', name, output: errors }
  }
  const [failure] = report.failures
  if (failure === undefined) return { kind: 'survived', name, seeds: report.seeds }
  return {
    kind: 'caught',
    name,
    seed: failure.seed,
    checks: [...new Set(failure.findings.map(({ check }) => check))],
    detail: failure.findings[0]?.detail ?? '',
  }
}
