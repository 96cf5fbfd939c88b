import { Worker } from 'node:worker_threads'
import type { WorkerOrders, WorkerReport } from './orders.ts'
import { SharedInput } from './shared-input.ts'

/** An input that is under way for so long never ends, or nearly so. */
const HANG_MS = 5000
const LOOK_MS = 250
/** Heap of a worker; more is a finding. */
const HEAP_MB_MAX = 1024

const PROGRAM = new URL('./worker.ts', import.meta.url).href
const LOADER = import.meta.resolve('tsx/esm/api')
/** A thread gets no loader from its parent: it has to register its own before it loads TypeScript. */
const START = `import(${JSON.stringify(LOADER)}).then(({ register }) => { register(); return import(${JSON.stringify(PROGRAM)}) })`

/** How a worker ended. */
export type WorkerEnd =
  | { readonly kind: 'ended' }
  /** Killed, or died; `input` was under way. */
  | { readonly kind: 'hung' | 'died'; readonly input: Uint8Array; readonly reason: string }

/** A thread that fuzzes, and a watchdog that kills it when an input never ends. */
export class WorkerHandle {
  readonly #worker: Worker
  readonly #shared: SharedInput
  readonly ended: Promise<WorkerEnd>

  constructor(orders: Omit<WorkerOrders, 'shared'>, told: (report: WorkerReport) => void) {
    const shared = SharedInput.create()
    this.#shared = new SharedInput(shared)
    this.#worker = new Worker(START, {
      eval: true,
      execArgv: [],
      workerData: { ...orders, shared } satisfies WorkerOrders,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB_MAX },
    })
    this.#worker.on('message', told)
    this.ended = this.#watch()
  }

  /** Asks it to end; `ended` follows after its last report. */
  stop(): void {
    this.#worker.postMessage('stop')
  }

  #watch(): Promise<WorkerEnd> {
    return new Promise((resolve, reject) => {
      let turn = 0
      let sinceMs = Date.now()
      const timer = setInterval(() => {
        const now = this.#shared.turn
        if (now !== turn || now === 0) {
          turn = now
          sinceMs = Date.now()
        } else if (Date.now() - sinceMs > HANG_MS) {
          finish({ kind: 'hung', input: this.#shared.input, reason: `no end after ${HANG_MS} ms` })
          void this.#worker.terminate()
        }
      }, LOOK_MS)
      const finish = (end: WorkerEnd): void => {
        clearInterval(timer)
        resolve(end)
      }
      this.#worker.on('error', (error: Error) => {
        // Between two inputs nothing of the product runs: that is a fault of the fuzzer.
        if (this.#shared.turn === 0) {
          clearInterval(timer)
          reject(error)
        } else finish({ kind: 'died', input: this.#shared.input, reason: `${error.name}: ${error.message}` })
      })
      this.#worker.on('exit', () => finish({ kind: 'ended' }))
    })
  }
}
