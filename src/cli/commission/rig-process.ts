import { DEFAULT_TERMINAL_ID } from '../../host/estate/default-estate.ts'
import { type FarSide, openFarSide } from '../up/far-side.ts'
import { EmulatedCustomers } from './emulated-customers.ts'
import type { RigMessage, RigOrder } from './rig-messages.ts'

/**
 * A process of `tillwire commission`: emulated host and board, and the hands before it. They are apart from the terminal, so
 * that what the soak measures is the terminal's memory and nobody else's.
 */
const directory = process.argv[2] ?? 'tillwire-data'

// Ctrl-C is for the terminal: it ends first, and then this.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

const tell = (message: RigMessage): void => void process.send?.(message)

const farSide = await openFarSide({
  directory,
  baudRate: undefined,
  sharedLine: false,
  freePorts: true,
}).catch((error: unknown) => {
  tell({ kind: 'failed', message: error instanceof Error ? error.message : 'unknown reason' })
  return undefined
})
if (farSide === undefined) process.disconnect()
else serve(farSide)

function serve({ host, board, cardsDirectory, close }: FarSide): void {
  const customers = new EmulatedCustomers(board, cardsDirectory)
  let isEnding = false
  const end = (): void => {
    if (isEnding) return
    isEnding = true
    customers.stop()
    void close().then(() => process.exit(0))
  }
  process.on('disconnect', end)
  process.on('message', (order: RigOrder) => {
    if (order.kind === 'serve') customers.serve(order.card)
    else if (order.kind === 'endPaper') customers.endPaper()
    else if (order.kind === 'newPaper') customers.newPaper()
    else end()
  })
  const { paths, padProvisioning, padHasMasterKey } = board
  tell({
    kind: 'ready',
    ...paths,
    hostPort: host.ports['unionpay-pos'],
    caKeys: host.personalisation.caKeys,
    padHasMasterKey,
    keyBlock: host.estate.keyBlockFor(DEFAULT_TERMINAL_ID, padProvisioning.keyBlockProtectionKey),
  })
}
