import type { Statement } from 'better-sqlite3'
import type { SignaturePort } from '../core/signature-port.ts'
import type { OfficeDatabase } from '../office/office-database.ts'

/** Tables of the signatures. A step that was released is never changed. */
const STEPS: readonly string[] = [
  `CREATE TABLE signature_images (
     transactionId INTEGER PRIMARY KEY,
     body BLOB NOT NULL,
     receivedMs INTEGER NOT NULL
   ) STRICT`,
]

/** Signatures of customers, in the file of the payments beside the host's records. */
export class SignatureBook implements SignaturePort {
  readonly #insert: Statement
  readonly #find: Statement

  constructor(database: OfficeDatabase) {
    database.migrate('signature', STEPS)
    this.#insert = database.db.prepare('INSERT OR IGNORE INTO signature_images VALUES (?, ?, ?)')
    this.#find = database.db.prepare('SELECT body FROM signature_images WHERE transactionId = ?').pluck()
  }

  keep(transactionId: number, body: Uint8Array, nowMs: number): 'kept' | 'there' | undefined {
    try {
      return this.#insert.run(transactionId, body, nowMs).changes === 1 ? 'kept' : 'there'
    } catch (error) {
      if (error instanceof Error && error.name === 'SqliteError') return undefined
      throw error
    }
  }

  /** Field 62 as it came; undefined without one. */
  find(transactionId: number): Uint8Array | undefined {
    const body = this.#find.get(transactionId)
    return body instanceof Uint8Array ? body : undefined
  }
}
