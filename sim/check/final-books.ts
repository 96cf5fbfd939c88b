import type { TransactionKind, TransactionRow } from '../../src/host/core/records.ts'
import type { HostStore } from '../../src/host/core/store-port.ts'
import type { Transaction } from '../../src/terminal/flows/terminal-model.ts'
import type { Finding } from './finding.ts'
import { heldByTerminal } from './held-amounts.ts'
import type { PaperCheck } from './paper-check.ts'
import { SAME_STATE } from './same-state.ts'
import { checkSettlements } from './settlement-check.ts'
import type { TerminalBooks } from './terminal-books.ts'
import { SIGN } from './transaction-sign.ts'

export interface BooksOfTerminal {
  readonly tid: string
  readonly books: TerminalBooks
  readonly paper: PaperCheck
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
    held: new Map(),
    reclaimed: new Map(),
    earned: 0,
    loose: new Set(),
    findings: store.checkBooks().map(({ kind, detail }) => ({ check: `ledger: ${kind}`, detail })),
    unexplained: 0,
  }
  for (const terminal of terminals) compareTerminal(terminal, comparison)
  return {
    findings: [
      ...comparison.findings,
      ...checkAccounts(comparison, openingBalances),
      ...checkLedger(comparison),
    ],
    unexplained: comparison.unexplained,
  }
}

/** What is known so far while one terminal after the other is compared. */
interface Comparison {
  readonly store: HostStore
  /** Balances as the terminals' records make them, by card. */
  readonly expected: Map<string, number>
  /** What should be reserved, by card. */
  readonly held: Map<string, number>
  /** What was given back and taken away again by a reversal, by card: it may have been spent in between. */
  readonly reclaimed: Map<string, number>
  /** What the merchants should have. */
  earned: number
  /** Cards of which nobody can say what they should have. */
  readonly loose: Set<string>
  readonly findings: Finding[]
  unexplained: number
}

function compareTerminal({ tid, books, paper, givesUp }: BooksOfTerminal, comparison: Comparison): void {
  const { store, findings, loose } = comparison
  const rows = new Map(
    store.listTransactions({ tid, limit: 1e9 }).map((row) => [`${row.batchNumber}/${row.stan}`, row]),
  )
  for (const { kind, state, approvedMinor, panLookup } of rows.values()) {
    if (state !== 'reversed' || SIGN[kind] >= 0) continue
    comparison.reclaimed.set(panLookup, (comparison.reclaimed.get(panLookup) ?? 0) + approvedMinor)
  }
  const lost = new Set<string>()
  const cancelled = cancelledLater(books)
  const transactions = books
    .transactions()
    .map((each): Transaction => (cancelled.has(keyOf(each.request)) ? { ...each, status: 'voided' } : each))
  const held = heldByTerminal(transactions)
  for (const transaction of transactions) {
    const key = keyOf(transaction.request)
    const row = rows.get(key)
    rows.delete(key)
    if (isGivenUp(transaction, givesUp)) {
      lost.add(transaction.request.batch)
      comparison.unexplained++
      if (row !== undefined) loose.add(row.panLookup)
      continue
    }
    findings.push(...compare(tid, transaction, row, store))
    findings.push(...voidFindings(tid, transaction, books), ...scriptFindings(tid, transaction, row, books))
    if (row !== undefined) charge(comparison, row, transaction, held.get(transaction) ?? 0)
  }
  for (const row of rows.values()) findings.push(...onlyAtTheHost(tid, row))
  findings.push(...checkSettlements(tid, books, paper, store, lost))
}

/** The terminal has said that only the acquirer can tell what became of it. */
function isGivenUp({ status }: Transaction, givesUp: boolean): boolean {
  return status === 'reversalFailed' || (status === 'noticeQueued' && givesUp)
}

