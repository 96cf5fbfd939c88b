import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { requireThat } from '../bench-part.ts'
import { messageOrEnd } from '../message-or-end.ts'
import type { HostileAnswer, HostileOrder } from './hostile-kind.ts'

const PROGRAM = fileURLToPath(new URL('./hostile-child.ts', import.meta.url))

/** Hostile clients in a process of their own; it ends with this process. */
export class HostileClients {
  readonly #child: ChildProcess

  private constructor(child: ChildProcess) {
    this.#child = child
  }

  /** Resolves once all are connected. */
  static async start(order: HostileOrder): Promise<HostileClients> {
    const child = fork(PROGRAM, [JSON.stringify(order)], { execArgv: process.execArgv })
    const clients = new HostileClients(child)
    await clients.#answer('ready')
    return clients
  }

  /** Hangs all up; answers how many frames they sent and how often the host closed one. */
  async stop(): Promise<{ readonly sent: number; readonly closed: number }> {
    this.#child.send('stop')
    return this.#answer('over')
  }

  async #answer<Kind extends HostileAnswer['kind']>(
    kind: Kind,
  ): Promise<Extract<HostileAnswer, { kind: Kind }>> {
    const answer = (await messageOrEnd(this.#child)) as HostileAnswer | undefined
    requireThat(answer?.kind === kind, 'the hostile clients ended early')
    return answer as Extract<HostileAnswer, { kind: Kind }>
  }
}
