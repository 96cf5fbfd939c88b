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

export interface SignatureRow {
  readonly transactionId: number
  readonly body: Uint8Array
  readonly receivedMs: number
}

/** Signatures of customers, in the file of the payments beside the host's records. */
export class SignatureBook implements SignaturePort {
  readonly #insert: Statement
  readonly #find: Statement
  readonly #old: Statement<[number], SignatureRow>
  readonly #delete: Statement<[number]>
  readonly #database: OfficeDatabase

  constructor(database: OfficeDatabase) {
    this.#database = database
    database.migrate('signature', STEPS)
    this.#old = database.db.prepare(
      'SELECT * FROM signature_images WHERE receivedMs < ? ORDER BY transactionId',
    )
    this.#delete = database.db.prepare('DELETE FROM signature_images WHERE transactionId = ?')
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

  /** Those received before a moment, but of these transactions. */
  *before(atMs: number, stay: (transactionId: number) => boolean): Generator<SignatureRow> {
    for (const row of this.#old.iterate(atMs)) if (!stay(row.transactionId)) yield row
  }

  remove(transactionIds: readonly number[]): void {
    this.#database.transaction(() => {
      for (const id of transactionIds) this.#delete.run(id)
    })
  }

  /** Field 62 as it came; undefined without one. */
  find(transactionId: number): Uint8Array | undefined {
    const body = this.#find.get(transactionId)
    return body instanceof Uint8Array ? body : undefined
  }
}
