import type { TransactionRow } from './records.ts'
import type { BooksFinding } from './store-port.ts'

/** One archive, and what went into it. */
export interface RetentionArchive {
  readonly id: number
  readonly name: string
  readonly sha256: string
  readonly ranAtMs: number
  readonly actor: string
  /** `YYYYMMDD…`: days of clearing before it went. */
  readonly beforeDay: string
  /** Rows by table. */
  readonly counts: Readonly<Record<string, number>>
  /** Posting that holds the sums of all entries that ever went; undefined while none did. */
  readonly carryId: number | undefined
}

/** What must stay whatever its age. */
export interface RetentionStays {
  readonly tid: string
  /** Clearing days from this one on, `YYYY-MM-DD`. */
  readonly fromDay: string
}

export interface RetentionAsk {
  /** Clearing days before it may go, `YYYY-MM-DD`. */
  readonly beforeDay: string
  /** Explanations older than this go. */
  readonly explainsBeforeMs: number
  readonly stays: readonly RetentionStays[]
}

/** The part of a store that old, cleared days are taken out of. A day goes as a whole or not at all; all throw `StoreError`. */
export interface RetentionStore {
  /** Finds what may go, and how many rows of each table that is. The other calls are about the last choice. */
  choose(ask: RetentionAsk): Readonly<Record<string, number>>
  /** Clearing days that go, oldest first. */
  days(): readonly string[]
  /** Hands each row that goes to `use`, table by table. */
  forEach(use: (table: string, row: Readonly<Record<string, unknown>>) => void): void
  /**
   * Takes the chosen rows out and writes down where they are, in one transaction that is kept only when the books are right
   * after it. `carryId`: a new number for the posting of sums. False, and nothing was changed, when hosts changed meanwhile what
   * was to go.
   */
  remove(archive: Omit<RetentionArchive, 'carryId'>, carryId: number): boolean
  archives(): readonly RetentionArchive[]
  /** Bytes of the file, and of what in it holds nothing; undefined where that is the database's own affair. */
  space(): RetentionSpace | undefined
}

export interface RetentionSpace {
  readonly fileBytes: number
  readonly freeBytes: number
}

/** A signature as it goes into an archive. */
export interface OldSignature {
  readonly transactionId: number
  readonly body: Uint8Array
  readonly receivedMs: number
}

/** The records of a host, or of hosts that share a database, as retention uses them. */
export interface RetainedRecords {
  readonly retention: RetentionStore
  readonly signatures: {
    /** Those received before a moment, but of these transactions. */
    before(atMs: number, stay: (transactionId: number) => boolean): Iterable<OldSignature>
    remove(transactionIds: readonly number[]): void
  }
  checkBooks(): readonly BooksFinding[]
  transaction(id: number): TransactionRow | undefined
  leaseNumbers(count: number): number
  /** What was decided is in the books when it returns. */
  settle(): void
}
