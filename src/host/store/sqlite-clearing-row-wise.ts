import type Database from 'better-sqlite3'
import { type ClearedTransaction, clearTransaction } from '../core/clearing.ts'
import { type FeeSchedule, versionsOf } from '../core/fee-schedule.ts'
import type { DueRow } from './sqlite-clearing-rows.ts'
import { READ_DUE } from './sqlite-clearing-sql.ts'
import type { SqlValue } from './sqlite-mapping.ts'

const ROWS_AT_ONCE = 4096

/**
 * Clears what is due one transaction after the other; answers how many there were. It is slower than the statements
 * and knows no number that is too large for it.
 */
export function clearRowByRow(database: Database.Database, agreed: readonly FeeSchedule[]): number {
  const read = database.prepare<SqlValue[], DueRow>(READ_DUE)
  const insert = database.prepare<SqlValue[]>('INSERT INTO clearedItems VALUES (?, ?, ?, ?, ?)')
  const payoutIds = payoutIdsOf(database)
  const schedules = new Map<string, readonly FeeSchedule[]>()
  let count = 0
  for (let after = 0; ; ) {
    const rows = read.all(after, ROWS_AT_ONCE)
    for (const row of rows) {
      let versions = schedules.get(row.mid)
      if (versions === undefined) {
        versions = versionsOf(row.mid, agreed)
        schedules.set(row.mid, versions)
      }
      const item = clearTransaction(row, originalOf(row), versions)
      const payoutId = payoutIds.get(row.mid)?.get(row.currency)
      if (payoutId === undefined) continue
      insert.run(row.id, payoutId, item.amountMinor, item.feeMinor, item.interchangeMinor)
      count++
    }
    const last = rows.at(-1)
    if (last === undefined) return count
    after = last.id
  }
}

function originalOf(row: DueRow): ClearedTransaction | undefined {
  const { originalKind, originalState, originalCardClass, originalMoneyMinor, originalDay, originalPayment } =
    row
  return originalKind === null ||
    originalState === null ||
    originalCardClass === null ||
    originalMoneyMinor === null ||
    originalDay === null
    ? undefined
    : {
        kind: originalKind,
        state: originalState,
        cardClass: originalCardClass,
        payment: originalPayment,
        moneyMinor: originalMoneyMinor,
        day: originalDay,
      }
}

/** Numbers by merchant and currency. */
function payoutIdsOf(database: Database.Database): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const rows = database
    .prepare<[], { id: number; mid: string; currency: string }>(
      'SELECT id, mid, currency FROM temp.duePayouts',
    )
    .all()
  const ids = new Map<string, Map<string, number>>()
  for (const { id, mid, currency } of rows) {
    const own = ids.get(mid) ?? new Map<string, number>()
    own.set(currency, id)
    ids.set(mid, own)
  }
  return ids
}
