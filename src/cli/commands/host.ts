import { readFile } from 'node:fs/promises'
import { Command, Option } from 'commander'
import { DEFAULT_LIMITS, type TlsOptions } from '../../host/gateway/gateway-options.ts'
import { type HostLogLevel, openHostLog } from '../../host/service/host-log.ts'
import { HostMetrics } from '../../host/service/host-metrics.ts'
import type { MetricsServer } from '../../host/service/metrics-server.ts'
import { type Host, type HostOptions, openHost } from '../../host/service/open-host.ts'
import { DEFAULT_PORTS } from '../../host/service/open-ports.ts'
import { openSharedHost, type SharedHost } from '../../host/service/open-shared-host.ts'
import { readPostgresAddress } from '../../host/store/postgres-place.ts'
import { backupCommands } from '../backup/backup-commands.ts'
import { careBeside } from '../console/care-beside.ts'
import { CONSOLE_OPTION, consolePlaceOf, NO_CONSOLE_OPTION } from '../console/console-option.ts'
import { consoleLines, type ServedConsole, serveConsole } from '../console/serve-console.ts'
import { Finding, UsageFailure } from '../failure.ts'
import { accountCommand } from '../host/account-command.ts'
import { catalogueCommand } from '../host/catalogue-commands.ts'
import { clearingCommands } from '../host/clearing-commands.ts'
import { type RecordFlags, storeOption } from '../host/command-records.ts'
import { currenciesCommand } from '../host/currencies-command.ts'
import { explainLine } from '../host/explain-line.ts'
import {
  METRICS_OPTION,
  type MetricsPlace,
  metricsLine,
  metricsPlaceOf,
  openMetrics,
} from '../host/metrics-option.ts'
import { ratesCommand } from '../host/rates-command.ts'
import { retentionCommand } from '../host/retention-command.ts'
import { printStatus } from '../host/status-report.ts'
import { terminalCommand } from '../host/terminal-commands.ts'
import { walletCommand } from '../host/wallet-command.ts'
import { guarded, withRecords } from '../host/with-records.ts'
import { openRecorder, RECORD_OPTION } from '../recording/open-recorder.ts'
import type { Recorder } from '../recording/recorder.ts'

const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent']

interface ServeFlags extends RecordFlags {
  readonly portUnionpay: string
  readonly portAscii: string
  readonly portBinary: string
  readonly address: string
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly tlsClientCa?: string
  readonly testBehaviour: boolean
  readonly json?: boolean
  readonly record?: string
  readonly logLevel: HostLogLevel
  readonly metrics?: string
  readonly console?: string | boolean
  readonly connectionsMax: string
  readonly connectionsPerAddress: string
}

export function buildCommand(): Command {
  const command = new Command('host')
    .description('Run the acquirer host: authorises, settles, keeps the books.')
    .option('--data <dir>', 'folder of its records and keys', 'tillwire-data/host')
    .addOption(storeOption())
    .option(
      '--port-unionpay <n>',
      'UnionPay POS dialect; 0 takes any free port',
      String(DEFAULT_PORTS['unionpay-pos']),
    )
    .option('--port-ascii <n>', 'ISO 8583:1987 ASCII', String(DEFAULT_PORTS['iso1987-ascii']))
    .option('--port-binary <n>', 'ISO 8583:1987 binary', String(DEFAULT_PORTS['iso1987-binary']))
    .option('--address <ip>', 'address to listen on', '127.0.0.1')
    .option('--tls-cert <file>', 'PEM certificate: all ports speak TLS')
    .option('--tls-key <file>', 'PEM private key of the certificate')
    .option('--tls-client-ca <file>', 'PEM certificate that signs the clients')
    .option('--no-test-behaviour', 'decide every amount and card by the rules alone')
    .option('--json', 'print one line of JSON when ready')
    .option(...CONSOLE_OPTION)
    .option(...NO_CONSOLE_OPTION)
    .option(...METRICS_OPTION)
    .option(
      '--connections-max <n>',
      'connections at once; more are turned away',
      String(DEFAULT_LIMITS.connectionsMax),
    )
    .option(
      '--connections-per-address <n>',
      'connections from one address',
      String(DEFAULT_LIMITS.connectionsPerAddressMax),
    )
    .option(...RECORD_OPTION)
    .addOption(new Option('--log-level <level>', 'log on standard error').choices(LOG_LEVELS).default('info'))
    .action(serve)
  command.addCommand(statusCommand())
  command.addCommand(explainCommand())
  command.addCommand(terminalCommand())
  command.addCommand(catalogueCommand())
  command.addCommand(accountCommand())
  command.addCommand(walletCommand())
  command.addCommand(retentionCommand())
  command.addCommand(ratesCommand())
  command.addCommand(currenciesCommand())
  for (const each of [...clearingCommands(), ...backupCommands('host', 'tillwire-data/host')])
    command.addCommand(each)
  return command
}