function checkAccounts(
  { store, expected, held, reclaimed, loose }: Comparison,
  openingBalances: ReadonlyMap<string, number>,
): readonly Finding[] {
  return store.listAccounts().flatMap(({ pan: { lookup, truncated }, state }) => {
    const wanted = expected.get(lookup)
    if (wanted === undefined || loose.has(lookup)) return []
    const findings: Finding[] = []
    const find = (check: string, detail: string): void => {
      findings.push({ check, detail: `card ${truncated}: ${detail}` })
    }
    if (state.balanceMinor !== wanted)
      find('customer charged otherwise', `balance ${state.balanceMinor}, by the receipts ${wanted}`)
    const reserved = held.get(lookup) ?? 0
    if (state.heldMinor !== reserved)
      find('customer held otherwise', `${state.heldMinor} reserved, by the receipts ${reserved}`)
    // A completion may take 15 per cent more than was reserved.
    const overdraft = (openingBalances.get(lookup) ?? 0) * 0.15 + (reclaimed.get(lookup) ?? 0)
    if (state.balanceMinor < -overdraft) find('more spent than there was', `balance ${state.balanceMinor}`)
    return findings
  })
}

/** The ledger by its own entries, without the host's help: it sums to zero, and the merchants got what was sold. */
function checkLedger({ store, earned, loose }: Comparison): readonly Finding[] {
  let sum = 0
  let merchants = 0
  for (const { account, amountMinor } of store.ledgerBalances()) {
    sum += amountMinor
    if (account === 'merchant') merchants += amountMinor
  }
  const findings: Finding[] = []
  if (sum !== 0) findings.push({ check: 'ledger does not sum to zero', detail: String(sum) })
  if (merchants !== earned && loose.size === 0)
    findings.push({ check: 'merchant paid otherwise', detail: `${merchants}, by the receipts ${earned}` })
  return findings
}

/** A void takes back one transaction, and each that was taken back has one void. */
function voidFindings(tid: string, transaction: Transaction, books: TerminalBooks): readonly Finding[] {
  const { request, status } = transaction
  const isVoided = status === 'voided'
  const voids = books.voidsOf(request.batch, request.stan)
  if (voids === (isVoided ? 1 : 0)) return []
  const detail = `${tid} ${request.batch}/${request.stan} ${request.type}: ${status}, ${voids} voids of it`
  return [{ check: 'voids and originals differ', detail }]
}

/** What the host knows of an issuer script is what the terminal delivered. */
function scriptFindings(
  tid: string,
  { request }: Transaction,
  row: TransactionRow | undefined,
  books: TerminalBooks,
): readonly Finding[] {
  const fate = books.scripts.get(`${request.batch}/${request.stan}`)
  if (row === undefined || fate === undefined || fate === 'given up') return []
  if (fate === 'delivered' && row.scriptResult !== '') return []
  const detail = `${tid} ${request.batch}/${request.stan}: ${fate}, at the host "${row.scriptResult}"`
  return [{ check: 'script result lost', detail }]
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

/** What the customer paid, what is reserved and what the merchant got, by the terminal's own record of it. */
function charge(
  comparison: Comparison,
  row: TransactionRow,
  transaction: Transaction,
  heldMinor: number,
): void {
  const { expected, held } = comparison
  const { request, status, amountMinor } = transaction
  const { panLookup } = row
  const effect = effectOf(request.type, status, amountMinor)
  comparison.earned += effect
  held.set(panLookup, (held.get(panLookup) ?? 0) + heldMinor)
  const before = expected.get(panLookup)
  if (before === undefined) return
  expected.set(panLookup, before - effectOf(request.type, status, paidMinor(transaction, row)))
}

/** What the slip says that the cardholder pays; where nobody was asked, what an issuer in another currency made of it. */
function paidMinor({ request, reply, amountMinor }: Transaction, { conversion }: TransactionRow): number {
  const chosen = reply?.conversion ?? request.conversion
  if (chosen !== undefined) return chosen.amountMinor
  return conversion?.by === 'issuer' ? conversion.amountMinor : amountMinor
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
