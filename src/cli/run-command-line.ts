import { Command, CommanderError } from 'commander'
import { Finding, UsageFailure } from './failure.ts'
import { releaseVersion } from './release.ts'

interface CommandModule {
  /** The command with its options and action; throws `UsageFailure` or `Finding` for what it can't do. */
  buildCommand(): Command
}

/** Loaded only when asked for, so that `decode` never waits for serial ports and databases. */
const COMMANDS: Readonly<Record<string, { summary: string; load: () => Promise<CommandModule> }>> = {
  up: { summary: 'run host, emulated board and terminal together', load: () => import('./commands/up.ts') },
  host: { summary: 'run the acquirer host, look into its books', load: () => import('./commands/host.ts') },
  console: {
    summary: 'serve the console of hosts that share a database',
    load: () => import('./commands/console.ts'),
  },
  board: {
    summary: 'run the emulated board: card reader, PIN pad, printer',
    load: () => import('./commands/board.ts'),
  },
  estate: {
    summary: 'devices, terminals, work orders and activation codes',
    load: () => import('./commands/estate.ts'),
  },
  commission: {
    summary: 'test a terminal step by step before it goes live, and keep the evidence',
    load: () => import('./commands/commission.ts'),
  },
  terminal: { summary: 'run the terminal on a board', load: () => import('./commands/terminal.ts') },
  package: {
    summary: 'software packages for terminals: make, sign, check',
    load: () => import('./commands/package.ts'),
  },
  card: { summary: 'make and look at test cards', load: () => import('./commands/card.ts') },
  decode: { summary: 'print an ISO 8583 message', load: () => import('./commands/decode.ts') },
  encode: { summary: 'write a message from JSON', load: () => import('./commands/encode.ts') },
  calc: {
    summary: 'the calculator of payment engineers: DUKPT, PIN blocks, MACs, EMV and more',
    load: () => import('./commands/calc.ts'),
  },
  sim: {
    summary: 'break everything in virtual time, from one seed',
    load: () => import('./commands/sim.ts'),
  },
  load: {
    summary: 'put a host under load from many virtual terminals, and measure it',
    load: () => import('./commands/load.ts'),
  },
  replay: {
    summary: "check today's code against a recording",
    load: () => import('./commands/replay.ts'),
  },
  scenario: {
    summary: 'run stories with faults and what must come of them, from files',
    load: () => import('./commands/scenario.ts'),
  },
  explain: {
    summary: 'what a response code or a message of the terminal means, and what to do',
    load: () => import('./commands/explain.ts'),
  },
  user: {
    summary: 'people of the console: add, list, reset a password',
    load: () => import('./commands/user.ts'),
  },
  audit: {
    summary: 'the log of who did what: list it, verify its chain',
    load: () => import('./commands/audit.ts'),
  },
  doctor: {
    summary: 'check this machine, with a fix for each finding',
    load: () => import('./commands/doctor.ts'),
  },
}

async function run(argv: readonly string[]): Promise<void> {
  const program = new Command('tillwire')
    .description('A payment terminal that can be run, broken and measured.')
    .option('-V, --version', 'print the version')
  const asked = argv[0] === 'help' ? argv[1] : argv[0]
  const entry = asked === undefined ? undefined : COMMANDS[asked]
  if (entry === undefined) {
    for (const [name, { summary }] of Object.entries(COMMANDS)) program.command(name).description(summary)
  } else {
    program.addCommand((await entry.load()).buildCommand())
  }
  settle(program)
  if (asked === undefined) program.outputHelp()
  else if (asked === '--version' || asked === '-V') process.stdout.write(`${releaseVersion()}\n`)
  else await program.parseAsync(argv, { from: 'user' })
}

/** One line on standard error for bad use, and no exit behind our back. */
function settle(command: Command): void {
  // An option belongs to the command it stands behind: `host status --data` is not the host's.
  command
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => write(`tillwire: ${text.replace(/^error: /, '').trim()} (see --help)\n`),
    })
  command.commands.forEach(settle)
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof UsageFailure || error instanceof Finding) {
    process.stderr.write(`tillwire: ${error.message}\n`)
    return error instanceof UsageFailure ? 2 : 1
  }
  const failure = systemFailureText(error)
  if (failure !== undefined) {
    process.stderr.write(`tillwire: ${failure}\n`)
    return 2
  }
  process.stderr.write(`tillwire: internal error: ${error instanceof Error ? error.message : 'unknown'}\n`)
  if (process.env['TILLWIRE_DEBUG'] !== undefined && error instanceof Error)
    process.stderr.write(`${error.stack}\n`)
  return 70
}

/** What the operating system refused, when it was about a file: no fault of the program. */
function systemFailureText(error: unknown): string | undefined {
  if (!(error instanceof Error && 'code' in error && 'syscall' in error && 'path' in error)) return undefined
  return `cannot ${error.syscall} ${error.path} (${error.code}): check the path, its permissions and the space on disk`
}

/**
 * Runs one command line, without the program's name; what went wrong is one line on standard error.
 * Returns the exit code: 0 good, 1 a finding, 2 bad use, 70 a fault of ours.
 */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  try {
    await run(argv)
    return 0
  } catch (error) {
    return exitCodeOf(error)
  }
}
