import type { RetainedRecords } from '../core/retention-port.ts'
import type { SqliteStore } from '../store/sqlite-store.ts'
import type { SignatureBook } from '../wallet/signature-book.ts'

/** The records of one host's own files. */
export function retainedRecords(store: SqliteStore, signatures: SignatureBook): RetainedRecords {
  return {
    retention: store.retention,
    signatures,
    checkBooks: () => store.checkBooks(),
    transaction: (id) => store.rows.transaction(id),
    leaseNumbers: (count) => store.leaseNumbers(count),
    settle: () => store.settle(),
  }
}
