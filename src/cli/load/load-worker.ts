import type { LoadOrders } from '../../load/load-orders.ts'
import { runShare } from '../../load/run-share.ts'
import { castOf } from './load-cast.ts'
import type { WorkerLine } from './worker-line.ts'

/** A process of `tillwire load`: plays its share of the terminals and tells of it in lines of JSON. */
const orders = JSON.parse(process.argv[2] ?? '{}') as LoadOrders

process.on('unhandledRejection', (error) => {
  throw error
})

const tell = (line: WorkerLine): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

// Whoever started this is gone: there is nobody left to play for.
process.stdout.on('error', () => process.exit(1))

const READY_MS = 1000

const cast = await castOf(orders)
if (cast.ok) {
  const share = runShare(orders, cast.value, (tick) => {
    clearInterval(signingIn)
    tell({ tick })
  })
  const signingIn = setInterval(() => tell({ ready: share.readyTills }), READY_MS)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => share.stop())
  const { failure, result } = await share.end
  clearInterval(signingIn)
  tell({ end: { ...result, failure, used: cast.value.used() } })
} else tell({ refused: cast.error })
