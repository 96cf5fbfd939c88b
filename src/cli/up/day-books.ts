import { SAME_STATE } from '../../../sim/check/same-state.ts'
import { SIGN } from '../../../sim/check/transaction-sign.ts'
import { formatAmount } from '../../base/money.ts'
import type { TransactionKind, TransactionRow } from '../../host/core/records.ts'
import type { HostStore } from '../../host/core/store-port.ts'
import type { TransactionView } from '../../terminal/flows/terminal-command.ts'
import type { SettlementSummary } from '../../terminal/flows/terminal-model.ts'

/** One transaction as the terminal, the host and the ledger have it. */
export interface BooksLine {
  readonly stan: number
  readonly kind: string
  /** What it is at the terminal: its status and its effect on the merchant's money. */
  readonly terminal: BooksEntry | undefined
  readonly host: BooksEntry | undefined
  /** Sum of the merchant's ledger entries for it, its reversal included. */
  readonly ledgerMinor: number
  readonly agrees: boolean
}

interface BooksEntry {
  readonly state: string
  readonly effectMinor: number
}

export interface BooksReport {
  readonly batch: string
  readonly currency: string
  readonly lines: readonly BooksLine[]
  /** What does not agree, one line each; empty when the day's books are right. */
  readonly findings: readonly string[]
  readonly totalMinor: { readonly terminal: number; readonly host: number; readonly ledger: number }
}

export interface BooksInput {
  readonly tid: string
  readonly batch: string
  readonly currency: string
  readonly transactions: readonly TransactionView[]
  readonly settlement: SettlementSummary | undefined
  readonly store: HostStore
}

/** Holds the terminal's journal of one batch against the host's records and the ledger. */
export function compareBooks(input: BooksInput): BooksReport {
  const { batch, currency, store, tid, transactions } = input
  const rows = store.listTransactions({ tid, batchNumber: Number(batch) })
  const stans = [
    ...new Set([...transactions.map(({ stan }) => Number(stan)), ...rows.map(({ stan }) => stan)]),
  ]
  const lines = stans
    .sort((left, right) => left - right)
    .map((stan) =>
      lineOf(
        stan,
        transactions.find((each) => Number(each.stan) === stan),
        rows.find((row) => row.stan === stan),
        store,
      ),
    )
  const sum = (amount: (line: BooksLine) => number): number =>
    lines.reduce((total, line) => total + amount(line), 0)
  return {
    batch,
    currency,
    lines,
    findings: [...linesFindings(lines), ...settlementFindings(input), ...ledgerFindings(store)],
    totalMinor: {
      terminal: sum(({ terminal }) => terminal?.effectMinor ?? 0),
      host: sum(({ host }) => host?.effectMinor ?? 0),
      ledger: sum(({ ledgerMinor }) => ledgerMinor),
    },
  }
}

function lineOf(
  stan: number,
  view: TransactionView | undefined,
  row: TransactionRow | undefined,
  store: HostStore,
): BooksLine {
  const terminal = view && {
    state: view.status,
    effectMinor: effectOf(view.type, view.status, view.amountMinor),
  }
  const host = row && { state: row.state, effectMinor: effectOf(row.kind, row.state, row.approvedMinor) }
  const ledgerMinor = row === undefined ? 0 : merchantMoney(store, row)
  const agrees =
    terminal !== undefined &&
    host !== undefined &&
    SAME_STATE[terminal.state]?.includes(host.state) === true &&
    terminal.effectMinor === host.effectMinor &&
    host.effectMinor === ledgerMinor
  return { stan, kind: view?.type ?? row?.kind ?? '', terminal, host, ledgerMinor, agrees }
}

/** A voided sale has moved its money; its void, a transaction of its own, moves it back. */
function effectOf(kind: TransactionKind, state: string, amountMinor: number): number {
  return state === 'approved' || state === 'voided' ? SIGN[kind] * amountMinor : 0
}

function merchantMoney(store: HostStore, { id, reversalId }: TransactionRow): number {
  return [id, ...(reversalId === undefined ? [] : [reversalId])]
    .flatMap((postingId) => store.ledgerEntries(postingId))
    .filter(({ account }) => account === 'merchant')
    .reduce((sum, { amountMinor }) => sum + amountMinor, 0)
}

function linesFindings(lines: readonly BooksLine[]): readonly string[] {
  return lines
    .filter(({ agrees }) => !agrees)
    .map(({ stan, kind }) => `trace ${String(stan).padStart(6, '0')} (${kind}) differs`)
}

function settlementFindings({ batch, settlement, store, tid }: BooksInput): readonly string[] {
  if (settlement === undefined) return ['the batch was not settled']
  const row = store.listBatches(tid).find(({ batchNumber }) => batchNumber === Number(batch))
  return [
    ...(settlement.domesticFlag === '1' && settlement.foreignFlag === '1'
      ? []
      : ['the terminal was told that the batch does not balance']),
    ...(row?.state === 'closed' ? [] : ['the host has not closed the batch']),
    ...(row?.domesticFlag === '1' && row.foreignFlag === '1'
      ? []
      : ['the host says that it does not balance']),
  ]
}

function ledgerFindings(store: HostStore): readonly string[] {
  return store.checkBooks().map(({ kind, detail }) => `host books: ${kind}: ${detail}`)
}

/** The table at the end of a day. */
export function renderBooks(report: BooksReport): string {
  const money = (amountMinor: number | undefined): string =>
    amountMinor === undefined ? '-' : formatAmount(amountMinor, report.currency)
  const rows = report.lines.map(({ stan, kind, terminal, host, ledgerMinor, agrees }) => [
    String(stan).padStart(6, '0'),
    kind,
    terminal?.state ?? '-',
    money(terminal?.effectMinor),
    host?.state ?? '-',
    money(host?.effectMinor),
    money(ledgerMinor),
    agrees ? 'yes' : 'NO',
  ])
  const { terminal, host, ledger } = report.totalMinor
  const total = ['', 'total', '', money(terminal), '', money(host), money(ledger), '']
  const head = ['trace', 'transaction', 'terminal', 'journal', 'host', 'records', 'ledger', 'agree']
  const table = [head, ...rows, total]
  const widths = head.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)))
  const isAmount = (column: number): boolean => column === 3 || column === 5 || column === 6
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        isAmount(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd()
  const rule = '-'.repeat(line(head).length)
  return [line(head), rule, ...rows.map(line), rule, line(total), ''].join('\n')
}
