import { execFileSync } from 'node:child_process'
import { cpus, release, totalmem, type } from 'node:os'
import type { Results } from './results.ts'

/** What the figures depend on. */
export function machine(): Omit<Results, 'parts'> {
  const [first] = cpus()
  return {
    machine: {
      model: first?.model.trim() || 'unknown',
      cores: cpus().length,
      memoryBytes: totalmem(),
      system: `${type()} ${release()}`,
    },
    node: process.version,
    openssl: process.versions.openssl ?? 'unknown',
  }
}

/** Short commit of the working copy, `+` behind it when product code was changed; `unknown` outside of Git. */
export function commit(): string {
  try {
    const git = (...args: readonly string[]): string =>
      execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
    const changed = git('status', '--porcelain', '--', 'src', 'hardware', 'sim', 'bench/*.ts', 'bench/parts')
    return `${git('rev-parse', '--short=12', 'HEAD')}${changed === '' ? '' : '+'}`
  } catch {
    return 'unknown'
  }
}
