import { invariant } from '../../base/invariant.ts'
import { accountWithState } from './account-with-state.ts'
import type {
  AccountRow,
  AccountState,
  BatchRow,
  CatalogueRow,
  ExplainRow,
  HoldRow,
  IssuerRow,
  LedgerEntryRow,
  MerchantRow,
  TerminalRow,
  TransactionRow,
  UploadRow,
} from './records.ts'
import { batchKey, NO_ROWS, type Snapshot, type StoreRows, transactionKey } from './store-port.ts'

/** The rows of one batch while it is decided: reads see what earlier messages changed; changes are kept for the commit. */
export class WorkingSet {
  readonly #snapshot: Snapshot
  readonly #terminals = new Set<string>()
  readonly #accounts = new Set<string>()
  readonly #newTransactions = new Set<number>()
  readonly #changedTransactions = new Set<number>()
  readonly #holds = new Set<number>()
  readonly #batches = new Set<string>()
  readonly #entries: LedgerEntryRow[] = []
  readonly #uploads: UploadRow[] = []
  readonly #explains: ExplainRow[] = []
  #changeCount = 0

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot
  }

  /** Grows with each change. */
  get changeCount(): number {
    return this.#changeCount
  }

  terminal(tid: string): TerminalRow | undefined {
    return this.#snapshot.terminals.get(tid)
  }

  merchant(mid: string): MerchantRow | undefined {
    return this.#snapshot.merchants.get(mid)
  }

  /** The newest content of each set in one scope. */
  catalogue(scope: string): readonly CatalogueRow[] {
    return this.#snapshot.catalogue.get(scope) ?? []
  }

  /** The issuer with the longest prefix of `pan`. */
  issuerOfPan(pan: string): IssuerRow | undefined {
    let best: IssuerRow | undefined
    let size = 0
    for (const issuer of this.#snapshot.issuers) {
      for (const prefix of issuer.prefixes) {
        if (prefix.length > size && pan.startsWith(prefix)) {
          best = issuer
          size = prefix.length
        }
      }
    }
    return best
  }

  issuer(id: string): IssuerRow | undefined {
    return this.#snapshot.issuers.find((issuer) => issuer.id === id)
  }

  account(panLookup: string): AccountRow | undefined {
    return this.#snapshot.accounts.get(panLookup)
  }

  transaction(id: number): TransactionRow | undefined {
    return this.#snapshot.transactions.get(id)
  }

  transactionByKey(tid: string, batchNumber: number, stan: number): TransactionRow | undefined {
    const id = this.#snapshot.transactionIds.get(transactionKey(tid, batchNumber, stan))
    return id === undefined ? undefined : this.transaction(id)
  }

  /** Only after the whole batch was asked for. */
  transactionsOfBatch(tid: string, batchNumber: number): readonly TransactionRow[] {
    const found: TransactionRow[] = []
    for (const row of this.#snapshot.transactions.values()) {
      if (row.tid === tid && row.batchNumber === batchNumber) found.push(row)
    }
    return found
  }

  hold(id: number): HoldRow | undefined {
    return this.#snapshot.holds.get(id)
  }

  /** Only after the holds of the account were asked for. */
  holdByCode(panLookup: string, authorisationCode: string): HoldRow | undefined {
    let found: HoldRow | undefined
    for (const hold of this.#snapshot.holds.values()) {
      if (hold.panLookup !== panLookup || hold.authorisationCode !== authorisationCode) continue
      if (found === undefined || hold.state === 'open') found = hold
    }
    return found
  }

  batch(tid: string, batchNumber: number): BatchRow | undefined {
    return this.#snapshot.batches.get(batchKey(tid, batchNumber))
  }

  uploadsOfBatch(tid: string, batchNumber: number): readonly UploadRow[] {
    return this.#snapshot.uploads.get(batchKey(tid, batchNumber)) ?? []
  }

  putTerminal(row: TerminalRow): void {
    this.#snapshot.terminals.set(row.tid, row)
    this.#terminals.add(row.tid)
    this.#changeCount++
  }

  putAccountState(panLookup: string, state: AccountState): void {
    const account = this.account(panLookup)
    invariant(account !== undefined, 'state of an account that was not fetched')
    this.#snapshot.accounts.set(panLookup, accountWithState(account, state))
    this.#accounts.add(panLookup)
    this.#changeCount++
  }

  addTransaction(row: TransactionRow): void {
    invariant(
      this.transactionByKey(row.tid, row.batchNumber, row.stan) === undefined,
      'a terminal, batch and STAN twice',
    )
    this.#snapshot.addTransaction(row)
    this.#newTransactions.add(row.id)
    this.#changeCount++
  }

  changeTransaction(row: TransactionRow): void {
    invariant(this.transaction(row.id) !== undefined, 'change of a transaction that was not fetched')
    this.#snapshot.transactions.set(row.id, row)
    if (!this.#newTransactions.has(row.id)) this.#changedTransactions.add(row.id)
    this.#changeCount++
  }

  putHold(row: HoldRow): void {
    this.#snapshot.holds.set(row.id, row)
    this.#holds.add(row.id)
    this.#changeCount++
  }

  putBatch(row: BatchRow): void {
    const key = batchKey(row.tid, row.batchNumber)
    this.#snapshot.batches.set(key, row)
    this.#batches.add(key)
    this.#changeCount++
  }

  addEntries(entries: readonly LedgerEntryRow[]): void {
    for (const entry of entries) this.#entries.push(entry)
    this.#changeCount++
  }

  putUpload(row: UploadRow): void {
    const key = batchKey(row.tid, row.batchNumber)
    const others = this.uploadsOfBatch(row.tid, row.batchNumber)
    const kept = others.filter((other) => other.kind !== row.kind || other.stan !== row.stan)
    this.#snapshot.uploads.set(key, [...kept, row])
    this.#uploads.push(row)
    this.#changeCount++
  }

  addExplain(row: ExplainRow): void {
    this.#explains.push(row)
    this.#changeCount++
  }

  /** All that changed, each row in its last form; undefined when nothing did. */
  rows(): StoreRows | undefined {
    if (this.#changeCount === 0) return undefined
    const { terminals, transactions, accounts, holds, batches } = this.#snapshot
    return {
      ...NO_ROWS,
      terminals: pick(terminals, this.#terminals),
      accountStates: pick(accounts, this.#accounts).map(({ pan, state }) => ({
        panLookup: pan.lookup,
        state,
      })),
      newTransactions: pick(transactions, this.#newTransactions),
      changedTransactions: pick(transactions, this.#changedTransactions),
      holds: pick(holds, this.#holds),
      entries: this.#entries,
      batches: pick(batches, this.#batches),
      uploads: this.#uploads,
      explains: this.#explains,
    }
  }
}

function pick<K, V>(rows: ReadonlyMap<K, V>, keys: ReadonlySet<K>): readonly V[] {
  const picked: V[] = []
  for (const key of keys) {
    const row = rows.get(key)
    if (row !== undefined) picked.push(row)
  }
  return picked
}
