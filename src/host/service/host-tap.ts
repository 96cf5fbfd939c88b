import type { LineTap } from '../../base/line-tap.ts'
import { findAccount } from '../core/accounts.ts'
import type { AccountRow, MerchantRow, TerminalRow } from '../core/records.ts'
import type { HostStore } from '../core/store-port.ts'
import type { PortOptions } from '../gateway/gateway-options.ts'
import type { SoftwareSecurityModule } from '../security-module/software-security-module.ts'

/** Hears every client of a host. */
export type HostTap = (port: PortOptions) => LineTap

/** What somebody who records a host may ask of it. */
export interface HostKnowledge {
  readonly testBehaviour: boolean
  terminal(tid: string):
    | {
        readonly row: TerminalRow
        readonly merchant: MerchantRow | undefined
        /** In its open batch. */
        readonly transactionCount: number
      }
    | undefined
  account(pan: string): AccountRow | undefined
  /** Clear digits of a track that terminal `tid` encrypted; undefined when they can't be had. Not to be kept. */
  clearTrack(tid: string, digits: string): string | undefined
}

export function hostKnowledge(
  store: HostStore,
  security: SoftwareSecurityModule,
  testBehaviour: boolean,
): HostKnowledge {
  const rowOf = (tid: string): TerminalRow | undefined =>
    store.listTerminals().find((terminal) => terminal.tid === tid)
  return {
    testBehaviour,
    terminal(tid) {
      const row = rowOf(tid)
      if (row === undefined) return undefined
      const merchant = store.listMerchants().find(({ mid }) => mid === row.mid)
      const { length } = store.listTransactions({ tid, batchNumber: row.batchNumber })
      return { row, merchant, transactionCount: length }
    },
    account: (pan) => findAccount(store, security.lookupOf(pan)),
    clearTrack(tid, digits) {
      const key = rowOf(tid)?.trackKey
      return key === undefined || !/^[0-9A-F]+$/.test(digits) ? undefined : security.decryptTrack(key, digits)
    },
  }
}
