import type {
  AccountRow,
  AccountState,
  BatchRow,
  CatalogueRow,
  CatalogueSet,
  ExplainRow,
  HoldRow,
  IssuerRow,
  LedgerAccount,
  LedgerEntryRow,
  MerchantRow,
  TerminalRow,
  TransactionRow,
  UploadRow,
} from './records.ts'

export interface BatchKey {
  readonly tid: string
  readonly batchNumber: number
}

export interface TransactionKey extends BatchKey {
  readonly stan: number
}

/** The key asked for last: a new transaction is looked for, checked and added one after the other. */
const lastKey = { tid: '', batchNumber: 0, stan: 0, text: '/0/0' }

export function transactionKey(tid: string, batchNumber: number, stan: number): string {
  if (lastKey.stan !== stan || lastKey.batchNumber !== batchNumber || lastKey.tid !== tid) {
    lastKey.tid = tid
    lastKey.batchNumber = batchNumber
    lastKey.stan = stan
    lastKey.text = `${tid}/${batchNumber}/${stan}`
  }
  return lastKey.text
}

export function batchKey(tid: string, batchNumber: number): string {
  return `${tid}/${batchNumber}`
}

/** Which rows a batch needs before it can be decided. Names may repeat. */
export interface LookupKeys {
  /** Their merchants come with them. */
  readonly terminals: readonly string[]
  /** With them come the transactions that they refer to, the holds of all these, and their accounts. */
  readonly transactions: readonly TransactionKey[]
  /** As `transactions`. */
  readonly transactionIds: readonly number[]
  /** Accounts by look-up hash of the card number. */
  readonly accounts: readonly string[]
  /** Holds of accounts, by look-up hash, each with its transaction. */
  readonly holdsOfAccounts: readonly string[]
  /** Batch rows alone. */
  readonly batches: readonly BatchKey[]
  /** Batch rows with all their transactions and uploads: settlement only, it may be long. */
  readonly wholeBatches: readonly BatchKey[]
  /** Scopes of the catalogue, each with the newest content of its sets: downloads only. */
  readonly catalogue: readonly string[]
}

export const NO_KEYS: LookupKeys = {
  terminals: [],
  transactions: [],
  transactionIds: [],
  accounts: [],
  holdsOfAccounts: [],
  batches: [],
  wholeBatches: [],
  catalogue: [],
}

/** Rows as they stood when they were fetched. A key that was asked for and is not here does not exist. */
export class Snapshot {
  issuers: readonly IssuerRow[] = []
  readonly merchants = new Map<string, MerchantRow>()
  readonly terminals = new Map<string, TerminalRow>()
  readonly transactions = new Map<number, TransactionRow>()
  /** Numbers by `transactionKey`. */
  readonly transactionIds = new Map<string, number>()
  readonly accounts = new Map<string, AccountRow>()
  readonly holds = new Map<number, HoldRow>()
  readonly batches = new Map<string, BatchRow>()
  readonly uploads = new Map<string, UploadRow[]>()
  /** By scope. */
  readonly catalogue = new Map<string, readonly CatalogueRow[]>()

  addTransaction(row: TransactionRow): void {
    this.transactions.set(row.id, row)
    this.transactionIds.set(transactionKey(row.tid, row.batchNumber, row.stan), row.id)
  }
}

/** What changes together. Everything of a batch becomes durable in one commit or not at all. */
export interface StoreRows {
  readonly merchants: readonly MerchantRow[]
  readonly terminals: readonly TerminalRow[]
  readonly issuers: readonly IssuerRow[]
  /** New or replaced as a whole, state included. */
  readonly accounts: readonly AccountRow[]
  readonly accountStates: readonly { readonly panLookup: string; readonly state: AccountState }[]
  readonly newTransactions: readonly TransactionRow[]
  readonly changedTransactions: readonly TransactionRow[]
  /** New or replaced. */
  readonly holds: readonly HoldRow[]
  readonly entries: readonly LedgerEntryRow[]
  /** New or replaced. */
  readonly batches: readonly BatchRow[]
  /** New or replaced. */
  readonly uploads: readonly UploadRow[]
  readonly explains: readonly ExplainRow[]
  /** New versions; each takes the place of the one before it and stays in the history. */
  readonly catalogue: readonly CatalogueRow[]
}

export const NO_ROWS: StoreRows = {
  merchants: [],
  terminals: [],
  issuers: [],
  accounts: [],
  accountStates: [],
  newTransactions: [],
  changedTransactions: [],
  holds: [],
  entries: [],
  batches: [],
  uploads: [],
  explains: [],
  catalogue: [],
}

