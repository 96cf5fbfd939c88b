import {
  type HostStore,
  type LookupKeys,
  type Snapshot,
  StoreError,
  type StoreRows,
} from '../core/store-port.ts'
import type { AsyncHostStore } from './async-store.ts'
import type { Synced } from './desk-calls.ts'
import type { PostgresDesk } from './postgres-desk.ts'
import { DeskConflict, type StoreDesk } from './store-desk.ts'

const ATTEMPTS = 10

/** The records of a shared database as a store of this process: each call stands still until it is done. */
export class SharedRecordsStore implements HostStore {
  readonly #desk: Synced<PostgresDesk>
  readonly #store: Synced<AsyncHostStore>
  #isTogether = false

  constructor(desk: StoreDesk) {
    this.#desk = desk.part('desk')
    this.#store = desk.part('store')
  }

  together<T>(work: () => T): T {
    if (this.#isTogether) return work()
    for (let attempt = 1; ; attempt++) {
      try {
        this.#isTogether = true
        this.#desk.begin()
        const done = work()
        this.#desk.end(true)
        return done
      } catch (error) {
        this.#undo()
        if (!(error instanceof DeskConflict)) throw error
        if (attempt < ATTEMPTS) continue
        throw new StoreError('others were in the way too often: try again', { kind: 'away' })
      } finally {
        this.#isTogether = false
      }
    }
  }

  fetch(keys: LookupKeys, into: Snapshot): void {
    const found = this.#desk.fetch(keys)
    into.issuers = found.issuers
    copyRows(found.merchants, into.merchants)
    copyRows(found.terminals, into.terminals)
    copyRows(found.accounts, into.accounts)
    copyRows(found.holds, into.holds)
    copyRows(found.batches, into.batches)
    copyRows(found.uploads, into.uploads)
    copyRows(found.catalogue, into.catalogue)
    for (const row of found.transactions.values())
      if (!into.transactions.has(row.id)) into.addTransaction(row)
  }

  commit(rows: StoreRows): void {
    if (this.#isTogether) this.#desk.commit(rows)
    else this.together(() => this.#desk.commit(rows))
  }

  leaseNumbers(count: number): number {
    return this.#store.leaseNumbers(count)
  }

  listTerminals() {
    return this.#desk.listTerminals()
  }

  listMerchants() {
    return this.#store.listMerchants()
  }

  listIssuers() {
    return this.#store.listIssuers()
  }

  listAccounts() {
    return this.#store.listAccounts()
  }

  listTransactions(...given: Parameters<HostStore['listTransactions']>) {
    return this.#store.listTransactions(...given)
  }

  listBatches(tid?: string) {
    return this.#store.listBatches(tid)
  }

  listUploads(...given: Parameters<HostStore['listUploads']>) {
    return this.#store.listUploads(...given)
  }

  listExplains(limit: number) {
    return this.#store.listExplains(limit)
  }

  listCatalogue() {
    return this.#store.listCatalogue()
  }

  listCatalogueHistory(...given: Parameters<HostStore['listCatalogueHistory']>) {
    return this.#store.listCatalogueHistory(...given)
  }

  ledgerEntries(postingId: number) {
    return this.#store.ledgerEntries(postingId)
  }

  ledgerBalances() {
    return this.#store.ledgerBalances()
  }

  checkBooks() {
    return this.#store.checkBooks()
  }

  /** The desk is closed by who opened it. */
  close(): void {}

  /** What can't be undone now is undone by the server when its connection ends. */
  #undo(): void {
    try {
      this.#desk.end(false)
    } catch {}
  }
}

function copyRows<Key, Row>(from: ReadonlyMap<Key, Row>, into: Map<Key, Row>): void {
  for (const [key, row] of from) if (!into.has(key)) into.set(key, row)
}
