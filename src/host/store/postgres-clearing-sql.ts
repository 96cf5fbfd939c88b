import { WALLET_PREFIX } from '../core/wallet-port.ts'
import type { Statement } from './postgres-session.ts'

/**
 * The statements of a clearing that stays in a shared database: those of `sqlite-clearing-sql.ts`, with the batches of the run in
 * `clearedBatches` from its beginning. Products are decimal numbers of any size, and whole ones: `/` divides integers in one server
 * and makes a fraction in another.
 */

const made = (name: string, text: string): Statement => ({ name: `clearing_${name}`, text })

const IS_DUE = `b.state = 'closed' AND b.closedAtMs < $1::bigint
  AND NOT EXISTS (SELECT 1 FROM clearedBatches c WHERE c.tid = b.tid AND c.batchNumber = b.batchNumber)`

/** As `isCleared` has it. */
const IS_CLEARED = "t.state IN ('approved', 'voided') AND t.moneyMinor <> 0"

const OF_RUN = `FROM clearedBatches c
  JOIN transactions t ON t.tid = c.tid AND t.batchNumber = c.batchNumber`

/** As `paymentWay` has it. */
const PAYMENT = (table: string) =>
  `CASE WHEN ${table}.panTruncated LIKE '${WALLET_PREFIX}%' THEN 'code' ELSE 'card' END`

/** Its first ten characters: texts of one length stand in one order whatever the language of the server. */
const DAY = (table: string) => `substr(${table}."localtime", 1, 10)`

const FEE = (amount: string) =>
  `least(r.capMinor::numeric, greatest(r.minimumMinor::numeric, r.fixedMinor::numeric
    + div(${amount} * r.ratePpm::numeric + 500000::numeric, 1000000::numeric)))`
const INTERCHANGE = (amount: string) =>
  `least(r.interchangeCapMinor::numeric, div(${amount} * r.interchangePpm::numeric + 500000::numeric, 1000000::numeric))`

const SALE = '(-t.moneyMinor)::numeric'
const ORIGINAL = '(-o.moneyMinor)::numeric'
const RETURNED = "t.kind = 'refund' AND r.refundFee = 'returned'"
const PART = (fees: string) => `-div(${fees} * t.moneyMinor::numeric, ${ORIGINAL})`

const TERMS_OF = (table: string) => `JOIN clearingTerms r
    ON r.terms = p.terms AND r.cardClass = ${table}.cardClass AND r.kind = ${table}.kind
   AND r.payment = ${PAYMENT(table)} AND r.validFrom <= ${DAY(table)} AND ${DAY(table)} < r.validTo`

const INTO_ITEMS =
  'INSERT INTO clearedItems (transactionId, payoutId, amountMinor, feeMinor, interchangeMinor)'

/** A terminal that costs its merchant something this month and was not charged: in use, and live. */
const OWES_DEVICE_FEE = `
  FROM terminals t
  JOIN unnest($2::text[], $3::bigint[]) AS f (mid, feeMinor) ON f.mid = t.mid
  JOIN merchants m ON m.mid = t.mid
  LEFT JOIN deviceFees c ON c.tid = t.tid AND c.month = $1
  WHERE t.status = 'active' AND m.status = 'active' AND c.tid IS NULL
    AND coalesce(t.setup::jsonb ->> 'stage', '') = ''`

const RUN_COLUMNS =
  'id, businessDate, cutoffMs, clearedAtMs, batchCount, itemCount, firstTransactionId, lastTransactionId, firstPayoutId, lastPayoutId, state'

