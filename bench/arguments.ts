import { Command, CommanderError } from 'commander'
import { PARTS } from './parts.ts'

export interface BenchArguments {
  readonly parts: readonly string[]
  readonly quick: boolean
  readonly json: boolean
  /** File of earlier results: a ratio that is a fifth worse is a finding. */
  readonly against: string | undefined
  /** Folder for `results.json` and `results.svg`; undefined: none is written. */
  readonly out: string | undefined
}

/** What to do, or the exit code after help or a mistake was printed. */
export function readArguments(argv: readonly string[], folder: string): BenchArguments | number {
  const names = Object.keys(PARTS)
  const command = new Command('bench')
    .description('Measure, against ceilings and peers of the same run.')
    .argument('[parts...]', `which parts: ${names.join(', ')}; all when none is named`)
    .option('--quick', 'few rounds and small sizes; writes no files unless --out says where')
    .option('--against <file>', 'earlier results: exit code 1 when a ratio is 20 % worse')
    .option('--out <dir>', 'folder for results.json and results.svg')
    .option('--json', 'print the results as JSON instead of tables')
    .addHelpText(
      'after',
      `\nParts:\n${Object.entries(PARTS)
        .map(([name, { summary }]) => `  ${name.padEnd(14)}${summary}`)
        .join('\n')}\n`,
    )
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => write(`bench: ${text.replace(/^error: /, '').trim()} (see --help)\n`),
    })
  try {
    command.parse(argv, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    throw error
  }
  const unknown = command.args.find((name) => !names.includes(name))
  if (unknown !== undefined) {
    process.stderr.write(`bench: there is no part '${unknown}': ${names.join(', ')}\n`)
    return 2
  }
  const flags = command.opts<{ quick?: boolean; json?: boolean; against?: string; out?: string }>()
  const quick = flags.quick === true
  return {
    parts: command.args.length === 0 ? names : [...new Set(command.args)],
    quick,
    json: flags.json === true,
    against: flags.against,
    out: flags.out ?? (quick ? undefined : folder),
  }
}
