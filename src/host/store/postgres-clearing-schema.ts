/**
 * Clearing's tables, as in the SQLite file. `clearingTurn` is the lock of who clears. Rows of `clearingTerms` and `clearingDue` are
 * there within the transaction of one clearing only: tables that live in a connection are not what all databases have.
 * `retentionRuns` says which runs went into archives.
 */
export const CLEARING_STEP: readonly string[] = [
  `CREATE TABLE feeSchedules (
    mid TEXT NOT NULL,
    validFrom TEXT NOT NULL,
    settlementDays BIGINT NOT NULL,
    refundFee TEXT NOT NULL,
    rules TEXT NOT NULL,
    deviceFeeMinor BIGINT NOT NULL,
    PRIMARY KEY (mid, validFrom)
  )`,
  `CREATE TABLE clearingRuns (
    id BIGINT PRIMARY KEY,
    businessDate TEXT NOT NULL,
    cutoffMs BIGINT NOT NULL,
    clearedAtMs BIGINT NOT NULL,
    batchCount BIGINT NOT NULL,
    itemCount BIGINT NOT NULL,
    firstTransactionId BIGINT NOT NULL,
    lastTransactionId BIGINT NOT NULL,
    firstPayoutId BIGINT NOT NULL,
    lastPayoutId BIGINT NOT NULL,
    state TEXT NOT NULL
  )`,
  `CREATE TABLE clearedBatches (
    tid TEXT NOT NULL,
    batchNumber BIGINT NOT NULL,
    runId BIGINT NOT NULL,
    PRIMARY KEY (tid, batchNumber)
  )`,
  'CREATE INDEX clearedBatchesOfRun ON clearedBatches (runId)',
  `CREATE TABLE clearedItems (
    transactionId BIGINT PRIMARY KEY,
    payoutId BIGINT NOT NULL,
    amountMinor BIGINT NOT NULL,
    feeMinor BIGINT NOT NULL,
    interchangeMinor BIGINT NOT NULL
  )`,
  `CREATE TABLE payouts (
    id BIGINT PRIMARY KEY,
    runId BIGINT NOT NULL,
    mid TEXT NOT NULL,
    currency TEXT NOT NULL,
    payoutDate TEXT NOT NULL,
    itemCount BIGINT NOT NULL,
    debitMinor BIGINT NOT NULL,
    creditMinor BIGINT NOT NULL,
    feeMinor BIGINT NOT NULL,
    interchangeMinor BIGINT NOT NULL,
    netMinor BIGINT NOT NULL,
    deviceFeeMinor BIGINT NOT NULL
  )`,
  `CREATE TABLE deviceFees (
    tid TEXT NOT NULL,
    month TEXT NOT NULL,
    mid TEXT NOT NULL,
    payoutId BIGINT NOT NULL,
    feeMinor BIGINT NOT NULL,
    PRIMARY KEY (tid, month)
  )`,
  'CREATE INDEX deviceFeesOfPayout ON deviceFees (payoutId)',
  'CREATE TABLE clearingTurn (one BIGINT PRIMARY KEY CHECK (one = 1))',
  'INSERT INTO clearingTurn (one) VALUES (1)',
  `CREATE TABLE clearingTerms (
    terms BIGINT NOT NULL,
    cardClass TEXT NOT NULL,
    kind TEXT NOT NULL,
    payment TEXT NOT NULL,
    validFrom TEXT NOT NULL,
    validTo TEXT NOT NULL,
    refundFee TEXT NOT NULL,
    ratePpm BIGINT NOT NULL,
    fixedMinor BIGINT NOT NULL,
    minimumMinor BIGINT NOT NULL,
    capMinor BIGINT NOT NULL,
    interchangePpm BIGINT NOT NULL,
    interchangeCapMinor BIGINT NOT NULL,
    PRIMARY KEY (terms, cardClass, kind, payment, validFrom)
  )`,
  `CREATE TABLE clearingDue (
    payoutId BIGINT PRIMARY KEY,
    mid TEXT NOT NULL,
    currency TEXT NOT NULL,
    payoutDate TEXT NOT NULL,
    terms BIGINT NOT NULL,
    UNIQUE (mid, currency)
  )`,
  'CREATE TABLE retentionRuns (runId BIGINT PRIMARY KEY, archiveId BIGINT NOT NULL)',
]
