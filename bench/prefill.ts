import Database from 'better-sqlite3'
import { SqliteStore } from '../src/host/store/sqlite-store.ts'

/** A host's database that has worked for a while. */
export interface Prefill {
  readonly path: string
  /** Approved transactions, each with its two ledger entries; every twentieth of a terminal is a refund of the one before. */
  readonly transactions: number
  readonly terminals: number
  readonly merchants: number
  /** Transactions of one batch of one terminal; all batches that are full are closed. */
  readonly batchSize: number
  /** Milliseconds since 1970 at which all closed batches closed. */
  readonly closedAtMs: number
}

export function tidOf(terminal: number): string {
  return `T${String(terminal).padStart(7, '0')}`
}

export function midOf(merchant: number): string {
  return `M${String(merchant).padStart(14, '0')}`
}

/** Amounts of 1.00 to 1 000.99, domestic four times in five, from cards that have no account here. */
const TRANSACTIONS = `
  INSERT INTO transactions (id, tid, mid, batchNumber, stan, kind, state, dialect, responseCode, authorisationCode,
         requestedMinor, approvedMinor, currency, panLookup, panTruncated, cardClass, accountKnown, entryMode,
         moneyMinor, heldMinor, originalId, refundedMinor, reversalId, reversalReason, scriptResult, receivedAtMs,
         localTime)
  SELECT i, tid, mid, batchNumber, stan, iif(isRefund, 'refund', 'sale'), 'approved', 'unionpay-pos', '00',
         printf('%06d', i % 1000000), amount, amount, '156', printf('%032x', i * 7919 % 20000),
         '621094******' || printf('%04d', i * 7919 % 10000), iif(i % 5 = 0, 'foreign', 'domestic'), 0, '021',
         iif(isRefund, amount, -amount), 0, iif(isRefund, i - @terminals, NULL), iif(isRefunded, refund, 0), NULL, '',
         '', @closedAtMs - 86400000 + i % 86000000, '2026-01-02T03:04:05'
  FROM (
    SELECT i, printf('T%07d', i % @terminals) AS tid, printf('M%014d', i % @terminals % @merchants) AS mid,
           turn / @batchSize + 1 AS batchNumber, turn % @batchSize + 1 AS stan,
           turn % 20 = 19 AS isRefund, turn % 20 = 18 AS isRefunded,
           iif(turn % 20 = 19, 50, 100 + i * 37 % 100000) AS amount, 50 AS refund
    FROM (WITH RECURSIVE n (i) AS (SELECT @from UNION ALL SELECT i + 1 FROM n WHERE i < @to)
          SELECT i, (i - @firstId) / @terminals AS turn FROM n)
  )`

const LEDGER = `
  INSERT INTO ledger
  SELECT t.id, side, iif(side = 0, 'suspense', 'merchant'), iif(side = 0, '', t.mid),
         iif(side = 0, t.moneyMinor, -t.moneyMinor), t.currency
  FROM transactions t CROSS JOIN (SELECT 0 AS side UNION ALL SELECT 1)
  WHERE t.id BETWEEN @from AND @to ORDER BY t.id, side`

const BATCHES = `
  INSERT INTO batches
  SELECT DISTINCT t.tid, t.batchNumber, t.mid, iif(t.batchNumber <= @fullBatches, 'closed', 'open'), NULL, NULL, '1', '1',
         NULL, NULL, iif(t.batchNumber <= @fullBatches, @closedAtMs, NULL)
  FROM transactions t`

/** Rows of one statement: it is told how far it is, and the log stays small. */
const ROWS_AT_ONCE = 1_000_000

/**
 * Fills the database, made when it is not there, with statements that generate its rows, without a log and with the
 * index made last. The transactions of a terminal are as many apart as there are terminals.
 */
export function prefill(setup: Prefill, progress: (text: string) => void): void {
  const { path, transactions, terminals, merchants, batchSize, closedAtMs } = setup
  new SqliteStore(path).close()
  const database = new Database(path)
  try {
    database.pragma('journal_mode = OFF')
    database.pragma('synchronous = OFF')
    database.pragma('cache_size = -262144')
    const [index] = database
      .prepare<[], { sql: string }>("SELECT sql FROM sqlite_schema WHERE name = 'transactionsByStan'")
      .all()
    database.exec('DROP INDEX transactionsByStan')
    const numbers = database.prepare<[], { next: number }>('SELECT next FROM numbers').get()
    const firstId = Math.ceil((numbers?.next ?? 1) / terminals) * terminals
    const last = firstId + transactions - 1
    for (let from = firstId; from <= last; from += ROWS_AT_ONCE) {
      const to = Math.min(from + ROWS_AT_ONCE - 1, last)
      progress(`${(to - firstId + 1).toLocaleString('en-GB')} stored transactions`)
      database
        .prepare(TRANSACTIONS)
        .run(integers({ from, to, firstId, terminals, merchants, batchSize, closedAtMs }))
      database.prepare(LEDGER).run(integers({ from, to }))
    }
    database.exec(index?.sql ?? '')
    const fullBatches = Math.floor(transactions / terminals / batchSize)
    database.prepare(BATCHES).run(integers({ fullBatches, closedAtMs }))
    database.prepare('UPDATE numbers SET next = ?').run(last + 1)
  } finally {
    database.close()
  }
}

/** Numbers are bound as fractions, which divide otherwise. */
function integers(values: Readonly<Record<string, number>>): Readonly<Record<string, bigint>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, BigInt(value)]))
}
