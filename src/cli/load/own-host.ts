import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openHostRecords } from '../../host/service/open-host.ts'
import type { LineAddress } from '../../load/load-line.ts'
import type { BooksFigures } from '../../load/load-result.ts'
import { Finding } from '../failure.ts'
import { prepareEstate, writeEstate } from './prepare-estate.ts'

export const INTERRUPTED = 'interrupted before the load began'
const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))

/** A host that stands for one load, in a folder that goes with it. */
export interface OwnHost {
  readonly address: LineAddress
  readonly pid: number
  readonly estateFile: string
  readonly terminalIds: readonly string[]
  /** Ends the host and reads what it wrote down; `undefined` figures of the load are filled in by who knows them. */
  stopAndCount(): Promise<Pick<BooksFigures, 'rows' | 'wrong'>>
  /** Ends the host, whatever it does, and removes the folder. */
  remove(): Promise<void>
}

/**
 * Makes an estate of `terminals` in a temporary folder and starts `tillwire host` on it, in a process of its own.
 * @throws {Finding} when `isInterrupted` meanwhile, and nothing is left then.
 */
export async function startOwnHost(terminals: number, isInterrupted: () => boolean): Promise<OwnHost> {
  const directory = mkdtempSync(join(tmpdir(), 'tillwire-load-'))
  let child: ChildProcess | undefined
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const closed = once(child, 'exit')
    child.kill(signal)
    await closed
  }
  const killNow = (): void => {
    child?.kill('SIGKILL')
    rmSync(directory, { recursive: true, force: true })
  }
  process.once('exit', killNow)
  const remove = async (): Promise<void> => {
    await end('SIGKILL')
    rmSync(directory, { recursive: true, force: true })
    process.off('exit', killNow)
  }
  try {
    const data = join(directory, 'host')
    const estateFile = join(directory, 'estate.json')
    mkdirSync(data, { mode: 0o700 })
    const estate = await prepareEstate(data, terminals, isInterrupted)
    if (isInterrupted()) throw new Finding(INTERRUPTED)
    writeEstate(estateFile, estate)
    child = spawnHost(data)
    const address = { host: '127.0.0.1', port: await readyPort(child) }
    const terminalIds = estate.terminals.map(({ tid }) => tid)
    return {
      address,
      pid: child.pid ?? 0,
      estateFile,
      terminalIds,
      async stopAndCount() {
        await end('SIGTERM')
        return countRows(data, terminalIds)
      },
      remove,
    }
  } catch (error) {
    await remove()
    throw error
  }
}

/**
 * Its own process group: Ctrl-C must not end the host before the load is counted. The channel carries nothing; it ends
 * with this process, and then the host does.
 */
function spawnHost(data: string): ChildProcess {
  const ports = ['--port-unionpay', '0', '--port-ascii', '0', '--port-binary', '0']
  const command = ['host', '--data', data, ...ports, '--no-console', '--json', '--log-level', 'error']
  return spawn(process.execPath, [...process.execArgv, MAIN, ...command], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    detached: true,
  })
}

async function readyPort(child: ChildProcess): Promise<number> {
  let text = ''
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk)
    if (!text.includes('\n')) continue
    const ready = JSON.parse(text.slice(0, text.indexOf('\n'))) as { ports: Record<string, number> }
    return ready.ports['unionpay-pos'] ?? 0
  }
  throw new Finding('the host of the load did not start: see what it wrote above')
}

/** Rows of the load's terminals, and what the host's own check of its books finds. */
export function countRows(
  data: string,
  terminalIds: readonly string[],
): Pick<BooksFigures, 'rows' | 'wrong'> {
  const { store, close } = openHostRecords(data)
  try {
    return {
      rows: terminalIds.reduce((sum, tid) => sum + store.countTransactions(tid), 0),
      wrong: store.checkBooks().map(({ kind, detail }) => `${kind}: ${detail}`),
    }
  } finally {
    close()
  }
}
