import { NO_ROWS } from '../src/host/core/store-port.ts'
import { UNIONPAY_PROFILE } from '../src/host/estate/estate.ts'
import { openHostLog } from '../src/host/service/host-log.ts'
import { openHost, openHostRecords } from '../src/host/service/open-host.ts'
import { midOf, tidOf } from './prefill.ts'

/** What the parent asks. */
export type HostQuestion = 'memory' | 'signedIn'

export type HostAnswer =
  | { readonly kind: 'ready'; readonly port: number }
  | { readonly kind: 'memory'; readonly residentBytes: number; readonly heapBytes: number }
  | { readonly kind: 'signedIn'; readonly count: number }

const MERCHANTS = 100

/** Registers terminals with a master key each; those that are there stay. */
function register(folder: string, terminals: number): void {
  const records = openHostRecords(folder)
  try {
    const { store, security } = records
    if (store.listTerminals().some(({ tid }) => tid === tidOf(0))) return
    store.commit({
      ...NO_ROWS,
      merchants: Array.from({ length: MERCHANTS }, (_, index) => ({
        mid: midOf(index),
        name: `Merchant ${index}`,
        currency: '156',
        categoryCode: '5999',
        status: 'active' as const,
      })),
      terminals: Array.from({ length: terminals }, (_, index) => ({
        tid: tidOf(index),
        mid: midOf(index % MERCHANTS),
        status: 'active' as const,
        profile: UNIONPAY_PROFILE,
        masterKey: security.generateKey('terminalMaster', 'tdes2'),
        pinKey: undefined,
        macKey: undefined,
        trackKey: undefined,
        signedIn: false,
        signedInAtMs: undefined,
        batchNumber: 1,
        processingRequest: 0,
      })),
    })
  } finally {
    records.close()
  }
}

function tell(answer: HostAnswer): void {
  process.send?.(answer)
}

/** What is still in use: garbage is not what a connection costs. */
function memory(): HostAnswer {
  global.gc?.()
  global.gc?.()
  const { rss, heapUsed, external } = process.memoryUsage()
  return { kind: 'memory', residentBytes: rss, heapBytes: heapUsed + external }
}

// A host of its own process, so that what it holds is its own. It ends with its parent.
const [folder = '', terminals = ''] = process.argv.slice(2)
process.on('SIGINT', () => {})
process.on('disconnect', () => process.exit(0))
register(folder, Number(terminals))
const host = await openHost({
  dataDirectory: folder,
  ports: { 'unionpay-pos': 0, 'iso1987-ascii': 0, 'iso1987-binary': 0 },
  log: openHostLog('silent'),
})
process.on('message', (question: HostQuestion) => {
  if (question === 'memory') tell(memory())
  else {
    const count = host.store.listTerminals().filter(({ signedIn }) => signedIn).length
    tell({ kind: 'signedIn', count })
  }
})
tell({ kind: 'ready', port: host.ports['unionpay-pos'] })
