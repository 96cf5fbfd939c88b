import { openHostLog } from '../src/host/service/host-log.ts'
import { openHost } from '../src/host/service/open-host.ts'
import { registerTerminals } from './register-terminals.ts'

/** What the parent asks. */
export type HostQuestion = 'memory' | 'signedIn'

export type HostAnswer =
  | { readonly kind: 'ready'; readonly port: number }
  | { readonly kind: 'memory'; readonly residentBytes: number; readonly heapBytes: number }
  | { readonly kind: 'signedIn'; readonly count: number }

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
registerTerminals(folder, Number(terminals))
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
