import type { CatalogueSet } from '../../src/host/core/records.ts'
import type {
  BatchKey,
  HostStore,
  LookupKeys,
  Snapshot,
  StoreRows,
  TransactionFilter,
} from '../../src/host/core/store-port.ts'
import { StoreError } from '../../src/host/core/store-port.ts'
import { MemoryStore } from '../../src/host/store/memory-store.ts'
import type { MemoryTables } from '../../src/host/store/memory-tables.ts'
import { DiskFull, type UnsyncedFate, VirtualFile } from './virtual-disk.ts'

/** What happens to the commit of a host process that is about to lose its power. */
export type CommitFate =
  | { readonly kind: 'before' }
  | { readonly kind: 'middle'; readonly unsynced: UnsyncedFate }
  | { readonly kind: 'after' }

type Entry = { readonly rows: StoreRows } | { readonly lease: number }

/**
 * The product's memory store in front of a log on a virtual disk. What is in the tables is on the disk; after a power
 * cut the tables are made anew from it.
 */
export class SimStore implements HostStore {
  readonly file = new VirtualFile()
  readonly #initial: () => MemoryTables
  #memory: MemoryStore
  commits = 0

  /** `initial`: the records before the run, in new tables each time. */
  constructor(initial: () => MemoryTables) {
    this.#initial = initial
    this.#memory = new MemoryStore(initial())
  }

  /** Commits as the process of one host would, which may die over it. `died`: its power is gone. */
  commitAs(rows: StoreRows, fate: CommitFate | undefined, died: () => void): void {
    if (fate?.kind === 'before') {
      died()
      throw new StoreError('the power is gone')
    }
    this.#write({ rows })
    if (fate?.kind === 'middle') {
      this.file.cutPower(fate.unsynced)
      this.restart()
      died()
      throw new StoreError('the power is gone')
    }
    this.file.sync()
    this.#memory.commit(rows)
    this.commits++
    if (fate?.kind === 'after') {
      died()
      throw new StoreError('the power is gone')
    }
  }

  commit(rows: StoreRows): void {
    this.commitAs(rows, undefined, () => {})
  }

  leaseNumbers(count: number): number {
    this.#write({ lease: count })
    this.file.sync()
    return this.#memory.leaseNumbers(count)
  }

  /** Reads the log as a host does that starts after a power cut. */
  restart(): void {
    const memory = new MemoryStore(this.#initial())
    const bytes = this.file.readSynced()
    let at = 0
    while (at + 4 <= bytes.length) {
      const size = new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(0)
      if (at + 4 + size > bytes.length) break
      const text = Buffer.from(bytes.buffer, bytes.byteOffset + at + 4, size).toString('utf8')
      const entry = JSON.parse(text) as Entry
      if ('rows' in entry) memory.commit(entry.rows)
      else memory.leaseNumbers(entry.lease)
      at += 4 + size
    }
    if (at < bytes.length) this.file.truncate(at)
    this.#memory = memory
  }

  #write(entry: Entry): void {
    const body = Buffer.from(JSON.stringify(entry), 'utf8')
    const bytes = new Uint8Array(4 + body.length)
    new DataView(bytes.buffer).setUint32(0, body.length)
    bytes.set(body, 4)
    try {
      this.file.append(bytes)
    } catch (error) {
      if (error instanceof DiskFull)
        throw new StoreError('the disk is full: free some space', { kind: 'full' })
      throw error
    }
  }

  fetch(keys: LookupKeys, into: Snapshot): void {
    this.#memory.fetch(keys, into)
  }

  listMerchants() {
    return this.#memory.listMerchants()
  }

  listTerminals() {
    return this.#memory.listTerminals()
  }

  listIssuers() {
    return this.#memory.listIssuers()
  }

  listAccounts() {
    return this.#memory.listAccounts()
  }

  listTransactions(filter: TransactionFilter) {
    return this.#memory.listTransactions(filter)
  }

  listBatches(tid?: string) {
    return this.#memory.listBatches(tid)
  }

  listUploads(key: BatchKey) {
    return this.#memory.listUploads(key)
  }

  listExplains(limit: number) {
    return this.#memory.listExplains(limit)
  }

  listCatalogue() {
    return this.#memory.listCatalogue()
  }

  listCatalogueHistory(scope: string, set: CatalogueSet) {
    return this.#memory.listCatalogueHistory(scope, set)
  }

  ledgerEntries(postingId: number) {
    return this.#memory.ledgerEntries(postingId)
  }

  ledgerBalances() {
    return this.#memory.ledgerBalances()
  }

  checkBooks() {
    return this.#memory.checkBooks()
  }

  close(): void {
    this.#memory.close()
  }
}
