import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { readPostgresAddress } from '../src/host/store/postgres-place.ts'
import { PostgresStore } from '../src/host/store/postgres-store.ts'
import { SqliteStore } from '../src/host/store/sqlite-store.ts'
import { compileSpec } from '../src/iso8583/compile.ts'
import { UNIONPAY_POS } from '../src/iso8583/specs/unionpay-pos.ts'
import { PostgresServer } from '../test/postgres/postgres-server.ts'
import { BenchEstate } from './postgres-estate.ts'
import { type LoadResult, playLoad, type Script } from './postgres-load.ts'
import { cpuSeconds } from './process-cpu.ts'

export interface PostgresOptions {
  /** Terminals, each on a connection of its own with one request under way. */
  readonly terminals: number
  readonly cards: number
  /** Sales a terminal in a measured run; a quarter of it warms up. */
  readonly sales: number
}

export interface PostgresRun {
  readonly store: 'sqlite' | 'postgres'
  readonly processes: number
  readonly salesPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Bytes of the database for one sale, indexes included. */
  readonly bytesPerSale: number
  /** Processor time of all hosts for one sale, in microseconds. */
  readonly hostMicros: number
  /** The same of the database server. */
  readonly serverMicros: number
}

export interface PostgresFigures {
  readonly runs: readonly PostgresRun[]
  /** One process on PostgreSQL, of the SQLite figure. */
  readonly ofSqlite: number
  /** Two processes, of one. */
  readonly ofOneProcess: number
}

const MAIN = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))
const VIEW = compileSpec(UNIONPAY_POS).createView()
const ENVELOPE_SIZE = 11

/**
 * The same sales by stripe (encrypted track, MAC both ways) in a closed loop against `tillwire host` on its SQLite file,
 * on PostgreSQL, and as two processes on one PostgreSQL. Load, hosts and server share the machine. Each run ends with a
 * check of the books.
 */
export async function measurePostgres(options: PostgresOptions): Promise<PostgresFigures> {
  const directory = mkdtempSync(join(tmpdir(), 'tillwire-bench-'))
  const server = await PostgresServer.start()
  try {
    const runs = [
      await measureSqlite(directory, options),
      await measureShared(directory, options, server, 1),
      await measureShared(directory, options, server, 2),
    ]
    const [sqlite, one, two] = runs.map(({ salesPerSecond }) => salesPerSecond)
    return { runs, ofSqlite: (one ?? 0) / (sqlite ?? 1), ofOneProcess: (two ?? 0) / (one ?? 1) }
  } finally {
    await server.close()
    rmSync(directory, { recursive: true, force: true })
  }
}

async function measureSqlite(parent: string, options: PostgresOptions): Promise<PostgresRun> {
  const directory = folder(parent, 'sqlite')
  const estate = new BenchEstate(directory, options.terminals, options.cards)
  const { commits, numbers } = estate.rows
  const path = join(directory, 'host.db')
  const store = new SqliteStore(path)
  for (const rows of commits) store.commit(rows)
  store.leaseNumbers(numbers)
  store.close()
  const size = (): number => {
    const opened = new SqliteStore(path)
    if (opened.checkBooks().length > 0) throw new Error('the books are wrong')
    opened.close()
    return statSync(path).size
  }
  const before = size()
  const result = await withHosts([{ directory, env: {} }], (ports, pids) =>
    play(estate, options, ports, pids, []),
  )
  return runOf('sqlite', 1, result, size() - before)
}

async function measureShared(
  parent: string,
  options: PostgresOptions,
  server: PostgresServer,
  processes: number,
): Promise<PostgresRun> {
  const directory = folder(parent, `postgres-${processes}`)
  const estate = new BenchEstate(directory, options.terminals, options.cards)
  const { commits, numbers } = estate.rows
  const address = await server.emptyDatabase()
  const database = address.slice(address.lastIndexOf('/') + 1)
  const store = await PostgresStore.open(readPostgresAddress(address))
  for (const rows of commits) await store.commit(rows)
  await store.leaseNumbers(numbers)
  const size = async (): Promise<number> => {
    const [row] = (await server.ask(database, `SELECT pg_database_size('${database}') AS size`)) as readonly {
      readonly size: string
    }[]
    return Number(row?.size)
  }
  const before = await size()
  const hosts = Array.from({ length: processes }, (_, index) => {
    if (index === 0) return { directory, env: { TILLWIRE_STORE: address } }
    const copy = folder(parent, `postgres-${processes}-${index}`)
    for (const name of ['local-master-key', 'personalisation.json']) copyIfThere(directory, copy, name)
    return { directory: copy, env: { TILLWIRE_STORE: address } }
  })
  const serverPids = server.pid === undefined ? [] : [server.pid]
  const result = await withHosts(hosts, (ports, pids) => play(estate, options, ports, pids, serverPids))
  if ((await store.checkBooks()).length > 0) throw new Error('the books are wrong')
  await store.close()
  return runOf('postgres', processes, result, (await size()) - before)
}

