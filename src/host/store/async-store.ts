import type { HostStore } from '../core/store-port.ts'

/** The store's calls as promises: for a store across a network. Who has one in the process uses it as it is. */
export type AsyncHostStore = {
  readonly [Name in Exclude<keyof HostStore, 'settle' | 'together'>]: (
    ...given: Parameters<HostStore[Name]>
  ) => Promise<ReturnType<HostStore[Name]>>
}

/** A store of this process, with its calls as promises. */
export function promisedStore(store: HostStore): AsyncHostStore {
  return {
    fetch: async (keys, into) => store.fetch(keys, into),
    commit: async (rows) => store.commit(rows),
    leaseNumbers: async (count) => store.leaseNumbers(count),
    listMerchants: async () => store.listMerchants(),
    listTerminals: async () => store.listTerminals(),
    listIssuers: async () => store.listIssuers(),
    listAccounts: async () => store.listAccounts(),
    listTransactions: async (filter) => store.listTransactions(filter),
    listBatches: async (tid) => store.listBatches(tid),
    listUploads: async (key) => store.listUploads(key),
    listExplains: async (limit) => store.listExplains(limit),
    listCatalogue: async () => store.listCatalogue(),
    listCatalogueHistory: async (scope, set) => store.listCatalogueHistory(scope, set),
    ledgerEntries: async (postingId) => store.ledgerEntries(postingId),
    ledgerBalances: async () => store.ledgerBalances(),
    checkBooks: async () => store.checkBooks(),
    close: async () => store.close(),
  }
}
