import type {
  BatchRow,
  DownloadSet,
  LedgerEntryRow,
  TerminalRow,
  TransactionRow,
  UploadRow,
} from '../core/records.ts'

/** Which transactions a page asks for. */
export interface TransactionQuery {
  readonly tid?: string | undefined
  readonly mid?: string | undefined
  readonly state?: string | undefined
  readonly kind?: string | undefined
  readonly responseCode?: string | undefined
  /** Last four digits of the card. */
  readonly panEnd?: string | undefined
  /** Records with a lower number. */
  readonly before?: number | undefined
  readonly limit: number
}

/** A page of transactions. */
export interface FoundTransactions {
  readonly rows: readonly TransactionRow[]
  /** Where to go on from; undefined at the end. */
  readonly next: number | undefined
}

/** A page of terminals with what they loaded. */
export interface FoundSetups {
  readonly rows: readonly Pick<TerminalRow, 'tid' | 'processingRequest' | 'setup'>[]
  readonly total: number
}

/** Which batches a page asks for. */
export interface BatchQuery {
  readonly tid?: string | undefined
  readonly state?: string | undefined
}

/**
 * Records that one question looks at. The hot table has no index besides its number and its trace numbers, so a filter
 * walks back from the newest: a bound keeps each answer quick, and the reader may go on from there.
 */
export const RECORDS_WALK_MAX = 50_000

export interface LoadedVersion {
  readonly version: number | null
  readonly count: number
}

/** A host's records as pages ask for them: bounded lists, beside the host that writes them. */
export interface RecordsPort {
  /** What terminals with keys have loaded; `text`: a part of their number. */
  setups(text: string, limit: number, offset: number): FoundSetups
  /** How many terminals stand in each state with a package. */
  softwareStates(packageId: string): Readonly<Record<string, number>>
  /** How many terminals with keys have which version of a set in full; null for none. Newest first. */
  loadedVersions(set: DownloadSet): readonly LoadedVersion[]
  /** Terminals that have loaded rates, and those of them that have `version`; where a count needs no list of them. */
  rateLoads?(version: number): { readonly count: number; readonly upToDate: number }
  /** Newest first. */
  transactions(query: TransactionQuery): FoundTransactions
  transaction(id: number): TransactionRow | undefined
  /** Later transactions that refer to `id`. */
  followers(id: number): readonly TransactionRow[]
  entries(postingId: number): readonly LedgerEntryRow[]
  /** The open ones first, then those closed last. */
  batches(query: BatchQuery): readonly BatchRow[]
  batch(tid: string, batchNumber: number): BatchRow | undefined
  batchTransactions(tid: string, batchNumber: number): readonly TransactionRow[]
  batchUploads(tid: string, batchNumber: number): readonly UploadRow[]
  close(): void
}
