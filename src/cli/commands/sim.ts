import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { Command } from 'commander'
import { FAULT_KINDS, FAULT_NAMES, type FaultKindInfo } from '../../../sim/plan/fault-kinds.ts'
import { parseFaultRates } from '../../../sim/plan/fault-rates-file.ts'
import { DEFAULT_RATES, type FaultRates } from '../../../sim/plan/make-plan.ts'
import { SIM_TERMINALS_MAX } from '../../../sim/world/sim-estate.ts'
import { UsageFailure } from '../failure.ts'
import { replayPlan } from '../sim/replay-plan.ts'
import { simulate } from '../sim/simulate.ts'

interface SimFlags {
  readonly seeds?: string
  readonly seed?: string
  readonly days: string
  readonly terminals: string
  readonly faults?: string
  readonly failures: string
  readonly workers?: string
  readonly plan?: string
  readonly save?: string
  readonly verbose?: boolean
  readonly shrink: boolean
  readonly json?: boolean
  readonly listFaults?: boolean
}

const SEEDS = 100

export function buildCommand(): Command {
  return new Command('sim')
    .description('Run terminals, peripherals, lines, hosts and disks in virtual time, and break everything.')
    .option('--seeds <n>', `runs, each from its own seed (${SEEDS}; 1 with --seed alone)`)
    .option('--seed <s>', 'the seed, or the first of --seeds (1)')
    .option('--days <d>', 'days of each terminal in one run', '1')
    .option('--terminals <t>', `terminals in one run, up to ${SIM_TERMINALS_MAX}`, '3')
    .option('--faults <file>', 'JSON with steps in a thousand for each fault: {"loseReply": 50, "all": 2}')
    .option('--list-faults', 'print every fault with its usual rate')
    .option('--failures <n>', 'failing seeds after which each process stops', '20')
    .option('--workers <n>', 'processes that share the seeds (one for each core)')
    .option('--plan <file>', 'run a plan that --save wrote instead of seeds')
    .option('--save <file>', 'write the shortest failing plan')
    .option('--no-shrink', 'do not look for the shortest story of a failing seed')
    .option('--verbose', 'print the message and event chart of each run')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
A run is its seed: the same on every machine. Exit code 0: no check failed; 1: a check failed; 2: bad use.

  tillwire sim                       100 seeds of a day with three terminals
  tillwire sim --seed 57 --verbose   one seed, with everything that happens in it
  tillwire sim --seeds 1000 --faults rates.json`,
    )
    .action(run)
}

async function run(flags: SimFlags): Promise<void> {
  if (flags.listFaults === true) {
    process.stdout.write(listFaults())
    return
  }
  if (flags.plan !== undefined) {
    replayPlan(readText(flags.plan), flags.plan, {
      verbose: flags.verbose === true,
      json: flags.json === true,
    })
    return
  }
  const isOne = flags.seed !== undefined && flags.seeds === undefined
  const count = isOne ? 1 : wholeNumber('--seeds', flags.seeds ?? String(SEEDS), 1, 10_000_000)
  await simulate({
    first: wholeNumber('--seed', flags.seed ?? '1', 0, 2 ** 47),
    count,
    days: wholeNumber('--days', flags.days, 1, 365),
    terminals: wholeNumber('--terminals', flags.terminals, 1, SIM_TERMINALS_MAX),
    rates: readRates(flags.faults),
    faultsFile: flags.faults,
    failuresMax: wholeNumber('--failures', flags.failures, 1, 10_000_000),
    workers: wholeNumber(
      '--workers',
      flags.workers ?? String(Math.min(availableParallelism(), count)),
      1,
      64,
    ),
    verbose: flags.verbose === true,
    shrink: flags.shrink,
    save: flags.save,
    json: flags.json === true,
  })
}

function readRates(path: string | undefined): FaultRates {
  if (path === undefined) return DEFAULT_RATES
  const rates = parseFaultRates(readText(path), path)
  if (!rates.ok) throw new UsageFailure(rates.error)
  return rates.value
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    throw new UsageFailure(`${path} can not be read: check the path and its permissions`)
  }
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < least || value > most)
    throw new UsageFailure(`${name} takes a whole number from ${least} to ${most}`)
  return value
}

function listFaults(): string {
  const lines = FAULT_NAMES.map((kind) => {
    const { perMille, en, zh }: FaultKindInfo = FAULT_KINDS[kind]
    return `${kind.padEnd(22)} ${String(perMille).padStart(3)}  ${en}  ${zh}`
  })
  return `${'fault'.padEnd(22)}   ‰  of the steps\n${lines.join('\n')}\n`
}
