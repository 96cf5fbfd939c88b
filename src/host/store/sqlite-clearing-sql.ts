import { WALLET_PREFIX } from '../core/wallet-port.ts'

/**
 * The statements of a clearing that stays in the database. `CROSS JOIN` says the order in which tables are read: a
 * day's transactions are read once, in the order of their numbers, without an index on the hot table.
 * The scalar `min` and `max` are `least` and `greatest` elsewhere.
 */

/** Batches that closed before the cut-off and were not cleared. Parameter: the cut-off. */
export const FIND_BATCHES = `
  INSERT INTO temp.dueBatches
  SELECT b.tid, b.batchNumber, b.mid FROM batches b
  WHERE b.state = 'closed' AND b.closedAtMs < ?
    AND NOT EXISTS (SELECT 1 FROM clearedBatches c WHERE c.tid = b.tid AND c.batchNumber = b.batchNumber)`

/** Their transactions, from the index that the hot table has anyway. */
export const FIND_TRANSACTIONS = `
  INSERT INTO temp.due
  SELECT t.id FROM temp.dueBatches b
  CROSS JOIN transactions t ON t.tid = b.tid AND t.batchNumber = b.batchNumber
  ORDER BY t.id`

/** As `isCleared` has it. */
const IS_CLEARED = "t.state IN ('approved', 'voided') AND t.moneyMinor <> 0"

/** As `paymentWay` has it. */
const PAYMENT = (table: string) =>
  `CASE WHEN ${table}.panTruncated GLOB '${WALLET_PREFIX}*' THEN 'code' ELSE 'card' END`

export const LOOK_AT_DUE = `
  SELECT count(*) AS itemCount, min(t.id) AS firstId, max(t.id) AS lastId,
         min(t.currency) AS firstCurrency, max(t.currency) AS lastCurrency,
         max(t.moneyMinor) AS largestCreditMinor
  FROM temp.due d CROSS JOIN transactions t ON t.id = d.id
  WHERE ${IS_CLEARED}`

export const DUE_CURRENCIES = `
  SELECT DISTINCT t.currency FROM temp.due d CROSS JOIN transactions t ON t.id = d.id WHERE ${IS_CLEARED}`

const FEE = (amount: string) =>
  `min(r.capMinor, max(r.minimumMinor, r.fixedMinor + (${amount} * r.ratePpm + 500000) / 1000000))`
const INTERCHANGE = (amount: string) =>
  `min(r.interchangeCapMinor, (${amount} * r.interchangePpm + 500000) / 1000000)`

/** What cardholders paid. Parameters: none. */
export const CLEAR_DEBITS = `
  INSERT INTO clearedItems
  SELECT t.id, r.payoutId, -t.moneyMinor,
         CASE WHEN t.state = 'voided' THEN 0 ELSE ${FEE('-t.moneyMinor')} END,
         CASE WHEN t.state = 'voided' THEN 0 ELSE ${INTERCHANGE('-t.moneyMinor')} END
  FROM temp.due d
  CROSS JOIN transactions t ON t.id = d.id
  CROSS JOIN temp.dueRules r
    ON r.mid = t.mid AND r.currency = t.currency AND r.cardClass = t.cardClass AND r.kind = t.kind
   AND r.payment = ${PAYMENT('t')}
   AND r.validFrom <= t.localTime AND t.localTime < r.validTo
  WHERE t.moneyMinor < 0 AND ${IS_CLEARED}`

const CREDITS = `
  FROM temp.due d
  CROSS JOIN transactions t ON t.id = d.id
  CROSS JOIN transactions o ON o.id = t.originalId
  CROSS JOIN temp.dueRules r
    ON r.mid = o.mid AND r.currency = t.currency AND r.cardClass = o.cardClass AND r.kind = o.kind
   AND r.payment = ${PAYMENT('o')}
   AND r.validFrom <= o.localTime AND o.localTime < r.validTo
  WHERE t.moneyMinor > 0 AND ${IS_CLEARED}`

