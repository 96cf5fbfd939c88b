import { existsSync, writeFileSync } from 'node:fs'
import { Argument, Command } from 'commander'
import { runScenario } from '../../../sim/scenario/run-scenario.ts'
import { UsageFailure } from '../failure.ts'
import { readScenarioFiles } from '../scenario/find-scenarios.ts'
import { type ForeignFlags, withForeignHost } from '../scenario/foreign-runner.ts'
import { withOwnHost } from '../scenario/real-runner.ts'
import { type RunScenariosOptions, runScenarios } from '../scenario/run-scenarios.ts'
import { SCENARIO_TEMPLATE } from '../scenario/scenario-template.ts'
import { renderWords, SCENARIO_WORDS } from '../scenario/scenario-words.ts'

interface RunFlags extends ForeignFlags {
  readonly junit?: string
  readonly json?: boolean
  readonly progressJson?: boolean
  readonly verbose?: boolean
  readonly real?: boolean
}

const print = (text: string): void => void process.stdout.write(text)

const writeProgress = (line: object): void => void process.stderr.write(`${JSON.stringify(line)}\n`)

export function buildCommand(): Command {
  const scenario = new Command('scenario').description(
    'Run stories of a terminal that say what goes wrong and what must come of it. 运行场景文件：故障与预期结果。',
  )
  addRun(scenario)
  scenario
    .command('list')
    .description('name the scenarios | 列出场景')
    .argument('[paths...]', 'files, folders, or "all"', ['all'])
    .option('--json', 'print JSON')
    .action(list)
  scenario
    .command('check')
    .description('read scenario files without running them | 只检查语法')
    .argument('<paths...>', 'files, folders, or "all"')
    .action((paths: readonly string[]) => {
      const count = readScenarioFiles(paths).length
      print(`${count} ${count === 1 ? 'scenario' : 'scenarios'}, no mistake found\n`)
    })
  scenario
    .command('new')
    .description('write a scenario to begin with | 生成场景模板')
    .argument('[file]', 'file that is not there yet; standard output when left out')
    .action(writeNew)
  scenario
    .command('words')
    .description('list what can stand in a scenario file | 列出可用词汇')
    .addArgument(new Argument('[kind]', 'only these').choices(Object.keys(SCENARIO_WORDS)))
    .action((kind?: string) => {
      const kinds = kind === undefined ? Object.keys(SCENARIO_WORDS) : [kind]
      print(kinds.map(renderWords).join('\n'))
    })
  return scenario
}

function addRun(scenario: Command): void {
  scenario
    .command('run')
    .description('run scenarios and compare what came with what they expect | 运行场景')
    .argument('<paths...>', 'files, folders, or "all" for the project\'s own')
    .option('--real', 'over pseudo-terminals and TCP, in real time | 在伪终端与 TCP 上实时运行')
    .option('--host <name:port>', 'a host that is not ours, as a black box | 对接外部主机')
    .option('--profile <file>', 'with --host: profile of the terminal (JSON)')
    .option('--tid <id>', 'with --host: terminal identification, 8 characters')
    .option('--mid <id>', 'with --host: merchant identification, 15 characters')
    .option('--key-block <block>', 'with --host: TR-31 block of the terminal master key')
    .option('--key-block-file <file>', 'the same from a file')
    .option('--tls', 'with --host: TLS to the host; the four below as for "tillwire terminal"')
    .option('--tls-ca <file>', 'CA of the host certificate (PEM)')
    .option('--tls-cert <file>', 'certificate of the terminal (PEM)')
    .option('--tls-key <file>', 'its private key (PEM)')
    .option('--tls-server-name <name>', 'name in the host certificate')
    .option('--board <dir>', 'with --host: folder of the board whose PIN pad the key block is for')
    .option('--cards <dir>', 'with --host: folder of card images, named as in scenarios (lost-card.json)')
    .option('--junit <file>', 'write a JUnit report | JUnit 报告')
    .option('--json', 'print the result as JSON')
    .option('--progress-json', 'write a JSON line to standard error after each, with its chart')
    .option('--verbose', 'print the message and event chart of each')
    .addHelpText(
      'after',
      `
Exit code 0: all passed; 1: one failed; 2: bad use, or a file is wrong.

  tillwire scenario run all
  tillwire scenario run scenarios/faults/lose-reply.yaml --verbose
  tillwire scenario run scenarios/faults/lose-reply.yaml --real
  tillwire scenario run my-scenarios --host 192.0.2.7:8583 --profile profile.json --key-block-file key-block \\
    --board board --cards cards

With --real and --host a scenario that can not be provoked there is skipped, never passed.`,
    )
    .action(run)
}

async function run(paths: readonly string[], flags: RunFlags): Promise<void> {
  const scenarios = readScenarioFiles(paths)
  const all = (run: RunScenariosOptions['run']): Promise<void> =>
    runScenarios({
      scenarios,
      run,
      verbose: flags.verbose === true,
      json: flags.json === true,
      junit: flags.junit,
      progress: flags.progressJson === true ? writeProgress : undefined,
      print,
    })
  if (flags.host !== undefined) await withForeignHost(flags, all)
  else if (flags.real === true) await withOwnHost(all)
  else await all(runScenario)
}

function list(paths: readonly string[], { json }: { readonly json?: boolean }): void {
  const scenarios = readScenarioFiles(paths)
  if (json === true) {
    const rows = scenarios.map(({ file, name, nameZh, about }) => ({ file, name, zh: nameZh, about }))
    print(`${JSON.stringify(rows)}\n`)
    return
  }
  for (const { file, name, nameZh, about } of scenarios) {
    print(`${file}\n    ${[name, nameZh].filter((each) => each !== undefined).join('  ')}\n`)
    if (about !== undefined) print(`    ${about.trim().replaceAll('\n', '\n    ')}\n`)
  }
}

function writeNew(file: string | undefined): void {
  if (file === undefined) {
    print(SCENARIO_TEMPLATE)
    return
  }
  if (existsSync(file)) throw new UsageFailure(`${file} is there already: give another name`)
  try {
    writeFileSync(file, SCENARIO_TEMPLATE, { flag: 'wx' })
  } catch {
    throw new UsageFailure(`${file} can not be written: check its folder`)
  }
  print(`written; try: tillwire scenario run ${file}\n`)
}
