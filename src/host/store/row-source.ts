import type {
  AccountRow,
  BatchRow,
  CatalogueRow,
  HoldRow,
  MerchantRow,
  TerminalRow,
  TransactionRow,
  UploadRow,
} from '../core/records.ts'
import { type BatchKey, batchKey, type LookupKeys, type Snapshot } from '../core/store-port.ts'

/** Single rows by their keys, whoever holds them. */
export interface RowSource {
  terminal(tid: string): TerminalRow | undefined
  merchant(mid: string): MerchantRow | undefined
  account(panLookup: string): AccountRow | undefined
  transactionByKey(tid: string, batchNumber: number, stan: number): TransactionRow | undefined
  transaction(id: number): TransactionRow | undefined
  transactionsOfBatch(tid: string, batchNumber: number): readonly TransactionRow[]
  hold(id: number): HoldRow | undefined
  holdsOfAccount(panLookup: string): readonly HoldRow[]
  batch(tid: string, batchNumber: number): BatchRow | undefined
  uploadsOfBatch(tid: string, batchNumber: number): readonly UploadRow[]
  /** The newest content of each set in one scope. */
  catalogue(scope: string): readonly CatalogueRow[]
}

/** Adds the rows for `keys`, and those that come with them, to `into`; rows already there stay. */
export function fillSnapshot(source: RowSource, keys: LookupKeys, into: Snapshot): void {
  for (const tid of keys.terminals) addTerminal(source, tid, into)
  for (const { tid, batchNumber, stan } of keys.transactions) {
    addTransaction(source, source.transactionByKey(tid, batchNumber, stan), into)
  }
  for (const id of keys.transactionIds) addTransaction(source, source.transaction(id), into)
  for (const lookup of keys.accounts) addAccount(source, lookup, into)
  for (const lookup of keys.holdsOfAccounts) {
    for (const hold of source.holdsOfAccount(lookup)) {
      if (into.holds.has(hold.id)) continue
      into.holds.set(hold.id, hold)
      addTransaction(source, source.transaction(hold.id), into)
    }
  }
  for (const key of keys.batches) addBatch(source, key, into)
  for (const key of keys.wholeBatches) addWholeBatch(source, key, into)
  for (const scope of keys.catalogue) into.catalogue.set(scope, source.catalogue(scope))
}

function addTerminal(source: RowSource, tid: string, into: Snapshot): void {
  if (into.terminals.has(tid)) return
  const terminal = source.terminal(tid)
  if (terminal === undefined) return
  into.terminals.set(tid, terminal)
  if (into.merchants.has(terminal.mid)) return
  const merchant = source.merchant(terminal.mid)
  if (merchant !== undefined) into.merchants.set(merchant.mid, merchant)
}

/** With its originals, the holds of all of them, and the account. */
function addTransaction(source: RowSource, row: TransactionRow | undefined, into: Snapshot): void {
  for (let next = row; next !== undefined; ) {
    if (into.transactions.has(next.id)) return
    into.addTransaction(next)
    addHold(source, next.id, into)
    if (next.panLookup !== '') addAccount(source, next.panLookup, into)
    next = next.originalId === undefined ? undefined : source.transaction(next.originalId)
  }
}

function addHold(source: RowSource, id: number, into: Snapshot): void {
  if (into.holds.has(id)) return
  const hold = source.hold(id)
  if (hold !== undefined) into.holds.set(id, hold)
}

function addAccount(source: RowSource, lookup: string, into: Snapshot): void {
  if (into.accounts.has(lookup)) return
  const account = source.account(lookup)
  if (account !== undefined) into.accounts.set(lookup, account)
}

function addBatch(source: RowSource, { tid, batchNumber }: BatchKey, into: Snapshot): void {
  const key = batchKey(tid, batchNumber)
  if (into.batches.has(key)) return
  const row = source.batch(tid, batchNumber)
  if (row !== undefined) into.batches.set(key, row)
}

function addWholeBatch(source: RowSource, key: BatchKey, into: Snapshot): void {
  const { tid, batchNumber } = key
  addBatch(source, key, into)
  for (const row of source.transactionsOfBatch(tid, batchNumber)) {
    if (!into.transactions.has(row.id)) into.addTransaction(row)
  }
  const name = batchKey(tid, batchNumber)
  if (!into.uploads.has(name)) into.uploads.set(name, [...source.uploadsOfBatch(tid, batchNumber)])
}