const RETURNED = "t.kind = 'refund' AND r.refundFee = 'returned'"

/** Refunds and voids, by the rule of what they undo. */
export const CLEAR_CREDITS = `
  INSERT INTO clearedItems
  SELECT t.id, r.payoutId, -t.moneyMinor,
         CASE WHEN ${RETURNED} THEN -(${FEE('-o.moneyMinor')} * t.moneyMinor / -o.moneyMinor) ELSE 0 END,
         CASE WHEN ${RETURNED} THEN -(${INTERCHANGE('-o.moneyMinor')} * t.moneyMinor / -o.moneyMinor) ELSE 0 END
  ${CREDITS}`

/** Whether a product of `CLEAR_CREDITS` would be above 64 bits, where SQL would silently turn to fractions. */
export const FIND_TOO_LARGE = `
  SELECT 1 ${CREDITS} AND ${RETURNED}
    AND max(${FEE('-o.moneyMinor')}, ${INTERCHANGE('-o.moneyMinor')}) > 9000000000000000000 / t.moneyMinor
  LIMIT 1`

/** Sums first and names them afterwards: the sums are sorted, names would be with them. Parameters: run, then a range. */
export const SUM_PAYOUTS = `
  INSERT INTO payouts
  SELECT p.id, ?, p.mid, p.currency, p.payoutDate, i.itemCount, i.debitMinor, i.creditMinor, i.feeMinor,
         i.interchangeMinor, i.debitMinor - i.creditMinor - i.feeMinor, 0
  FROM (SELECT payoutId, count(*) AS itemCount, sum(max(amountMinor, 0)) AS debitMinor,
               sum(max(-amountMinor, 0)) AS creditMinor, sum(feeMinor) AS feeMinor,
               sum(interchangeMinor) AS interchangeMinor
        FROM clearedItems
        WHERE transactionId BETWEEN ? AND ? AND payoutId BETWEEN ? AND ?
        GROUP BY payoutId) i
  CROSS JOIN temp.duePayouts p ON p.id = i.payoutId`

/** A terminal that costs its merchant something this month and was not charged: in use, and live. Parameter: the month. */
const OWES_DEVICE_FEE = `
  FROM terminals t
  JOIN temp.dueDeviceFees f ON f.mid = t.mid
  JOIN merchants m ON m.mid = t.mid
  LEFT JOIN deviceFees c ON c.tid = t.tid AND c.month = ?
  WHERE t.status = 'active' AND m.status = 'active' AND c.tid IS NULL
    AND coalesce(json_extract(t.setup, '$.stage'), '') = ''`

export const DEVICE_FEE_PAYERS = `SELECT DISTINCT t.mid, m.currency ${OWES_DEVICE_FEE}`

/** Parameters: the month, and the month. */
export const CHARGE_DEVICES = `
  INSERT INTO deviceFees (tid, month, mid, payoutId, feeMinor)
  SELECT x.tid, ?, x.mid, p.id, x.feeMinor
  FROM (SELECT t.tid, t.mid, m.currency, f.feeMinor ${OWES_DEVICE_FEE}) x
  JOIN temp.duePayouts p ON p.mid = x.mid AND p.currency = x.currency`

/** Onto the payouts of what was cleared, or as payouts of their own. Parameters: run, first and last payout. */
export const SUM_DEVICE_FEES = `
  INSERT INTO payouts
  SELECT p.id, ?, p.mid, p.currency, p.payoutDate, 0, 0, 0, 0, 0, -d.feeMinor, d.feeMinor
  FROM (SELECT payoutId, sum(feeMinor) AS feeMinor FROM deviceFees
        WHERE payoutId BETWEEN ? AND ? GROUP BY payoutId) d
  JOIN temp.duePayouts p ON p.id = d.payoutId WHERE true
  ON CONFLICT (id) DO UPDATE SET netMinor = netMinor + excluded.netMinor, deviceFeeMinor = excluded.deviceFeeMinor`

