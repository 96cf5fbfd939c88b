import { availableParallelism } from 'node:os'
import { Command } from 'commander'
import { editComplaint } from './apply-mutant.ts'
import type { Mutant } from './mutant.ts'
import { MUTANTS } from './mutants.ts'
import { CONTROL, runSeedsOf, type Verdict } from './run-seeds-of.ts'
import { jsonOf, markdownOf, textOf } from './verdict-text.ts'

interface Flags {
  readonly seeds: string
  readonly jobs: string
  readonly json?: boolean
  readonly markdown?: boolean
  readonly control: boolean
}

const SEEDS = 1000

/** Proves the checkers: breaks the product in each known way, and wants a seed that notices. */
async function run(names: readonly string[], flags: Flags): Promise<void> {
  const seeds = wholeNumber('--seeds', flags.seeds)
  const jobs = wholeNumber('--jobs', flags.jobs)
  const unknown = names.filter((name) => !MUTANTS.some((mutant) => mutant.name === name))
  if (unknown.length > 0) return misuse(`no such mutant: ${unknown.join(', ')}. --list names all of them`)
  const chosen = names.length === 0 ? MUTANTS : MUTANTS.filter(({ name }) => names.includes(name))
  const complaints = chosen.flatMap(({ name, edits }) =>
    edits.flatMap((edit) => {
      const complaint = editComplaint(edit)
      return complaint === undefined ? [] : [`${name}: ${complaint}`]
    }),
  )
  if (complaints.length > 0) return misuse(complaints.join('\n'))
  const work = flags.control ? [undefined, ...chosen] : chosen
  const verdicts = await runAll(work, seeds, jobs)
  if (verdicts === undefined) return
  const write = (text: string): unknown => process.stdout.write(text)
  if (flags.json === true) write(jsonOf(verdicts))
  else if (flags.markdown === true) write(markdownOf(chosen, verdicts))
  else write(textOf(verdicts))
  const isGood = verdicts.every(({ kind, name }) => kind === (name === CONTROL ? 'survived' : 'caught'))
  if (!isGood) process.exitCode = 1
}

/** So many at a time; a line for each that is done. Undefined when somebody interrupted it. */
async function runAll(
  work: readonly (Mutant | undefined)[],
  seeds: number,
  jobs: number,
): Promise<readonly Verdict[] | undefined> {
  const stop = new AbortController()
  const interrupted = (): void => {
    process.exitCode = 130
    stop.abort()
  }
  process.on('SIGINT', interrupted)
  process.on('SIGTERM', interrupted)
  const verdicts: Verdict[] = []
  const waiting = [...work.entries()]
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined && !stop.signal.aborted; next = waiting.shift()) {
      const [index, mutant] = next
      const verdict = await runSeedsOf(mutant, seeds, stop.signal)
      if (stop.signal.aborted) return
      verdicts[index] = verdict
      process.stderr.write(textOf([verdict]))
    }
  }
  await Promise.all(Array.from({ length: jobs }, worker))
  process.off('SIGINT', interrupted)
  process.off('SIGTERM', interrupted)
  return stop.signal.aborted ? undefined : verdicts
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text)
  if (/^[1-9]\d{0,6}$/.test(text)) return value
  misuse(`${name} takes a whole number from 1 to 9999999`)
  process.exit(2)
}

function misuse(message: string): void {
  process.stderr.write(`${message}\n`)
  process.exitCode = 2
}

await new Command('test:mutants')
  .description('Break the product in ways that matter, and see which check of the simulated world notices.')
  .argument('[names...]', 'mutants to run (all)')
  .option('--seeds <n>', 'seeds that each may take', String(SEEDS))
  .option('--jobs <n>', 'mutants at a time', String(availableParallelism()))
  .option('--no-control', 'do not run the product as it is')
  .option('--list', 'print the mutants and what they would do to people')
  .option('--json', 'print the verdicts as JSON')
  .option('--markdown', 'print the table of docs/simulation.md')
  .addHelpText(
    'after',
    '\nExit code 0: each was caught and the product as it is passes; 1: not so; 2: bad use.',
  )
  .action(async (names: readonly string[], flags: Flags & { readonly list?: boolean }) => {
    if (flags.list === true) {
      for (const { name, breaks, harm } of MUTANTS) process.stdout.write(`${name}\n  ${breaks}\n  ${harm}\n`)
    } else await run(names, flags)
  })
  .parseAsync()
