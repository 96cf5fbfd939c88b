import { Command, CommanderError, Option } from 'commander'
import { renderCrashFailure, renderCrashReport } from './crash-report.ts'
import { type CrashOptions, CrashRun } from './crash-run.ts'

interface Flags {
  readonly kills: string
  readonly seed: string
  readonly part: 'host' | 'terminal' | 'both'
  readonly tills: string
  readonly verbose?: boolean
  readonly json?: boolean
  readonly keep?: boolean
}

class UsageFailure extends Error {}

const PROGRESS_MS = 500

async function main(): Promise<void> {
  const program = new Command('npm run test:crash --')
    .description('Kill host and terminals with SIGKILL in the middle of a loaded run, and check all books.')
    .option('--kills <n>', 'kills of the host, and as many of the terminals', '100')
    .option('--seed <s>', 'what is killed when, after which moment; the same for the same seed', '1')
    .addOption(
      new Option('--part <part>', 'what is killed').choices(['host', 'terminal', 'both']).default('both'),
    )
    .option('--tills <n>', 'terminals, each with a board of its own (1 to 9)', '3')
    .option('--verbose', 'print what happens')
    .option('--json', 'print the result as JSON')
    .option('--keep', 'keep the files of a good run too')
    .addHelpText(
      'after',
      '\nExit code 0: everything agrees; 1: a check failed, the files are kept; 2: bad use.',
    )
    .exitOverride()
    .action(run)
  await program.parseAsync()
}

async function run(flags: Flags): Promise<void> {
  const kills = wholeNumber('--kills', flags.kills, 1, 10_000)
  const options: CrashOptions = {
    hostKills: flags.part === 'terminal' ? 0 : kills,
    terminalKills: flags.part === 'host' ? 0 : kills,
    seed: wholeNumber('--seed', flags.seed, 0, 2 ** 31 - 1),
    tills: wholeNumber('--tills', flags.tills, 1, 9),
    echo: flags.verbose === true ? (line) => process.stderr.write(`${line}\n`) : undefined,
    keep: flags.keep === true,
  }
  const crash = await CrashRun.create(options)
  const interrupt = (): void => {
    void crash.abort().then(() => process.exit(130))
  }
  process.once('SIGINT', interrupt)
  process.once('SIGTERM', interrupt)
  const progress = setInterval(() => showProgress(crash, options), PROGRESS_MS)
  const report = await crash.run()
  clearInterval(progress)
  if (isWatched(options)) process.stderr.write('\r\x1b[K')
  process.stdout.write(flags.json === true ? `${JSON.stringify(report)}\n` : renderCrashReport(report))
  if (report.findings.length === 0) return
  const command = `npm run test:crash -- --kills ${flags.kills} --seed ${flags.seed} --part ${flags.part} --tills ${flags.tills}`
  process.stderr.write(renderCrashFailure(report, command))
  process.exitCode = 1
}

function isWatched({ echo }: CrashOptions): boolean {
  return process.stderr.isTTY === true && echo === undefined
}

/** A line that is written over, where somebody watches. */
function showProgress({ tally }: CrashRun, options: CrashOptions): void {
  if (!isWatched(options)) return
  const { hostKills, terminalKills } = options
  process.stderr.write(
    `\r\x1b[Khost killed ${tally.count('host')} of ${hostKills}, terminals ${tally.count('terminal')} of ${terminalKills}`,
  )
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < least || value > most)
    throw new UsageFailure(`${name} takes a whole number from ${least} to ${most}`)
  return value
}

try {
  await main()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
  else if (error instanceof UsageFailure) {
    process.stderr.write(`test:crash: ${error.message} (see --help)\n`)
    process.exitCode = 2
  } else throw error
}