/** The same transactions row by row, with the originals of refunds. Parameters: after which number, how many. */
export const READ_DUE = `
  SELECT t.id, t.mid, t.currency, t.kind, t.state, t.cardClass, t.moneyMinor, substr(t.localTime, 1, 10) AS day,
         ${PAYMENT('t')} AS payment, ${PAYMENT('o')} AS originalPayment,
         o.kind AS originalKind, o.state AS originalState, o.cardClass AS originalCardClass,
         o.moneyMinor AS originalMoneyMinor, substr(o.localTime, 1, 10) AS originalDay
  FROM temp.due d
  CROSS JOIN transactions t ON t.id = d.id
  LEFT JOIN transactions o ON t.kind = 'refund' AND o.id = t.originalId
  WHERE d.id > ? AND ${IS_CLEARED} ORDER BY d.id LIMIT ?`

/** Text of one item in the clearing file, as docs/clearing.md has it; merchant and currency are its payout's. */
const LINE = `concat_ws(',', 'D', t.id, i.payoutId, t.tid, t.batchNumber, t.stan, t.kind, t.cardClass, t.panTruncated,
  CASE WHEN t.authorisationCode GLOB '*[^0-9A-Za-z]*'
       THEN '"' || replace(t.authorisationCode, '"', '""') || '"' ELSE t.authorisationCode END,
  t.localTime, i.amountMinor, i.feeMinor, i.interchangeMinor) || char(10)`

/** Lines of the next items as one text. Parameters: after which number, up to which, first and last payout, how many. */
export const READ_LINES = `
  SELECT max(id) AS lastId, group_concat(line, '') AS lines FROM (
    SELECT t.id, ${LINE} AS line
    FROM clearedItems i CROSS JOIN transactions t ON t.id = i.transactionId
    WHERE i.transactionId > ? AND i.transactionId <= ? AND i.payoutId BETWEEN ? AND ?
    ORDER BY i.transactionId LIMIT ?)`

/** Working tables of one clearing; they live in the connection and are dropped at its end. */
export const WORK_TABLES = `
  CREATE TEMP TABLE dueBatches (tid TEXT NOT NULL, batchNumber INTEGER NOT NULL, mid TEXT NOT NULL);
  CREATE TEMP TABLE due (id INTEGER PRIMARY KEY);
  CREATE TEMP TABLE duePayouts (
    id INTEGER PRIMARY KEY, mid TEXT NOT NULL, currency TEXT NOT NULL, payoutDate TEXT NOT NULL
  );
  CREATE TEMP TABLE dueRules (
    mid TEXT NOT NULL, currency TEXT NOT NULL, cardClass TEXT NOT NULL, kind TEXT NOT NULL, payment TEXT NOT NULL,
    validFrom TEXT NOT NULL, validTo TEXT NOT NULL, payoutId INTEGER NOT NULL, refundFee TEXT NOT NULL,
    ratePpm INTEGER NOT NULL, fixedMinor INTEGER NOT NULL, minimumMinor INTEGER NOT NULL, capMinor INTEGER NOT NULL,
    interchangePpm INTEGER NOT NULL, interchangeCapMinor INTEGER NOT NULL,
    PRIMARY KEY (mid, currency, cardClass, kind, payment, validFrom)
  ) WITHOUT ROWID;
  CREATE TEMP TABLE dueDeviceFees (mid TEXT PRIMARY KEY, feeMinor INTEGER NOT NULL) WITHOUT ROWID;`

export const DROP_WORK_TABLES = `
  DROP TABLE IF EXISTS temp.dueBatches; DROP TABLE IF EXISTS temp.due;
  DROP TABLE IF EXISTS temp.duePayouts; DROP TABLE IF EXISTS temp.dueRules;
  DROP TABLE IF EXISTS temp.dueDeviceFees;`
