import { Command, Option } from 'commander'
import { languageOf } from '../language.ts'
import { loadCommand } from '../load/load-command.ts'
import type { LoadFlags } from '../load/load-options.ts'
import { prepareCommand } from '../load/prepare-command.ts'

export function buildCommand(): Command {
  const command = new Command('load')
    .description('Put a host under load from many virtual terminals, and measure it.')
    .option('--host <host:port>', 'a running host; without it one is started for the load, and removed')
    .option('--data <dir>', 'folder that "tillwire load prepare" filled: the terminals that --host knows')
    .option('--target <file>', 'a host that is not ours: its dialect, keys, cards and messages, as JSON')
    .option(
      '--mix <name|file>',
      'what terminals do: stripe, chip, day, or a YAML file (stripe; day for a soak)',
    )
    .option(
      '--terminals <n>',
      'virtual terminals (as many as requests may be under way; 200 in an open loop)',
    )
    .option('--connections <n>', 'connections, shared by the terminals', '8')
    .option('--outstanding <n>', 'closed loop: requests under way on each connection (8)')
    .option('--rate <n>', 'open loop: arrivals a second, whatever the host does')
    .addOption(
      new Option('--arrivals <process>', 'open loop: poisson, even, or steps with --steps').choices([
        'poisson',
        'even',
        'steps',
      ]),
    )
    .option('--steps <list>', 'open loop: rates one after the other, such as 100:10s,200:10s')
    .option('--duration <time>', 'how long: 30s, 5m, 8h (10s)')
    .option('--warmup <time>', 'whole seconds at the beginning that do not count', '0s')
    .option('--timeout <time>', 'how long a request waits for its reply', '10s')
    .option('--workers <n>', 'processes that share the load', '1')
    .option('--seed <n>', 'what is drawn: amounts, kinds, arrivals', '1')
    .option('--soak <time>', 'as --duration, and judges memory, descriptors and latency by their slopes')
    .option('--host-pid <n>', 'with --soak: process of the host, when it runs on this machine')
    .option('--html <file>', 'write a report with plots')
    .addOption(
      new Option('--lang <language>', 'language of the report')
        .choices(['zh', 'en'])
        .default(languageOf(process.env)),
    )
    .option('--json', 'print the result as JSON')
    .option('--progress-json', 'write each second to standard error as a JSON line')
    .addHelpText(
      'after',
      `
Exit code 0: all was answered, and the books agree; 1: findings; 2: bad use.

  tillwire load                                  ten seconds against a host of its own
  tillwire load --rate 2000 --html report.html   an open loop, with plots
  tillwire load --steps 500:20s,1000:20s,2000:20s --mix day
  tillwire load --soak 8h --rate 200
  tillwire load prepare --data DIR --terminals 100   then start the host on DIR, and
  tillwire load --host 127.0.0.1:8583 --data DIR
  tillwire load --target acquirer.json --rate 50 --duration 1m`,
    )
    .action((flags: LoadFlags) => loadCommand(flags))
  command.addCommand(prepareCommand())
  return command
}
