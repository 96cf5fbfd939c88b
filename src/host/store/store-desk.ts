import { once } from 'node:events'
import { MessageChannel, type MessagePort, receiveMessageOnPort, type Worker } from 'node:worker_threads'
import { StoreError, type StoreErrorKind } from '../core/store-port.ts'
import type { DeskAnswer, DeskCall, DeskPart, DeskParts, DeskWorkerData, Synced } from './desk-calls.ts'
import { isWorthRepeatingCode } from './postgres-errors.ts'
import { startWorker } from './start-worker.ts'

const WORKER = new URL('./desk-worker.ts', import.meta.url).href
/** Longer than a server that is silent is waited for. */
const ANSWER_TIMEOUT_MS = 30_000
/** Work on all records; the connection itself says when the server is silent. */
const PATIENCE_MS = 6 * 3_600_000
const PATIENT: ReadonlySet<DeskPart> = new Set(['clearing', 'retention'])

/** Somebody was in the way: the same work, done again, may succeed. */
export class DeskConflict extends Error {
  override readonly name = 'DeskConflict'
}

/**
 * A shared database for code that can't wait by promises: another thread asks, this one stands still until the answer is there,
 * a millisecond or two. For programs that serve people, never for one that answers terminals.
 */
export class StoreDesk {
  readonly #worker: Worker
  readonly #port: MessagePort
  readonly #answered = new Int32Array(new SharedArrayBuffer(4))
  #sent = 0
  #isClosed = false

  private constructor(address: string, directory: string) {
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    const data: DeskWorkerData = { address, directory, port: port2, answered: this.#answered }
    this.#worker = startWorker(WORKER, data, [port2])
    port1.unref()
  }

  /** Rejects with `StoreError`, one sentence that says what to do. */
  static async open(address: string, directory: string): Promise<StoreDesk> {
    const desk = new StoreDesk(address, directory)
    try {
      // Nothing else may keep the process alive yet.
      desk.#worker.ref()
      await once(desk.#worker, 'online')
      desk.#worker.unref()
      desk.call('desk', 'open', [])
      return desk
    } catch (error) {
      await desk.close()
      throw error
    }
  }

  /** One part of the desk, each call of which returns when it is done. */
  part<Part extends DeskPart>(part: Part): Synced<DeskParts[Part]> {
    const calls = new Map<string, (...given: readonly unknown[]) => unknown>()
    return new Proxy({} as Synced<DeskParts[Part]>, {
      get: (_target, name) => {
        if (typeof name !== 'string') return undefined
        const known = calls.get(name) ?? ((...given) => this.call(part, name, given))
        calls.set(name, known)
        return known
      },
    })
  }

  /** @throws {StoreError | DeskConflict} */
  call(part: DeskPart, name: string, given: readonly unknown[]): unknown {
    if (this.#isClosed) throw new StoreError('the store is closed')
    this.#sent++
    this.#port.postMessage({ part, name, given } satisfies DeskCall)
    const untilMs = Date.now() + (PATIENT.has(part) ? PATIENCE_MS : ANSWER_TIMEOUT_MS)
    for (let done = this.#done(); done < this.#sent; done = this.#done()) {
      const leftMs = untilMs - Date.now()
      if (leftMs <= 0) throw this.#broken()
      Atomics.wait(this.#answered, 0, done, leftMs)
    }
    const answer = receiveMessageOnPort(this.#port)?.message as DeskAnswer | undefined
    if (answer === undefined) throw this.#broken()
    if (answer.ok) return answer.value
    throw errorOf(answer)
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    try {
      if (Atomics.load(this.#answered, 0) === this.#sent && this.#sent > 0) this.call('desk', 'close', [])
    } catch {
      // What can't be closed in good order ends with its thread.
    }
    this.#isClosed = true
    this.#port.close()
    await this.#worker.terminate()
  }

  #done(): number {
    return Atomics.load(this.#answered, 0)
  }

  /** An answer that comes later would be taken for the next one's. */
  #broken(): StoreError {
    this.#isClosed = true
    this.#port.close()
    void this.#worker.terminate()
    return new StoreError('the database does not answer any more: start this program again', { kind: 'away' })
  }
}

function errorOf({ message, kind, code }: Exclude<DeskAnswer, { readonly ok: true }>): Error {
  if (kind !== undefined) return new StoreError(message, { kind: kind as StoreErrorKind })
  if (isWorthRepeatingCode(code)) return new DeskConflict(message)
  return new Error(message)
}
