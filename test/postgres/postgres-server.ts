import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import pg from 'pg'
import { freePort } from '../e2e/free-port.ts'
import { findPostgres } from './find-postgres.ts'

const USER = 'tillwire'
export const PASSWORD = 'not-a-secret-0815'
const READY = 'database system is ready to accept connections'

/** Who the server runs as: it refuses root. */
interface Runner {
  readonly uid: number
  readonly gid: number
}

/** A real PostgreSQL of its own for one test file, on a loopback port, with fsync on. */
export class PostgresServer {
  readonly port: number
  readonly #programs: string
  readonly #directory: string
  readonly #runner: Runner | undefined
  #process: ChildProcess | undefined
  #databases = 0

  private constructor(programs: string, directory: string, runner: Runner | undefined, port: number) {
    this.#programs = programs
    this.#directory = directory
    this.#runner = runner
    this.port = port
  }

  static async start(): Promise<PostgresServer> {
    const programs = findPostgres()
    const runner = runnerOf()
    const directory = mkdtempSync(join(tmpdir(), 'tillwire-postgres-'))
    chmodSync(directory, 0o755)
    const server = new PostgresServer(
      reachable(programs, directory, runner),
      directory,
      runner,
      await freePort(),
    )
    try {
      await server.#initialise()
      await server.up()
      return server
    } catch (error) {
      await server.close()
      throw error
    }
  }

  /** Starts the server again after `down` or `kill`. */
  async up(): Promise<void> {
    const child = this.#spawn('postgres', [
      ...['-D', this.#data, '-p', String(this.port), '-c', 'listen_addresses=127.0.0.1'],
      ...['-c', `unix_socket_directories=${this.#data}`, '-c', 'fsync=on', '-c', 'lc_messages=C'],
    ])
    this.#process = child
    const said: string[] = []
    for await (const line of createInterface({ input: child.stderr ?? process.stdin })) {
      said.push(line)
      if (line.includes(READY)) {
        child.stderr?.resume()
        return
      }
    }
    throw new Error(`PostgreSQL does not start:\n${said.join('\n')}`)
  }

  /** Ends all sessions and stops. */
  down(): Promise<void> {
    return this.#stop('SIGINT')
  }

  /** Stops as by a power cut; the next start recovers from the log. */
  kill(): Promise<void> {
    return this.#stop('SIGQUIT')
  }

  /** Of its first process; undefined while it is down. */
  get pid(): number | undefined {
    return this.#process?.pid
  }

  address(database: string, password = PASSWORD): string {
    return `postgres://${USER}:${password}@127.0.0.1:${this.port}/${database}`
  }

  /** Address of a database with nothing in it. */
  async emptyDatabase(): Promise<string> {
    const name = `tillwire${++this.#databases}`
    await this.ask('postgres', `CREATE DATABASE ${name}`)
    return this.address(name)
  }

  /** Runs one statement as somebody else would. */
  async ask(database: string, sql: string): Promise<readonly unknown[]> {
    const client = new pg.Client(this.address(database))
    await client.connect()
    try {
      const { rows } = await client.query(sql)
      return rows
    } finally {
      await client.end()
    }
  }

  async close(): Promise<void> {
    await this.kill()
    rmSync(this.#directory, { recursive: true, force: true })
  }

  get #data(): string {
    return join(this.#directory, 'data')
  }

  async #initialise(): Promise<void> {
    mkdirSync(this.#data, { mode: 0o700 })
    const passwordFile = join(this.#directory, 'password')
    writeFileSync(passwordFile, PASSWORD)
    if (this.#runner !== undefined) {
      for (const path of [this.#data, passwordFile]) chownSync(path, this.#runner.uid, this.#runner.gid)
    }
    const child = this.#spawn('initdb', [
      ...['-D', this.#data, '-U', USER, '--pwfile', passwordFile, '--auth', 'scram-sha-256'],
      ...['--encoding', 'UTF8', '--locale', 'C', '--no-sync'],
    ])
    const said: Buffer[] = []
    child.stderr?.on('data', (chunk: Buffer) => said.push(chunk))
    const [code] = await once(child, 'exit')
    if (code !== 0) throw new Error(`initdb failed: ${Buffer.concat(said).toString('utf8')}`)
  }

  #spawn(program: string, args: readonly string[]): ChildProcess {
    return spawn(join(this.#programs, program), args, {
      ...this.#runner,
      cwd: this.#directory,
      env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
  }

  async #stop(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process
    this.#process = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
}

/** Root's tests run the server as somebody else. */
function runnerOf(): Runner | undefined {
  if (process.getuid?.() !== 0) return undefined
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody')
  if (user === undefined) throw new Error('PostgreSQL refuses to run as root, and there is no user "nobody"')
  return { uid: Number(user[2]), gid: Number(user[3]) }
}

/** The other user may not be let into the folder of the packages: it gets a copy then. */
function reachable(programs: string, directory: string, runner: Runner | undefined): string {
  if (runner === undefined || !programs.includes('node_modules')) return programs
  const copy = join(directory, 'native')
  cpSync(dirname(programs), copy, { recursive: true, verbatimSymlinks: true })
  return join(copy, 'bin')
}
