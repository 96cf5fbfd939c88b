import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

/** What a server says of itself when it ends. */
export interface ServerBooks {
  readonly transactions?: number
  /** Things in the books that can't be. */
  readonly findings?: number
}

/** How a server is now. */
export interface ServerState {
  /** Memory of its process that is in use, garbage not counted. */
  readonly residentBytes: number
  readonly connections: number
}

/** A server of the benchmark in a process of its own; it ends with this process. */
export class BenchServer {
  readonly port: number
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, port: number) {
    this.#child = child
    this.port = port
  }

  static async start(program: URL, ...args: readonly string[]): Promise<BenchServer> {
    const child = fork(program, [...args], {
      execArgv: [...process.execArgv, '--expose-gc'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    const said = await Promise.race([
      once(child, 'message').then(([message]) => message as { readonly port: number }),
      once(child, 'exit').then(() => undefined),
    ])
    if (said === undefined) throw new Error(`${program.pathname} did not start`)
    return new BenchServer(child, said.port)
  }

  async state(): Promise<ServerState> {
    this.#child.send('state')
    const [state] = (await once(this.#child, 'message')) as [ServerState]
    return state
  }

  async stop(): Promise<ServerBooks> {
    this.#child.send('stop')
    const [books] = (await once(this.#child, 'message')) as [ServerBooks]
    return books
  }
}
