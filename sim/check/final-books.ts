import type { TransactionKind, TransactionRow } from '../../src/host/core/records.ts'
import type { HostStore } from '../../src/host/core/store-port.ts'
import type { Transaction } from '../../src/terminal/flows/terminal-model.ts'
import type { Finding } from './finding.ts'
import type { TerminalBooks } from './terminal-books.ts'

/** +1: money for the merchant, -1: from the merchant, 0: only reserved or told. */
const SIGN: Readonly<Record<TransactionKind, -1 | 0 | 1>> = {
  sale: 1,
  offlineSale: 1,
  completion: 1,
  completionAdvice: 1,
  saleVoid: -1,
  refund: -1,
  completionVoid: -1,
  balance: 0,
  preAuthorisation: 0,
  preAuthorisationAddition: 0,
  preAuthorisationCancel: 0,
  reversalAlone: 0,
}

/** States at the terminal and at the host that mean the same. */
const SAME_STATE: Readonly<Record<string, readonly string[]>> = {
  approved: ['approved'],
  voided: ['voided'],
  declined: ['declined'],
  reversed: ['reversed', 'declined'],
}

export interface BooksOfTerminal {
  readonly tid: string
  readonly books: TerminalBooks
  /** Its profile lets go of what can't be delivered, and tells the operator. */
  readonly givesUp: boolean
}

export interface FinalBooks {
  readonly findings: readonly Finding[]
  /** Transactions of which only the acquirer can say what became of them: their reversal was given up. */
  readonly unexplained: number
}

/** Holds the journals of all terminals against the host's records, its ledger, the accounts and the settlements. */
export function checkFinalBooks(
  terminals: readonly BooksOfTerminal[],
  store: HostStore,
  openingBalances: ReadonlyMap<string, number>,
): FinalBooks {
  const comparison: Comparison = {
    store,
    expected: new Map(openingBalances),
    loose: new Set(),
    findings: store.checkBooks().map(({ kind, detail }) => ({ check: `ledger: ${kind}`, detail })),
    unexplained: 0,
  }
  for (const terminal of terminals) compareTerminal(terminal, comparison)
  return {
    findings: [...comparison.findings, ...checkAccounts(comparison)],
    unexplained: comparison.unexplained,
  }
}

/** What is known so far while one terminal after the other is compared. */
interface Comparison {
  readonly store: HostStore
  /** Balances as the terminals' records make them, by card. */
  readonly expected: Map<string, number>
  /** Cards of which nobody can say what they should have. */
  readonly loose: Set<string>
  readonly findings: Finding[]
  unexplained: number
}

function compareTerminal({ tid, books, givesUp }: BooksOfTerminal, comparison: Comparison): void {
  const { store, findings, expected, loose } = comparison
  const rows = new Map(
    store.listTransactions({ tid, limit: 1e9 }).map((row) => [`${row.batchNumber}/${row.stan}`, row]),
  )
  const lost = new Set<string>()
  const cancelled = cancelledLater(books)
  for (const told of books.transactions()) {
    const key = keyOf(told.request)
    const transaction: Transaction = cancelled.has(key) ? { ...told, status: 'voided' } : told
    const row = rows.get(key)
    rows.delete(key)
    if (isGivenUp(transaction, givesUp)) {
      lost.add(transaction.request.batch)
      comparison.unexplained++
      if (row !== undefined) loose.add(row.panLookup)
      continue
    }
    findings.push(...compare(tid, transaction, row, store))
    if (row !== undefined) charge(expected, row, transaction)
  }
  for (const row of rows.values()) findings.push(...onlyAtTheHost(tid, row))
  findings.push(...checkSettlements(tid, books, store, lost))
}

/** The terminal has said that only the acquirer can tell what became of it. */
function isGivenUp({ status }: Transaction, givesUp: boolean): boolean {
  return status === 'reversalFailed' || (status === 'noticeQueued' && givesUp)
}

function checkAccounts({ store, expected, loose }: Comparison): readonly Finding[] {
  return store.listAccounts().flatMap(({ pan: { lookup, truncated }, state }) => {
    const wanted = expected.get(lookup)
    if (wanted === undefined || loose.has(lookup) || state.balanceMinor === wanted) return []
    const detail = `card ${truncated}: balance ${state.balanceMinor}, by the receipts ${wanted}`
    return [{ check: 'customer charged otherwise', detail }]
  })
}

