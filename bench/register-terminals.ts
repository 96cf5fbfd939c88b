import { NO_ROWS } from '../src/host/core/store-port.ts'
import { UNIONPAY_PROFILE } from '../src/host/estate/estate.ts'
import { newTerminal } from '../src/host/estate/new-terminal.ts'
import { openHostRecords } from '../src/host/service/open-host.ts'
import { midOf, tidOf } from './prefill.ts'

const MERCHANTS = 100

/** Registers so many terminals of a hundred merchants in a host's folder, a master key each; those that are there stay. */
export function registerTerminals(folder: string, terminals: number): void {
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
      terminals: Array.from({ length: terminals }, (_, index) =>
        newTerminal({
          tid: tidOf(index),
          mid: midOf(index % MERCHANTS),
          profile: UNIONPAY_PROFILE,
          masterKey: security.generateKey('terminalMaster', 'tdes2'),
        }),
      ),
    })
  } finally {
    records.close()
  }
}
