import type { TransactionKind, TransactionRow } from '../core/records.ts'
import type { BooksFinding, LedgerBalance } from '../core/store-port.ts'
import type { MemoryTables } from './memory-tables.ts'

const VOIDS: ReadonlySet<TransactionKind> = new Set(['saleVoid', 'completionVoid', 'preAuthorisationCancel'])

/** The same findings as those of the SQLite store, over rows in memory. */
export function findInRows(
  tables: MemoryTables,
  balances: readonly LedgerBalance[],
): readonly BooksFinding[] {
  return [
    ...ledgerFindings(tables, balances),
    ...accountFindings(tables, balances),
    ...[...tables.transactions.values()].flatMap((row) => effectFindings(tables, row)),
    ...relationFindings(tables),
  ]
}

function ledgerFindings(tables: MemoryTables, balances: readonly LedgerBalance[]): readonly BooksFinding[] {
  const findings: BooksFinding[] = []
  const sums = new Map<string, number>()
  for (const { currency, amountMinor } of balances) add(sums, currency, amountMinor)
  for (const [currency, sum] of sums) {
    if (sum !== 0)
      findings.push({ kind: 'ledgerNotZero', detail: `the ledger sums to ${sum} in ${currency}` })
  }
  for (const [id, entries] of tables.entries) {
    const ofPosting = new Map<string, number>()
    for (const { currency, amountMinor } of entries) add(ofPosting, currency, amountMinor)
    for (const [currency, sum] of ofPosting) {
      if (sum !== 0)
        findings.push({ kind: 'postingNotZero', detail: `posting ${id} sums to ${sum} in ${currency}` })
    }
  }
  return findings
}

function accountFindings(tables: MemoryTables, balances: readonly LedgerBalance[]): readonly BooksFinding[] {
  const booked = new Map(
    balances.map(({ account, owner, amountMinor }) => [`${account} ${owner}`, amountMinor]),
  )
  const reserved = new Map<string, number>()
  for (const hold of tables.holds.values()) {
    if (hold.state === 'open') add(reserved, hold.panLookup, hold.amountMinor)
  }
  return [...tables.accounts.entries()].flatMap(([lookup, { state }]) => [
    ...differ('balanceDiffers', lookup, state.balanceMinor, booked.get(`cardholder ${lookup}`)),
    ...differ('heldDiffers', lookup, state.heldMinor, booked.get(`held ${lookup}`)),
    ...differ('holdsDiffer', lookup, state.heldMinor, reserved.get(lookup)),
  ])
}

function effectFindings(tables: MemoryTables, row: TransactionRow): readonly BooksFinding[] {
  const entries = [row.id, row.reversalId].flatMap((id) =>
    id === undefined ? [] : (tables.entries.get(id) ?? []),
  )
  const booked = entries
    .filter(({ account }) => account === 'merchant')
    .reduce((total, { amountMinor }) => total - amountMinor, 0)
  const effect = row.reversalId === undefined ? row.moneyMinor : 0
  return differ('effectDiffers', String(row.id), effect, booked)
}

function relationFindings(tables: MemoryTables): readonly BooksFinding[] {
  const voids = new Map<number, number>()
  const refunds = new Map<number, number>()
  for (const { kind, state, originalId, approvedMinor } of tables.transactions.values()) {
    if (state !== 'approved' || originalId === undefined) continue
    if (VOIDS.has(kind)) add(voids, originalId, 1)
    if (kind === 'refund') add(refunds, originalId, approvedMinor)
  }
  return [...tables.transactions.values()].flatMap(({ id, state, refundedMinor, approvedMinor }) => {
    const refunded = refunds.get(id) ?? 0
    return [
      ...differ('voidWithoutOriginal', String(id), state === 'voided' ? 1 : 0, voids.get(id)),
      ...differ('refundsDiffer', String(id), refundedMinor, refunded),
      ...(refunded > approvedMinor
        ? [{ kind: 'refundsDiffer', detail: `${id}: more refunds than money` } as const]
        : []),
    ]
  })
}

function differ(
  kind: BooksFinding['kind'],
  name: string,
  says: number,
  found: number | undefined,
): readonly BooksFinding[] {
  return says === (found ?? 0) ? [] : [{ kind, detail: `${name}: ${says}, by its records ${found ?? 0}` }]
}

function add<K>(sums: Map<K, number>, key: K, amount: number): void {
  sums.set(key, (sums.get(key) ?? 0) + amount)
}
