import type Database from 'better-sqlite3'
import type { BooksFinding } from '../core/store-port.ts'
import { type BooksCheck, CLEARING_CHECKS } from './sqlite-clearing-check.ts'

/** Each query looks for what can't be; an empty answer to all of them means that the books are right. */
const CHECKS: readonly BooksCheck[] = [
  {
    kind: 'ledgerNotZero',
    sql: `SELECT 'the ledger sums to ' || sum(amountMinor) || ' in currency ' || currency AS detail
          FROM ledger GROUP BY currency HAVING sum(amountMinor) <> 0`,
  },
  {
    kind: 'postingNotZero',
    sql: `SELECT 'posting ' || postingId || ' sums to ' || sum(amountMinor) AS detail
          FROM ledger GROUP BY postingId HAVING sum(amountMinor) <> 0`,
  },
  {
    kind: 'balanceDiffers',
    sql: `SELECT 'account ' || panLookup || ' has ' || balanceMinor || ', its entries ' || booked AS detail
          FROM (SELECT a.panLookup, a.balanceMinor,
                       (SELECT coalesce(sum(l.amountMinor), 0) FROM entries l
                        WHERE l.account = 'cardholder' AND l.owner = a.panLookup) AS booked
                FROM accounts a)
          WHERE balanceMinor <> booked`,
  },
  {
    kind: 'heldDiffers',
    sql: `SELECT 'account ' || panLookup || ' holds ' || heldMinor || ', its entries ' || booked AS detail
          FROM (SELECT a.panLookup, a.heldMinor,
                       (SELECT coalesce(sum(l.amountMinor), 0) FROM entries l
                        WHERE l.account = 'held' AND l.owner = a.panLookup) AS booked
                FROM accounts a)
          WHERE heldMinor <> booked`,
  },
  {
    kind: 'holdsDiffer',
    sql: `SELECT 'account ' || panLookup || ' holds ' || heldMinor || ', its open holds ' || reserved AS detail
          FROM (SELECT a.panLookup, a.heldMinor,
                       (SELECT coalesce(sum(h.amountMinor), 0) FROM holds h
                        WHERE h.panLookup = a.panLookup AND h.state = 'open') AS reserved
                FROM accounts a)
          WHERE heldMinor <> reserved`,
  },
  {
    kind: 'effectDiffers',
    sql: `SELECT 'transaction ' || id || ' says ' || effect || ', its entries ' || booked AS detail
          FROM (SELECT t.id,
                       CASE WHEN t.reversalId IS NULL THEN t.moneyMinor ELSE 0 END AS effect,
                       (SELECT coalesce(-sum(l.amountMinor), 0) FROM ledger l
                        WHERE l.account = 'merchant' AND l.postingId = t.id)
                       + (SELECT coalesce(-sum(l.amountMinor), 0) FROM ledger l
                          WHERE l.account = 'merchant' AND l.postingId = t.reversalId) AS booked
                FROM transactions t)
          WHERE effect <> booked`,
  },
  {
    kind: 'voidWithoutOriginal',
    sql: `SELECT 'transaction ' || id || ' is voided by ' || voids || ' voids' AS detail
          FROM (SELECT t.id, t.state, coalesce(v.voids, 0) AS voids
                FROM transactions t
                LEFT JOIN (SELECT originalId, count(*) AS voids FROM transactions
                           WHERE state = 'approved'
                             AND kind IN ('saleVoid', 'completionVoid', 'preAuthorisationCancel')
                           GROUP BY originalId) v ON v.originalId = t.id)
          WHERE (state = 'voided') <> (voids = 1) OR voids > 1`,
  },
  {
    kind: 'refundsDiffer',
    sql: `SELECT 'transaction ' || id || ' was refunded ' || refundedMinor || ', its refunds ' || refunds AS detail
          FROM (SELECT t.id, t.refundedMinor, t.approvedMinor, coalesce(r.refunds, 0) AS refunds
                FROM transactions t
                LEFT JOIN (SELECT originalId, sum(approvedMinor) AS refunds FROM transactions
                           WHERE state = 'approved' AND kind = 'refund'
                           GROUP BY originalId) r ON r.originalId = t.id)
          WHERE refundedMinor <> refunds OR refunds > approvedMinor`,
  },
  ...CLEARING_CHECKS,
]

/** Sums by owner once, instead of once for each account. */
const ENTRIES = `CREATE TEMP TABLE entries AS
  SELECT account, owner, sum(amountMinor) AS amountMinor FROM ledger GROUP BY account, owner`

export function findInBooks(database: Database.Database): readonly BooksFinding[] {
  database.exec('DROP TABLE IF EXISTS temp.entries')
  database.exec(ENTRIES)
  database.exec('CREATE INDEX temp.entriesByOwner ON entries (account, owner)')
  const findings = CHECKS.flatMap(({ kind, sql }) =>
    database
      .prepare<[], { readonly detail: string }>(sql)
      .all()
      .map(({ detail }) => ({ kind, detail })),
  )
  database.exec('DROP TABLE temp.entries')
  return findings
}