async function serve(flags: ServeFlags): Promise<void> {
  const tls = await readTls(flags)
  const { testBehaviour } = flags
  const recorder = openRecorder(flags.record, { program: 'host', testBehaviour })
  try {
    await serveWith(flags, tls, recorder)
  } finally {
    recorder?.close()
  }
}

async function serveWith(
  flags: ServeFlags,
  tls: TlsOptions | undefined,
  recorder: Recorder | undefined,
): Promise<void> {
  let stop: (reason: string | undefined) => void = () => {}
  const stopped = new Promise<string | undefined>((done) => {
    stop = done
  })
  const place = metricsPlaceOf(flags.metrics)
  const isWatched = place !== undefined || consolePlaceOf(flags.console) !== undefined
  const metrics = isWatched ? new HostMetrics() : undefined
  const options = {
    ...hostOptionsOf(flags),
    onFatal: stop,
    ...(metrics === undefined ? {} : { metrics }),
    ...(tls === undefined ? {} : { tls }),
  }
  const host = await guarded(() => open(flags, recorder, options))
  let server: MetricsServer | undefined
  let served: ServedConsole | undefined
  let care: ReturnType<typeof careBeside> | undefined
  try {
    if (place !== undefined && metrics !== undefined) {
      server = await guarded(() => openMetrics(place, metrics))
    }
    served = await guarded(() => serveConsoleOf(host, flags, metrics))
    if (served === undefined && 'signatures' in host && flags.store === undefined)
      care = await guarded(async () => careBeside(host, flags.data, metrics))
    process.once('SIGINT', () => stop(undefined))
    process.once('SIGTERM', () => stop(undefined))
    // A program that started this host and holds a channel to it is gone, however it went.
    process.once('disconnect', () => stop(undefined))
    process.channel?.unref()
    const metricsPlace = place === undefined ? undefined : { ...place, port: server?.port ?? 0 }
    announce(host.ports, flags, metricsPlace, served)
    const reason = await stopped
    if (reason !== undefined) throw new Finding(reason)
  } finally {
    await served?.close()
    care?.close()
    await server?.close()
    await host.close()
  }
}

function hostOptionsOf(flags: ServeFlags): Omit<HostOptions, 'tap'> {
  return {
    dataDirectory: flags.data,
    ports: {
      'unionpay-pos': portOf(flags.portUnionpay),
      'iso1987-ascii': portOf(flags.portAscii),
      'iso1987-binary': portOf(flags.portBinary),
    },
    address: flags.address,
    testBehaviour: flags.testBehaviour,
    log: openHostLog(flags.logLevel),
    limits: {
      connectionsMax: countOf('--connections-max', flags.connectionsMax),
      connectionsPerAddressMax: countOf('--connections-per-address', flags.connectionsPerAddress),
    },
  }
}

/** On the file in its folder, or on a store that it shares. */
async function open(
  { store }: ServeFlags,
  recorder: Recorder | undefined,
  options: Omit<HostOptions, 'tap'>,
): Promise<Host | SharedHost> {
  if (store === undefined) {
    return openHost({ ...options, ...(recorder === undefined ? {} : { tap: recorder.hostTap }) })
  }
  if (recorder !== undefined) {
    throw new UsageFailure(
      '--record knows its terminals from the file in --data: leave --store away, or record elsewhere',
    )
  }
  return openSharedHost({ ...options, place: readPostgresAddress(store) })
}

