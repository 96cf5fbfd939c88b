import { Command } from 'commander'
import { DEFAULT_PORTS } from '../../host/service/open-ports.ts'
import { openSharedConsole, type SharedConsole } from '../../host/service/open-shared-console.ts'
import { consolePlaceOf } from '../console/console-option.ts'
import { consoleLines, type ServedConsole, serveSharedConsole } from '../console/serve-console.ts'
import { Finding, UsageFailure } from '../failure.ts'
import { STORE_VARIABLE, storeOption } from '../host/command-records.ts'
import { guarded } from '../host/with-records.ts'

interface Flags {
  readonly data: string
  readonly store?: string
  readonly listen?: string
  readonly hostPort: string
  readonly loadHost?: string
  readonly json?: boolean
}

export function buildCommand(): Command {
  return new Command('console')
    .description(
      'Serve the console of hosts that share a database. One at a time: a second one waits and takes over. 多主机共用的控制台',
    )
    .option('--data <dir>', 'folder of its copy of the local master key', 'tillwire-data/host')
    .addOption(storeOption())
    .option('--listen <[host:]port>', 'a port alone means this machine only (default: 8580)')
    .option(
      '--host-port <n>',
      'where terminals reach the hosts: devices are told when they are activated',
      String(DEFAULT_PORTS['unionpay-pos']),
    )
    .option(
      '--load-host <host:port>',
      'host or balancer that loads from this console go to (default: this machine, --host-port)',
    )
    .option('--json', 'print one line of JSON when ready')
    .action(serve)
}

async function serve(flags: Flags): Promise<void> {
  const { store: address, data, json } = flags
  if (address === undefined) {
    throw new UsageFailure(
      `give --store postgres://… or ${STORE_VARIABLE}: a host on its own file serves its console itself (tillwire host)`,
    )
  }
  const place = consolePlaceOf(flags.listen)
  const hostPort = portOf(flags.hostPort)
  if (flags.loadHost !== undefined && !/^[^\s:]+:\d{1,5}$/.test(flags.loadHost))
    throw new UsageFailure(
      `--load-host takes a host and a port, such as 10.0.0.5:8583, not '${flags.loadHost}'`,
    )
  if (place === undefined) return
  const ending = new AbortController()
  let stop: (reason: string | undefined) => void = () => {}
  const stopped = new Promise<string | undefined>((done) => {
    stop = done
  })
  const end = (): void => {
    ending.abort()
    stop(undefined)
  }
  process.once('SIGINT', end)
  process.once('SIGTERM', end)
  const say = (text: string): void => void (json === true || process.stdout.write(`${text}\n`))
  const shared = await guarded(() =>
    openSharedConsole({
      dataDirectory: data,
      address,
      ports: { ...DEFAULT_PORTS, 'unionpay-pos': hostPort },
      onLost: stop,
      taking: {
        signal: ending.signal,
        waiting: (holder) =>
          say(`由 ${holder} 提供，等待接管 served by ${holder}; waiting to take over (Ctrl-C ends this)`),
      },
    }),
  )
  if (shared === undefined) return
  await serveUntil(shared, stopped, async () =>
    announce(
      await guarded(() =>
        serveSharedConsole(shared, { directory: data, place, loadTarget: flags.loadHost }, () =>
          say('正在生成控制台页面 building the page of the console …'),
        ),
      ),
      json === true,
    ),
  )
}

async function serveUntil(
  shared: SharedConsole,
  stopped: Promise<string | undefined>,
  open: () => Promise<ServedConsole>,
): Promise<void> {
  let served: ServedConsole | undefined
  try {
    served = await open()
    const reason = await stopped
    if (reason !== undefined) throw new Finding(reason)
  } finally {
    await served?.close()
    await shared.close()
  }
}

function announce(served: ServedConsole, json: boolean): ServedConsole {
  const { url } = served.console
  const text = json
    ? JSON.stringify({ ready: true, console: { url } })
    : `控制台已就绪 The console is ready (Ctrl-C stops it):\n${consoleLines(served)}`
  process.stdout.write(`${text}\n`)
  return served
}

function portOf(text: string): number {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new UsageFailure(`--host-port takes a port (1 to 65535), not '${text}'`)
  return port
}