/** Rows that are written together. */
export function rowCountOf(rows: StoreRows): number {
  return (
    rows.merchants.length +
    rows.terminals.length +
    rows.issuers.length +
    rows.accounts.length +
    rows.accountStates.length +
    rows.newTransactions.length +
    rows.changedTransactions.length +
    rows.holds.length +
    rows.entries.length +
    rows.batches.length +
    rows.uploads.length +
    rows.explains.length +
    rows.catalogue.length
  )
}

export interface TransactionFilter {
  readonly tid?: string
  readonly mid?: string
  readonly batchNumber?: number
  /** Newest first, at most this many. */
  readonly limit?: number
}

export interface LedgerBalance {
  readonly account: LedgerAccount
  readonly owner: string
  readonly currency: string
  readonly amountMinor: number
}

/** One thing in the books that can't be. */
export interface BooksFinding {
  readonly kind:
    | 'ledgerNotZero'
    | 'postingNotZero'
    | 'balanceDiffers'
    | 'heldDiffers'
    | 'holdsDiffer'
    | 'effectDiffers'
    | 'voidWithoutOriginal'
    | 'refundsDiffer'
    | 'clearedDiffers'
    | 'payoutDiffers'
    | 'notCleared'
  /** One line of English; card numbers only as look-up hashes. */
  readonly detail: string
}

/**
 * Where the host's records live. Synchronous: this is the store inside the process. A store over a network
 * has the same calls as promises and passes the same tests.
 */
export interface HostStore {
  /** Adds the rows for `keys` and the issuers to `into`; rows already there stay. */
  fetch(keys: LookupKeys, into: Snapshot): void
  /** Returns only when all of it is durable; throws `StoreError` and changes nothing otherwise. */
  commit(rows: StoreRows): void
  /** First of `count` record numbers that no one else gets, from 1; durable before it returns. */
  leaseNumbers(count: number): number
  /** What was decided elsewhere on this store is durable, and is read again: call it before changing a row that was read. */
  settle?(): void
  /**
   * For a store that others change too: what `work` reads of terminals and accounts is locked, and all that it commits is one
   * transaction. `work` may be called again when somebody was in its way. Without it, nobody else writes meanwhile.
   */
  together?<T>(work: () => T): T

  listMerchants(): readonly MerchantRow[]
  listTerminals(): readonly TerminalRow[]
  listIssuers(): readonly IssuerRow[]
  listAccounts(): readonly AccountRow[]
  listTransactions(filter: TransactionFilter): readonly TransactionRow[]
  listBatches(tid?: string): readonly BatchRow[]
  listUploads(key: BatchKey): readonly UploadRow[]
  /** Newest first. */
  listExplains(limit: number): readonly ExplainRow[]
  /** The newest content of each set and scope. */
  listCatalogue(): readonly CatalogueRow[]
  /** All versions of one set and scope, newest first. */
  listCatalogueHistory(scope: string, set: CatalogueSet): readonly CatalogueRow[]
  ledgerEntries(postingId: number): readonly LedgerEntryRow[]
  ledgerBalances(): readonly LedgerBalance[]
  /** Empty when the books are right. */
  checkBooks(): readonly BooksFinding[]
  close(): void
}

/** One terminal by its number. */
export function findTerminal(store: Pick<HostStore, 'fetch'>, tid: string): TerminalRow | undefined {
  const snapshot = new Snapshot()
  store.fetch({ ...NO_KEYS, terminals: [tid] }, snapshot)
  return snapshot.terminals.get(tid)
}

/** Reads rows, decides and commits as one where the store is shared; as it comes where it is not. */
export function together<T>(store: Pick<HostStore, 'settle' | 'together'>, work: () => T): T {
  store.settle?.()
  return store.together === undefined ? work() : store.together(work)
}

/** The part of the store that decisions are made on. */
export type DecisionStore = Pick<HostStore, 'fetch' | 'commit' | 'leaseNumbers'>

/**
 * `full`: no room; `away`: it can't be reached; both pass, and nothing of the batch was kept. `inDoubt`: it went away
 * over a commit, which may have been kept. `fatal`: somebody must do something first.
 */
export type StoreErrorKind = 'full' | 'away' | 'inDoubt' | 'fatal'

/** The store can't do what was asked: disk full, server away, file damaged, another process holds it. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly kind: StoreErrorKind

  constructor(message: string, options: ErrorOptions & { readonly kind?: StoreErrorKind } = {}) {
    super(message, options)
    this.kind = options.kind ?? 'fatal'
  }
}
