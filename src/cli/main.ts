import { Command, CommanderError } from 'commander'
import { Finding, UsageFailure } from './failure.ts'

interface CommandModule {
  /** The command with its options and action; throws `UsageFailure` or `Finding` for what it can't do. */
  buildCommand(): Command
}

/** Loaded only when asked for, so that `decode` never waits for serial ports and databases. */
const COMMANDS: Readonly<Record<string, { summary: string; load: () => Promise<CommandModule> }>> = {}

async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('tillwire')
    .description('A payment terminal that can be run, broken and measured.')
    .showHelpAfterError('(add --help for the options)')
    .exitOverride()
  const asked = argv[0]
  const entry = asked === undefined ? undefined : COMMANDS[asked]
  if (entry !== undefined) {
    const { buildCommand } = await entry.load()
    adopt(program, buildCommand())
  } else {
    for (const [name, { summary }] of Object.entries(COMMANDS)) program.command(name).description(summary)
  }
  if (asked === undefined) program.outputHelp()
  else await program.parseAsync(argv, { from: 'user' })
}

function adopt(program: Command, command: Command): void {
  const settle = (each: Command): void => {
    each.exitOverride().showHelpAfterError('(add --help for the options)')
    each.commands.forEach(settle)
  }
  settle(command)
  program.addCommand(command)
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof UsageFailure || error instanceof Finding) {
    process.stderr.write(`tillwire: ${error.message}\n`)
    return error instanceof UsageFailure ? 2 : 1
  }
  process.stderr.write(`tillwire: internal error: ${error instanceof Error ? error.message : 'unknown'}\n`)
  if (process.env['TILLWIRE_DEBUG'] !== undefined && error instanceof Error)
    process.stderr.write(`${error.stack}\n`)
  return 70
}

// A reader that closes early (`tillwire decode … | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
})

try {
  await main(process.argv.slice(2))
} catch (error) {
  process.exitCode = exitCodeOf(error)
}
