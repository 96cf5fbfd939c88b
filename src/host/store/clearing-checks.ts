import type { BooksCheck } from './books-checks.ts'

/** What can't be once batches were cleared. */
export const CLEARING_CHECKS: readonly BooksCheck[] = [
  {
    kind: 'clearedDiffers',
    sql: `SELECT 'transaction ' || i.transactionId || ' was cleared with ' || i.amountMinor || ', it is '
                 || coalesce(t.state || ' with ' || -t.moneyMinor, 'not there') AS detail
          FROM clearedItems i LEFT JOIN transactions t ON t.id = i.transactionId
          WHERE t.id IS NULL OR t.state NOT IN ('approved', 'voided') OR i.amountMinor <> -t.moneyMinor`,
  },
  {
    kind: 'notCleared',
    sql: `SELECT 'transaction ' || t.id || ' of a cleared batch was not cleared' AS detail
          FROM clearedBatches c
          JOIN transactions t ON t.tid = c.tid AND t.batchNumber = c.batchNumber
          LEFT JOIN clearedItems i ON i.transactionId = t.id
          WHERE t.state IN ('approved', 'voided') AND t.moneyMinor <> 0 AND i.transactionId IS NULL`,
  },
  {
    kind: 'payoutDiffers',
    sql: `SELECT 'payout ' || p.id || ' is ' || (p.netMinor + p.deviceFeeMinor) || ' without the fees of terminals, its items come to ' || coalesce(i.netMinor, 0) AS detail
          FROM payouts p
          LEFT JOIN (SELECT payoutId, count(*) AS itemCount, sum(CASE WHEN amountMinor > 0 THEN amountMinor ELSE 0 END) AS debitMinor,
                            sum(CASE WHEN amountMinor < 0 THEN -amountMinor ELSE 0 END) AS creditMinor, sum(feeMinor) AS feeMinor,
                            sum(interchangeMinor) AS interchangeMinor, sum(amountMinor - feeMinor) AS netMinor
                     FROM clearedItems GROUP BY payoutId) i ON i.payoutId = p.id
          WHERE p.runId NOT IN (SELECT runId FROM retentionRuns) AND (p.itemCount <> coalesce(i.itemCount, 0) OR p.debitMinor <> coalesce(i.debitMinor, 0)
             OR p.creditMinor <> coalesce(i.creditMinor, 0) OR p.feeMinor <> coalesce(i.feeMinor, 0)
             OR p.interchangeMinor <> coalesce(i.interchangeMinor, 0)
             OR p.netMinor + p.deviceFeeMinor <> coalesce(i.netMinor, 0))`,
  },
  {
    kind: 'payoutDiffers',
    sql: `SELECT 'payout ' || p.id || ' takes ' || p.deviceFeeMinor || ' for terminals, their fees come to '
                 || coalesce(sum(d.feeMinor), 0) AS detail
          FROM payouts p LEFT JOIN deviceFees d ON d.payoutId = p.id
          GROUP BY p.id HAVING p.deviceFeeMinor <> coalesce(sum(d.feeMinor), 0)`,
  },
  {
    kind: 'payoutDiffers',
    sql: `SELECT 'the fee of terminal ' || d.tid || ' for ' || d.month || ' belongs to no payout' AS detail
          FROM deviceFees d LEFT JOIN payouts p ON p.id = d.payoutId WHERE p.id IS NULL`,
  },
  {
    kind: 'payoutDiffers',
    sql: `SELECT 'payout ' || p.id || ' is ' || p.netMinor || ', its posting says ' || coalesce(sum(CASE
                   WHEN l.account = 'payouts' THEN l.amountMinor END), 0) AS detail
          FROM payouts p LEFT JOIN ledger l ON l.postingId = p.id
          GROUP BY p.id
          HAVING coalesce(sum(CASE WHEN l.account = 'payouts' THEN l.amountMinor END), 0) <> p.netMinor
              OR coalesce(sum(CASE WHEN l.account = 'merchant' THEN l.amountMinor END), 0)
                 <> p.creditMinor - p.debitMinor
              OR coalesce(sum(CASE WHEN l.account IN ('fees', 'interchange') THEN l.amountMinor END), 0) <> p.feeMinor
              OR coalesce(sum(CASE WHEN l.account = 'interchange' THEN l.amountMinor END), 0) <> p.interchangeMinor
              OR coalesce(sum(CASE WHEN l.account = 'deviceFees' THEN l.amountMinor END), 0) <> p.deviceFeeMinor`,
  },
  {
    kind: 'payoutDiffers',
    sql: `SELECT 'item ' || i.transactionId || ' belongs to no payout' AS detail
          FROM clearedItems i LEFT JOIN payouts p ON p.id = i.payoutId WHERE p.id IS NULL`,
  },
]
