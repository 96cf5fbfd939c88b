import type { BooksFinding } from '../core/store-port.ts'

export interface BooksCheck {
  readonly kind: BooksFinding['kind']
  /** Rows with one column `detail`, one for each thing that is wrong. */
  readonly sql: string
}

/** Each query looks for what can't be; an empty answer to all of them means that the books are right. */
export const BOOKS_CHECKS: readonly BooksCheck[] = [
  {
    kind: 'ledgerNotZero',
    sql: `SELECT 'the ledger sums to ' || sum(amountMinor) || ' in currency ' || currency AS detail
          FROM ledger GROUP BY currency HAVING sum(amountMinor) <> 0`,
  },
  {
    kind: 'postingNotZero',
    sql: `SELECT 'posting ' || postingId || ' sums to ' || sum(amountMinor) || ' in currency ' || currency AS detail
          FROM ledger GROUP BY postingId, currency HAVING sum(amountMinor) <> 0`,
  },
  {
    kind: 'balanceDiffers',
    sql: `SELECT 'account ' || a.panLookup || ' has ' || a.balanceMinor || ', its entries ' || coalesce(l.booked, 0)
                 AS detail
          FROM accounts a
          LEFT JOIN (SELECT owner, sum(amountMinor) AS booked FROM ledger WHERE account = 'cardholder'
                     GROUP BY owner) l ON l.owner = a.panLookup
          WHERE a.balanceMinor <> coalesce(l.booked, 0)`,
  },
  {
    kind: 'heldDiffers',
    sql: `SELECT 'account ' || a.panLookup || ' holds ' || a.heldMinor || ', its entries ' || coalesce(l.booked, 0)
                 AS detail
          FROM accounts a
          LEFT JOIN (SELECT owner, sum(amountMinor) AS booked FROM ledger WHERE account = 'held'
                     GROUP BY owner) l ON l.owner = a.panLookup
          WHERE a.heldMinor <> coalesce(l.booked, 0)`,
  },
  {
    kind: 'holdsDiffer',
    sql: `SELECT 'account ' || a.panLookup || ' holds ' || a.heldMinor || ', its open holds '
                 || coalesce(h.reserved, 0) AS detail
          FROM accounts a
          LEFT JOIN (SELECT panLookup, sum(amountMinor) AS reserved FROM holds WHERE state = 'open'
                     GROUP BY panLookup) h ON h.panLookup = a.panLookup
          WHERE a.heldMinor <> coalesce(h.reserved, 0)`,
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
                FROM transactions t) f
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
                           GROUP BY originalId) v ON v.originalId = t.id) f
          WHERE (state = 'voided') <> (voids = 1) OR voids > 1`,
  },
  {
    kind: 'refundsDiffer',
    sql: `SELECT 'transaction ' || id || ' was refunded ' || refundedMinor || ', its refunds ' || refunds AS detail
          FROM (SELECT t.id, t.refundedMinor, t.approvedMinor, coalesce(r.refunds, 0) AS refunds
                FROM transactions t
                LEFT JOIN (SELECT originalId, sum(approvedMinor) AS refunds FROM transactions
                           WHERE state = 'approved' AND kind = 'refund'
                           GROUP BY originalId) r ON r.originalId = t.id) f
          WHERE refundedMinor <> refunds OR refunds > approvedMinor`,
  },
]