/** Undefined without a console: not wanted, or on a shared store, which has no back office of its own. */
async function serveConsoleOf(
  host: Host | SharedHost,
  { console: flag, data, json }: ServeFlags,
  metrics: HostMetrics | undefined,
): Promise<ServedConsole | undefined> {
  const place = consolePlaceOf(flag)
  if (place === undefined) return undefined
  if (!('estate' in host)) {
    if (!place.isDefault) throw new UsageFailure('the console needs the file in --data: leave --store away')
    return undefined
  }
  return serveConsole(host, { directory: data, place, metrics }, () => {
    if (json !== true) process.stdout.write('正在生成控制台页面 building the page of the console …\n')
  })
}

function announce(
  ports: Readonly<Record<string, number>>,
  { json, address, data }: ServeFlags,
  metrics: MetricsPlace | undefined,
  served: ServedConsole | undefined,
): void {
  if (json) {
    const said = {
      ready: true,
      address,
      ports,
      ...(metrics === undefined ? {} : { metrics }),
      ...(served === undefined ? {} : { console: { url: served.console.url } }),
    }
    process.stdout.write(`${JSON.stringify(said)}\n`)
    return
  }
  const lines = Object.entries(ports).map(([dialect, port]) => `  ${dialect.padEnd(16)} ${address}:${port}`)
  if (metrics !== undefined) lines.push(metricsLine(metrics))
  if (served !== undefined) lines.push(consoleLines(served))
  process.stdout.write(`The host answers / 主机已就绪 (${data}, Ctrl-C stops it):\n${lines.join('\n')}\n`)
}

function countOf(flag: string, text: string): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1) throw new UsageFailure(`${flag} takes a number from 1`)
  return count
}

function portOf(text: string): number {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new UsageFailure(`'${text}' is no port (0 to 65535)`)
  return port
}

async function readTls({ tlsCert, tlsKey, tlsClientCa }: ServeFlags): Promise<TlsOptions | undefined> {
  if (tlsCert === undefined && tlsKey === undefined && tlsClientCa === undefined) return undefined
  if (tlsCert === undefined || tlsKey === undefined || tlsClientCa === undefined) {
    throw new UsageFailure('TLS needs --tls-cert, --tls-key and --tls-client-ca together')
  }
  const [certificate, key, clientCa] = await Promise.all([tlsCert, tlsKey, tlsClientCa].map(readPem))
  return { certificate: certificate ?? '', key: key ?? '', clientCa: clientCa ?? '' }
}

async function readPem(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new UsageFailure(`cannot read ${path}`)
  })
  if (!text.includes('-----BEGIN')) throw new UsageFailure(`${path} is no PEM file`)
  return text
}

function statusCommand(): Command {
  return new Command('status')
    .description('Check the books and print totals; exit code 1 when the books are wrong.')
    .option('--data <dir>', 'folder of the host', 'tillwire-data/host')
    .addOption(storeOption())
    .option('--json', 'print JSON')
    .action((flags: RecordFlags & { json?: boolean }) =>
      withRecords(flags, async ({ store }) => {
        const findings = await printStatus(store, flags.json === true)
        if (findings > 0) throw new Finding(`the books are wrong in ${findings} places`)
      }),
    )
}

function explainCommand(): Command {
  return new Command('explain')
    .description('Print why the last frames were rejected and requests refused.')
    .option('--data <dir>', 'folder of the host', 'tillwire-data/host')
    .addOption(storeOption())
    .option('--limit <n>', 'how many', '20')
    .option('--json', 'print one JSON object a line')
    .action((flags: RecordFlags & { limit: string; json?: boolean }) =>
      withRecords(flags, async ({ store }) => {
        const limit = Number(flags.limit)
        if (!Number.isInteger(limit) || limit < 1) throw new UsageFailure('--limit takes a number from 1')
        for (const explain of await store.listExplains(limit)) {
          process.stdout.write(`${flags.json ? JSON.stringify(explain) : explainLine(explain)}\n`)
        }
      }),
    )
}