interface Played extends LoadResult {
  readonly hostSeconds: number
  readonly serverSeconds: number
}

async function play(
  estate: BenchEstate,
  options: PostgresOptions,
  ports: readonly number[],
  hostPids: readonly number[],
  serverPids: readonly number[],
): Promise<Played> {
  const warmUp = estate.scripts(Math.ceil(options.sales / 4))
  const scripts = estate.scripts(options.sales)
  await checked(warmUp, ports)
  const before = [cpuSeconds(hostPids), cpuSeconds(serverPids)]
  const result = await checked(scripts, ports)
  return {
    ...result,
    hostSeconds: cpuSeconds(hostPids) - (before[0] ?? 0),
    serverSeconds: cpuSeconds(serverPids) - (before[1] ?? 0),
  }
}

async function checked(scripts: readonly Script[], ports: readonly number[]): Promise<LoadResult> {
  const result = await playLoad(scripts, ports, (frame) =>
    VIEW.index(frame, ENVELOPE_SIZE, frame.length) ? (VIEW.text(39) ?? '') : 'none',
  )
  const approved = result.codes.get('00') ?? 0
  if (approved !== result.answered) throw new Error(`not all approved: ${JSON.stringify([...result.codes])}`)
  return result
}

interface HostPlace {
  readonly directory: string
  readonly env: Readonly<Record<string, string>>
}

async function withHosts<T>(
  places: readonly HostPlace[],
  work: (ports: readonly number[], pids: readonly number[]) => Promise<T>,
): Promise<T> {
  const children: ChildProcess[] = []
  try {
    const ports: number[] = []
    for (const { directory, env } of places) {
      const args = ['host', '--data', directory, '--json', '--no-test-behaviour', '--log-level', 'silent']
      const free = ['--port-unionpay', '0', '--port-ascii', '0', '--port-binary', '0']
      const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...args, ...free], {
        env: { ...process.env, ...env },
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      children.push(child)
      ports.push(await portOf(child))
    }
    return await work(
      ports,
      children.flatMap(({ pid }) => (pid === undefined ? [] : [pid])),
    )
  } finally {
    for (const child of children) {
      if (child.exitCode !== null) continue
      child.kill('SIGINT')
      await once(child, 'exit')
    }
  }
}

async function portOf(child: ChildProcess): Promise<number> {
  for await (const line of createInterface({ input: child.stdout ?? process.stdin })) {
    const ready = JSON.parse(line) as { readonly ports: { readonly 'unionpay-pos': number } }
    return ready.ports['unionpay-pos']
  }
  throw new Error('the host did not start')
}

function runOf(
  store: PostgresRun['store'],
  processes: number,
  { answered, seconds, p50Ms, p99Ms, hostSeconds, serverSeconds }: Played,
  grownBytes: number,
): PostgresRun {
  return {
    store,
    processes,
    salesPerSecond: answered / seconds,
    p50Ms,
    p99Ms,
    // The warm-up adds a quarter.
    bytesPerSale: grownBytes / (answered * 1.25),
    hostMicros: (hostSeconds * 1e6) / answered,
    serverMicros: (serverSeconds * 1e6) / answered,
  }
}

function folder(parent: string, name: string): string {
  const path = join(parent, name)
  mkdirSync(path, { mode: 0o700 })
  return path
}

function copyIfThere(from: string, to: string, name: string): void {
  if (existsSync(join(from, name))) copyFileSync(join(from, name), join(to, name))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { runs, ofSqlite, ofOneProcess } = await measurePostgres({
    terminals: 256,
    cards: 100_000,
    sales: 80,
  })
  for (const {
    store,
    processes,
    salesPerSecond,
    p50Ms,
    p99Ms,
    bytesPerSale,
    hostMicros,
    serverMicros,
  } of runs) {
    process.stdout.write(
      `${store.padEnd(10)}${processes} process${processes === 1 ? '  ' : 'es'}${salesPerSecond.toFixed(0).padStart(8)} sales/s   p50 ${p50Ms.toFixed(1)} ms   p99 ${p99Ms.toFixed(1)} ms   ${bytesPerSale.toFixed(0)} bytes, host ${hostMicros.toFixed(0)} µs, server ${serverMicros.toFixed(0)} µs of processor a sale\n`,
    )
  }
  process.stdout.write(
    `PostgreSQL of SQLite ${ofSqlite.toFixed(2)}, two processes of one ${ofOneProcess.toFixed(2)}\n`,
  )
}