function keyOf({ batch, stan }: { readonly batch: string; readonly stan: string }): string {
  return `${Number(batch)}/${Number(stan)}`
}

/**
 * Pre-authorisations that a cancellation of a later batch has ended: the batch that holds them is closed, so that the
 * terminal has it by the cancellation alone.
 */
function cancelledLater(books: TerminalBooks): ReadonlySet<string> {
  return new Set(
    books.transactions().flatMap(({ request: { type, batch, original }, status }) => {
      const isLater = original !== undefined && original.batch !== batch
      return type === 'preAuthorisationCancel' && status === 'approved' && isLater ? [keyOf(original)] : []
    }),
  )
}

function effectOf(kind: TransactionKind, state: string, amountMinor: number): number {
  return state === 'approved' || state === 'voided' ? SIGN[kind] * amountMinor : 0
}

function compare(
  tid: string,
  transaction: Transaction,
  row: TransactionRow | undefined,
  store: HostStore,
): readonly Finding[] {
  const { request, status, amountMinor } = transaction
  const name = `${tid} ${request.batch}/${request.stan} ${request.type}`
  if (row === undefined) {
    return [{ check: 'host has no record', detail: `${name}: ${status} at the terminal` }]
  }
  if (SAME_STATE[status]?.includes(row.state) !== true) {
    return [
      { check: 'states differ', detail: `${name}: ${status} at the terminal, ${row.state} at the host` },
    ]
  }
  const isDone = status === 'approved' || status === 'voided'
  if (isDone && amountMinor !== row.approvedMinor) {
    return [{ check: 'amounts differ', detail: `${name}: ${amountMinor} and ${row.approvedMinor}` }]
  }
  const booked = merchantMoney(store, row)
  const effect = effectOf(row.kind, row.state, row.approvedMinor)
  if (booked === effect) return []
  return [{ check: 'ledger differs', detail: `${name}: ${effect} by the record, ${booked} in the ledger` }]
}

function merchantMoney(store: HostStore, { id, reversalId }: TransactionRow): number {
  const ids = reversalId === undefined ? [id] : [id, reversalId]
  let sum = 0
  for (const each of ids) {
    for (const { account, amountMinor } of store.ledgerEntries(each))
      if (account === 'merchant') sum += amountMinor
  }
  return sum
}

/** What the customer paid, by the terminal's own record of it. */
function charge(
  expected: Map<string, number>,
  row: TransactionRow,
  { status, amountMinor }: Transaction,
): void {
  const before = expected.get(row.panLookup)
  if (before === undefined) return
  expected.set(row.panLookup, before - effectOf(row.kind, status, amountMinor))
}

function onlyAtTheHost(tid: string, row: TransactionRow): readonly Finding[] {
  if (row.state === 'declined' || row.state === 'reversed' || row.kind === 'balance') return []
  return [
    {
      check: 'terminal has no record',
      detail: `${tid} ${row.batchNumber}/${row.stan} ${row.kind}: ${row.state} at the host only`,
    },
  ]
}

/** Each batch that a terminal closed is closed and balanced on both sides. */
function checkSettlements(
  tid: string,
  books: TerminalBooks,
  store: HostStore,
  lost: ReadonlySet<string>,
): readonly Finding[] {
  const batches = new Map(store.listBatches(tid).map((row) => [row.batchNumber, row]))
  return books.closed.flatMap(({ summary, transactions }) => {
    const { batch, domesticFlag, foreignFlag } = summary
    if (lost.has(batch) || transactions.some(({ request }) => lost.has(request.batch))) return []
    const row = batches.get(Number(batch))
    const name = `${tid} batch ${batch}`
    if (domesticFlag !== '1' || foreignFlag !== '1') {
      return [
        {
          check: 'settlement does not balance',
          detail: `${name}: flags ${domesticFlag} ${foreignFlag} at the terminal`,
        },
      ]
    }
    if (row?.state !== 'closed' || row.domesticFlag !== '1' || row.foreignFlag !== '1') {
      return [
        {
          check: 'settlement not closed at the host',
          detail: `${name}: ${row?.state ?? 'no record'} ${row?.domesticFlag ?? ''} ${row?.foreignFlag ?? ''}`,
        },
      ]
    }
    return []
  })
}
