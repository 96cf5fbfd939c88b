/**
 * Clearing's tables. An item's key is its transaction's: nothing can be cleared twice. The numbers of a run's payouts
 * are one range, so that its items need no index of their own.
 */
export const CLEARING_SCHEMA = `
  CREATE TABLE feeSchedules (
    mid TEXT NOT NULL,
    validFrom TEXT NOT NULL,
    settlementDays INTEGER NOT NULL,
    refundFee TEXT NOT NULL,
    rules TEXT NOT NULL,
    PRIMARY KEY (mid, validFrom)
  ) WITHOUT ROWID;

  CREATE TABLE clearingRuns (
    id INTEGER PRIMARY KEY,
    businessDate TEXT NOT NULL,
    cutoffMs INTEGER NOT NULL,
    clearedAtMs INTEGER NOT NULL,
    batchCount INTEGER NOT NULL,
    itemCount INTEGER NOT NULL,
    firstTransactionId INTEGER NOT NULL,
    lastTransactionId INTEGER NOT NULL,
    firstPayoutId INTEGER NOT NULL,
    lastPayoutId INTEGER NOT NULL,
    state TEXT NOT NULL
  );

  CREATE TABLE clearedBatches (
    tid TEXT NOT NULL,
    batchNumber INTEGER NOT NULL,
    runId INTEGER NOT NULL,
    PRIMARY KEY (tid, batchNumber)
  ) WITHOUT ROWID;

  CREATE TABLE clearedItems (
    transactionId INTEGER PRIMARY KEY,
    payoutId INTEGER NOT NULL,
    amountMinor INTEGER NOT NULL,
    feeMinor INTEGER NOT NULL,
    interchangeMinor INTEGER NOT NULL
  );

  CREATE TABLE payouts (
    id INTEGER PRIMARY KEY,
    runId INTEGER NOT NULL,
    mid TEXT NOT NULL,
    currency TEXT NOT NULL,
    payoutDate TEXT NOT NULL,
    itemCount INTEGER NOT NULL,
    debitMinor INTEGER NOT NULL,
    creditMinor INTEGER NOT NULL,
    feeMinor INTEGER NOT NULL,
    interchangeMinor INTEGER NOT NULL,
    netMinor INTEGER NOT NULL
  );
`

/** Monthly fees of terminals. The key says that a terminal pays once a month. */
export const DEVICE_FEE_SCHEMA = `
  ALTER TABLE feeSchedules ADD COLUMN deviceFeeMinor INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE payouts ADD COLUMN deviceFeeMinor INTEGER NOT NULL DEFAULT 0;
  CREATE TABLE deviceFees (
    tid TEXT NOT NULL,
    month TEXT NOT NULL,
    mid TEXT NOT NULL,
    payoutId INTEGER NOT NULL,
    feeMinor INTEGER NOT NULL,
    PRIMARY KEY (tid, month)
  ) WITHOUT ROWID;
  CREATE INDEX deviceFeesOfPayout ON deviceFees (payoutId);
`
