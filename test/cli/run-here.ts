import { vi } from 'vitest'

// As in `Program`: what stands in a pipe has no colour. The palette looks once, when it is loaded.
Object.assign(process.env, { CI: '', FORCE_COLOR: '', LANG: 'en_GB.UTF-8' })

/** What a command line came to. */
export interface CommandResult {
  readonly code: number
  readonly output: string
  readonly errors: string
}

/**
 * Runs a command line in this process, for commands that only read, print and end: starting a program for each
 * refusal took most of a minute. What is started, signalled or fed by a pipe is a `Program`.
 */
export async function runHere(...args: readonly string[]): Promise<CommandResult> {
  const { runCommandLine } = await import('../../src/cli/run-command-line.ts')
  const printed = { output: '', errors: '' }
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed.output += text
      return true
    }),
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      printed.errors += text
      return true
    }),
  ]
  try {
    return { code: await runCommandLine(args), ...printed }
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}
