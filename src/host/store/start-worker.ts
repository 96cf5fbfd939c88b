import { type TransferListItem, Worker } from 'node:worker_threads'

const LOADER = import.meta.resolve('tsx/esm/api')

/**
 * Starts `program`, the address of a module, on a thread of its own, which keeps no process alive. A thread has no loader
 * for TypeScript of its own: where it needs one, it is registered there before anything is imported.
 */
export function startWorker(
  program: string,
  workerData: unknown,
  transferList: TransferListItem[] = [],
): Worker {
  const load = `import(${JSON.stringify(program)})`
  const bootstrap = program.endsWith('.ts')
    ? `import(${JSON.stringify(LOADER)}).then(({ register }) => { register(); return ${load} })`
    : load
  const worker = new Worker(bootstrap, { eval: true, workerData, transferList, execArgv: [] })
  worker.unref()
  return worker
}
