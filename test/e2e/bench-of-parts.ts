import { join } from 'node:path'
import type { TransactionRow } from '../../src/host/core/records.ts'
import { openHostRecords } from '../../src/host/service/open-host.ts'
import { runHere } from '../cli/run-here.ts'
import { freePort } from './free-port.ts'
import { Program } from './program.ts'

const TERMINAL_ID = '10000001'

/** Host, board and terminal as programs of their own, in one folder. */
export class BenchOfParts {
  readonly #directory: string
  readonly #port: number
  readonly #running = new Set<Program>()

  private constructor(directory: string, port: number) {
    this.#directory = directory
    this.#port = port
  }

  static async in(directory: string): Promise<BenchOfParts> {
    return new BenchOfParts(directory, await freePort())
  }

  /** Where the host listens for the UnionPay dialect. */
  get address(): string {
    return `127.0.0.1:${this.#port}`
  }

  path(name: string): string {
    return join(this.#directory, name)
  }

  /** Runs a short command to its end; its exit code must be 0. */
  async run(...args: readonly string[]): Promise<string> {
    const { code, output, errors } = await runHere(...args)
    if (code !== 0) throw new Error(`${args.slice(0, 2).join(' ')} ended with ${code}: ${errors}`)
    return output
  }

  async startHost(...flags: readonly string[]): Promise<Program> {
    const ports = ['--port-unionpay', String(this.#port), '--port-ascii', '0', '--port-binary', '0']
    const args = ['host', '--data', this.path('host'), ...ports, '--no-console', '--json', ...flags]
    const host = this.#start(args)
    await host.until(({ events }) => events.find(({ ready }) => ready === true))
    return host
  }

  async startBoard(...flags: readonly string[]): Promise<Program> {
    const board = this.#start([
      ...['board', '--data', this.path('board'), '--cards', this.path('cards'), '--fast', '--json'],
      ...flags,
    ])
    await board.event('ready')
    return board
  }

  async makeCard(name: string, pan: string, ...flags: readonly string[]): Promise<void> {
    const out = this.path(`cards/${name}.json`)
    await this.run('card', 'new', '--data', this.path('host'), '--pan', pan, '--out', out, ...flags)
  }

  /** The key block of the terminal's master key for the pad of the board. The host must not run. */
  async makeKeyBlock(): Promise<string> {
    const padFile = this.path('board/pad-provisioning.json')
    const flags = ['--tid', TERMINAL_ID, '--pad-file', padFile, '--data', this.path('host')]
    return (await this.run('host', 'terminal', 'key', ...flags)).trim()
  }

  startTerminal(...flags: readonly string[]): Program {
    const devices = ['reader', 'pinpad', 'printer'].flatMap((name) => [
      `--${name}`,
      this.path(`board/${name}`),
    ])
    const address = ['--host', this.address, '--data', this.path('terminal')]
    return this.#start(['terminal', ...devices, ...address, '--json', ...flags])
  }

  /** The host's records of the terminal and what is wrong in its books. The host must not run. */
  readBooks(): { readonly transactions: readonly TransactionRow[]; readonly findings: readonly unknown[] } {
    const records = openHostRecords(this.path('host'))
    try {
      return {
        transactions: records.store.listTransactions({ tid: TERMINAL_ID }),
        findings: records.store.checkBooks(),
      }
    } finally {
      records.close()
    }
  }

  async stopAll(): Promise<void> {
    for (const program of this.#running) await program.kill()
  }

  #start(args: readonly string[]): Program {
    const program = new Program(args)
    this.#running.add(program)
    return program
  }
}
