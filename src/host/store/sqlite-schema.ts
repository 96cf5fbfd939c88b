import { CATALOGUE_SCHEMA } from './catalogue-rows.ts'
import { CLEARING_SCHEMA, DEVICE_FEE_SCHEMA } from './sqlite-clearing-schema.ts'
import { RETENTION_SCHEMA } from './sqlite-retention.ts'

/**
 * Steps from an empty file to the present schema; step n makes version n + 1. A step that was released is never
 * changed: a change is a new step. The hot tables carry one index beyond their key and no more.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE numbers (one INTEGER PRIMARY KEY CHECK (one = 1), next INTEGER NOT NULL);
  INSERT INTO numbers VALUES (1, 1);

  CREATE TABLE merchants (
    mid TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    currency TEXT NOT NULL,
    categoryCode TEXT NOT NULL,
    status TEXT NOT NULL
  ) WITHOUT ROWID;

  CREATE TABLE terminals (
    tid TEXT PRIMARY KEY,
    mid TEXT NOT NULL,
    status TEXT NOT NULL,
    macAlgorithm TEXT NOT NULL,
    macRequired INTEGER NOT NULL,
    signInRequired INTEGER NOT NULL,
    workingKeys TEXT NOT NULL,
    masterKey TEXT,
    pinKey TEXT,
    macKey TEXT,
    trackKey TEXT,
    signedIn INTEGER NOT NULL,
    signedInAtMs INTEGER,
    batchNumber INTEGER NOT NULL,
    processingRequest INTEGER NOT NULL
  ) WITHOUT ROWID;

  CREATE TABLE issuers (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    prefixes TEXT NOT NULL,
    cardClass TEXT NOT NULL,
    organisation TEXT NOT NULL,
    institution TEXT NOT NULL,
    cryptogramScheme TEXT NOT NULL,
    cryptogramKey TEXT,
    pinVerificationKey TEXT
  ) WITHOUT ROWID;

  CREATE TABLE accounts (
    panLookup TEXT PRIMARY KEY,
    panCiphertext BLOB NOT NULL,
    panTruncated TEXT NOT NULL,
    issuerId TEXT NOT NULL,
    currency TEXT NOT NULL,
    expiry TEXT NOT NULL,
    status TEXT NOT NULL,
    hasChip INTEGER NOT NULL,
    pinReference TEXT,
    pinTriesMax INTEGER NOT NULL,
    singleMinor INTEGER,
    dailyMinor INTEGER,
    dailyCount INTEGER,
    testBehaviour TEXT,
    balanceMinor INTEGER NOT NULL,
    heldMinor INTEGER NOT NULL,
    pinTriesLeft INTEGER NOT NULL,
    lastTransactionCounter INTEGER NOT NULL,
    day TEXT NOT NULL,
    spentTodayMinor INTEGER NOT NULL,
    countToday INTEGER NOT NULL
  ) WITHOUT ROWID;

  CREATE TABLE transactions (
    id INTEGER PRIMARY KEY,
    tid TEXT NOT NULL,
    mid TEXT NOT NULL,
    batchNumber INTEGER NOT NULL,
    stan INTEGER NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    dialect TEXT NOT NULL,
    responseCode TEXT NOT NULL,
    authorisationCode TEXT NOT NULL,
    requestedMinor INTEGER NOT NULL,
    approvedMinor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    panLookup TEXT NOT NULL,
    panTruncated TEXT NOT NULL,
    cardClass TEXT NOT NULL,
    accountKnown INTEGER NOT NULL,
    entryMode TEXT NOT NULL,
    moneyMinor INTEGER NOT NULL,
    heldMinor INTEGER NOT NULL,
    originalId INTEGER,
    refundedMinor INTEGER NOT NULL,
    reversalId INTEGER,
    reversalReason TEXT NOT NULL,
    scriptResult TEXT NOT NULL,
    receivedAtMs INTEGER NOT NULL,
    localTime TEXT NOT NULL
  );
  CREATE UNIQUE INDEX transactionsByStan ON transactions (tid, batchNumber, stan);

  CREATE TABLE holds (
    id INTEGER PRIMARY KEY,
    panLookup TEXT NOT NULL,
    mid TEXT NOT NULL,
    tid TEXT NOT NULL,
    batchNumber INTEGER NOT NULL,
    stan INTEGER NOT NULL,
    authorisationCode TEXT NOT NULL,
    amountMinor INTEGER NOT NULL,
    state TEXT NOT NULL,
    endedById INTEGER
  );
  CREATE INDEX holdsByAccount ON holds (panLookup);

  CREATE TABLE ledger (
    postingId INTEGER NOT NULL,
    position INTEGER NOT NULL,
    account TEXT NOT NULL,
    owner TEXT NOT NULL,
    amountMinor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    PRIMARY KEY (postingId, position)
  ) WITHOUT ROWID;

  CREATE TABLE batches (
    tid TEXT NOT NULL,
    batchNumber INTEGER NOT NULL,
    mid TEXT NOT NULL,
    state TEXT NOT NULL,
    terminalTotals TEXT,
    hostTotals TEXT,
    domesticFlag TEXT NOT NULL,
    foreignFlag TEXT NOT NULL,
    settlementStan INTEGER,
    recordCount INTEGER,
    closedAtMs INTEGER,
    PRIMARY KEY (tid, batchNumber)
  ) WITHOUT ROWID;

  CREATE TABLE uploads (
    tid TEXT NOT NULL,
    batchNumber INTEGER NOT NULL,
    kind TEXT NOT NULL,
    stan INTEGER NOT NULL,
    amountMinor INTEGER NOT NULL,
    panLookup TEXT NOT NULL,
    panTruncated TEXT NOT NULL,
    result TEXT NOT NULL,
    transactionId INTEGER,
    PRIMARY KEY (tid, batchNumber, kind, stan)
  ) WITHOUT ROWID;

  CREATE TABLE explains (
    id INTEGER PRIMARY KEY,
    receivedAtMs INTEGER NOT NULL,
    dialect TEXT NOT NULL,
    tid TEXT NOT NULL,
    mti TEXT NOT NULL,
    stan INTEGER,
    responseCode TEXT NOT NULL,
    reason TEXT NOT NULL,
    field INTEGER,
    position INTEGER,
    decodableAs TEXT NOT NULL
  );
  `,
  CLEARING_SCHEMA,
  'ALTER TABLE terminals ADD COLUMN setup TEXT',
  DEVICE_FEE_SCHEMA,
  'ALTER TABLE transactions ADD COLUMN conversion TEXT; ALTER TABLE merchants ADD COLUMN currencies TEXT',
  CATALOGUE_SCHEMA,
  RETENTION_SCHEMA,
  'ALTER TABLE transactions ADD COLUMN tipMinor INTEGER',
]
