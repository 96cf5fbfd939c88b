import type Database from 'better-sqlite3'
import { type ClearedItem, type ClearedTransaction, clearTransaction } from '../core/clearing.ts'
import { type FeeSchedule, versionsOf } from '../core/fee-schedule.ts'
import type { DueRow } from './sqlite-clearing-rows.ts'
import { READ_DUE } from './sqlite-clearing-sql.ts'
import type { SqlValue } from './sqlite-mapping.ts'

const ROWS_AT_ONCE = 4096
/** Of one statement. */
const ITEMS_AT_ONCE = 8

/**
 * Clears what is due one transaction after the other; answers how many there were. It is slower than the statements
 * and knows no number that is too large for it.
 */
export function clearRowByRow(database: Database.Database, agreed: readonly FeeSchedule[]): number {
  const read = database.prepare<SqlValue[], DueRow>(READ_DUE).raw()
  const insert = new ItemInsert(database)
  const payoutIds = payoutIdsOf(database)
  const schedules = new Map<string, readonly FeeSchedule[]>()
  let count = 0
  for (let after = 0; ; ) {
    const rows = read.all(after, ROWS_AT_ONCE)
    for (const row of rows) {
      const [id, mid, currency, kind, state, cardClass, moneyMinor, day, payment] = row
      let versions = schedules.get(mid)
      if (versions === undefined) {
        versions = versionsOf(mid, agreed)
        schedules.set(mid, versions)
      }
      const transaction = { kind, state, cardClass, payment, moneyMinor, day }
      const item = clearTransaction(transaction, originalOf(row), versions)
      const payoutId = payoutIds.get(mid)?.get(currency)
      if (payoutId === undefined) continue
      insert.add(id, payoutId, item)
      count++
    }
    const last = rows.at(-1)
    if (last === undefined) {
      insert.end()
      return count
    }
    after = last[0]
  }
}

function originalOf(row: DueRow): ClearedTransaction | undefined {
  const payment = row[9]
  const kind = row[10]
  const state = row[11]
  const cardClass = row[12]
  const moneyMinor = row[13]
  const day = row[14]
  return kind === null || state === null || cardClass === null || moneyMinor === null || day === null
    ? undefined
    : { kind, state, cardClass, payment, moneyMinor, day }
}

const ITEM_WIDTH = 5

/** Items, many in one statement: a call costs as much as its row. */
class ItemInsert {
  readonly #many: Database.Statement<SqlValue[]>
  readonly #one: Database.Statement<SqlValue[]>
  #values: number[] = []

  constructor(database: Database.Database) {
    const row = `(${Array(ITEM_WIDTH).fill('?').join(', ')})`
    this.#many = database.prepare(
      `INSERT INTO clearedItems VALUES ${Array(ITEMS_AT_ONCE).fill(row).join(', ')}`,
    )
    this.#one = database.prepare(`INSERT INTO clearedItems VALUES ${row}`)
  }

  add(
    transactionId: number,
    payoutId: number,
    { amountMinor, feeMinor, interchangeMinor }: ClearedItem,
  ): void {
    this.#values.push(transactionId, payoutId, amountMinor, feeMinor, interchangeMinor)
    if (this.#values.length < ITEMS_AT_ONCE * ITEM_WIDTH) return
    this.#many.run(...this.#values)
    this.#values = []
  }

  end(): void {
    for (let at = 0; at < this.#values.length; at += ITEM_WIDTH) {
      this.#one.run(...this.#values.slice(at, at + ITEM_WIDTH))
    }
    this.#values = []
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