export const CLEARING_STATEMENTS = {
  /** Whoever holds this row clears; others wait and find what is left. */
  turn: made('turn', 'SELECT one FROM clearingTurn WHERE one = 1 FOR UPDATE'),
  /** Parameter: the cut-off. */
  anyDue: made('anyDue', `SELECT b.tid FROM batches b WHERE ${IS_DUE} LIMIT 1`),
  /** Parameters: the cut-off, the run. */
  takeBatches: made(
    'takeBatches',
    `INSERT INTO clearedBatches (tid, batchNumber, runId) SELECT b.tid, b.batchNumber, $2::bigint FROM batches b WHERE ${IS_DUE}`,
  ),
  /** Parameter of these: the run. */
  batchCount: made('batchCount', 'SELECT count(*) FROM clearedBatches WHERE runId = $1::bigint'),
  look: made(
    'look',
    `SELECT count(*), min(t.id), max(t.id) ${OF_RUN} WHERE c.runId = $1::bigint AND ${IS_CLEARED}`,
  ),
  /** By the merchant of the batch: a transaction of another one finds no terms, and the run fails. */
  pairs: made(
    'pairs',
    `SELECT DISTINCT b.mid, t.currency ${OF_RUN}
     JOIN batches b ON b.tid = c.tid AND b.batchNumber = c.batchNumber
     WHERE c.runId = $1::bigint AND ${IS_CLEARED}`,
  ),
  /** Parameters: the month; merchants with what each of their terminals costs. */
  payers: made('payers', `SELECT DISTINCT t.mid, m.currency ${OWES_DEVICE_FEE}`),
  /** What cardholders paid. Parameter: the run. */
  debits: made(
    'debits',
    `${INTO_ITEMS}
     SELECT t.id, p.payoutId, -t.moneyMinor,
            CASE WHEN t.state = 'voided' THEN 0 ELSE (${FEE(SALE)})::bigint END,
            CASE WHEN t.state = 'voided' THEN 0 ELSE (${INTERCHANGE(SALE)})::bigint END
     ${OF_RUN}
     JOIN clearingDue p ON p.mid = t.mid AND p.currency = t.currency
     ${TERMS_OF('t')}
     WHERE c.runId = $1::bigint AND t.moneyMinor < 0 AND ${IS_CLEARED}`,
  ),
  /** Refunds and voids, by the rule of what they undo. Parameter: the run. */
  credits: made(
    'credits',
    `${INTO_ITEMS}
     SELECT t.id, p.payoutId, -t.moneyMinor,
            CASE WHEN ${RETURNED} THEN (${PART(FEE(ORIGINAL))})::bigint ELSE 0 END,
            CASE WHEN ${RETURNED} THEN (${PART(INTERCHANGE(ORIGINAL))})::bigint ELSE 0 END
     ${OF_RUN}
     JOIN transactions o ON o.id = t.originalId
     JOIN clearingDue p ON p.mid = o.mid AND p.currency = t.currency
     ${TERMS_OF('o')}
     WHERE c.runId = $1::bigint AND t.moneyMinor > 0 AND ${IS_CLEARED}`,
  ),
  itemCount: made(
    'itemCount',
    `SELECT count(*) FROM clearedItems i JOIN clearingDue p ON p.payoutId = i.payoutId`,
  ),
  chargeDevices: made(
    'chargeDevices',
    `INSERT INTO deviceFees (tid, month, mid, payoutId, feeMinor)
     SELECT x.tid, $1, x.mid, p.payoutId, x.feeMinor
     FROM (SELECT t.tid, t.mid, m.currency, f.feeMinor ${OWES_DEVICE_FEE}) x
     JOIN clearingDue p ON p.mid = x.mid AND p.currency = x.currency`,
  ),
  /** Parameters: run, first and last transaction. */
  sumPayouts: made(
    'sumPayouts',
    `INSERT INTO payouts (id, runId, mid, currency, payoutDate, itemCount, debitMinor, creditMinor, feeMinor,
                          interchangeMinor, netMinor, deviceFeeMinor)
     SELECT p.payoutId, $1::bigint, p.mid, p.currency, p.payoutDate, i.itemCount, i.debitMinor::bigint,
            i.creditMinor::bigint, i.feeMinor::bigint, i.interchangeMinor::bigint,
            (i.debitMinor - i.creditMinor - i.feeMinor)::bigint, 0
     FROM (SELECT payoutId, count(*) AS itemCount,
                  sum(CASE WHEN amountMinor > 0 THEN amountMinor ELSE 0 END) AS debitMinor,
                  sum(CASE WHEN amountMinor < 0 THEN -amountMinor ELSE 0 END) AS creditMinor,
                  sum(feeMinor) AS feeMinor, sum(interchangeMinor) AS interchangeMinor
           FROM clearedItems WHERE transactionId BETWEEN $2::bigint AND $3::bigint GROUP BY payoutId) i
     JOIN clearingDue p ON p.payoutId = i.payoutId`,
  ),
  /** Onto the payouts of what was cleared, or as payouts of their own. Parameters: run, first and last payout. */
  sumDeviceFees: made(
    'sumDeviceFees',
    `INSERT INTO payouts (id, runId, mid, currency, payoutDate, itemCount, debitMinor, creditMinor, feeMinor,
                          interchangeMinor, netMinor, deviceFeeMinor)
     SELECT p.payoutId, $1::bigint, p.mid, p.currency, p.payoutDate, 0, 0, 0, 0, 0, -d.feeMinor::bigint, d.feeMinor::bigint
     FROM (SELECT payoutId, sum(feeMinor) AS feeMinor FROM deviceFees
           WHERE payoutId BETWEEN $2::bigint AND $3::bigint GROUP BY payoutId) d
     JOIN clearingDue p ON p.payoutId = d.payoutId
     ON CONFLICT (id) DO UPDATE SET netMinor = payouts.netMinor + EXCLUDED.netMinor,
       deviceFeeMinor = EXCLUDED.deviceFeeMinor`,
  ),
  dropTerms: made('dropTerms', 'DELETE FROM clearingTerms'),
  dropDue: made('dropDue', 'DELETE FROM clearingDue'),
  /** Parameters: merchant, run, how many; each may be NULL. */
  payouts: made(
    'payouts',
    `SELECT id, runId, mid, currency, payoutDate, itemCount, debitMinor, creditMinor, feeMinor, interchangeMinor,
            netMinor, deviceFeeMinor FROM payouts
     WHERE ($1::text IS NULL OR mid = $1) AND ($2::bigint IS NULL OR runId = $2) ORDER BY id DESC LIMIT $3::bigint`,
  ),
  unfiled: made('unfiled', `SELECT ${RUN_COLUMNS} FROM clearingRuns WHERE state = 'cleared' ORDER BY id`),
  run: made('run', `SELECT ${RUN_COLUMNS} FROM clearingRuns WHERE id = $1::bigint`),
  markFiled: made('markFiled', "UPDATE clearingRuns SET state = 'filed' WHERE id = $1::bigint"),
  /** Parameters: after which transaction, up to which, first and last payout, how many. */
  lines: made(
    'lines',
    `SELECT t.id, i.payoutId, t.tid, t.batchNumber, t.stan, t.kind, t.cardClass, t.panTruncated, t.authorisationCode,
            t."localtime", i.amountMinor, i.feeMinor, i.interchangeMinor
     FROM clearedItems i JOIN transactions t ON t.id = i.transactionId
     WHERE i.transactionId > $1::bigint AND i.transactionId <= $2::bigint AND i.payoutId BETWEEN $3::bigint AND $4::bigint
     ORDER BY i.transactionId LIMIT $5::bigint`,
  ),
  deviceFees: made(
    'deviceFees',
    `SELECT tid, month, mid, payoutId, feeMinor FROM deviceFees
     WHERE payoutId BETWEEN $1::bigint AND $2::bigint ORDER BY tid, month`,
  ),
  schedules: made(
    'schedules',
    `SELECT mid, validFrom, settlementDays, refundFee, rules, deviceFeeMinor FROM feeSchedules
     WHERE ($1::text IS NULL OR mid = $1) ORDER BY mid, validFrom`,
  ),
} as const satisfies Record<string, Statement>
