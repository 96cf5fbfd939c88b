import type { Statement } from './postgres-session.ts'
import { columnName } from './postgres-values.ts'
import { EXPLAINS, HOLDS, LEDGER, TRANSACTIONS, UPLOADS } from './sqlite-books-rows.ts'
import { words } from './sqlite-mapping.ts'

/**
 * Statements that take cleared days out of a shared database. What goes is named by runs of clearing: `clearedBatches` has their
 * batches, so no working table is needed.
 */

const made = (name: string, text: string): Statement => ({ name: `retention_${name}`, text })
const columns = (all: readonly string[], table: string): string =>
  all.map((column) => `${table}.${columnName(column)}`).join(', ')

export const ITEM_COLUMNS = words('transactionId payoutId amountMinor feeMinor interchangeMinor')
export const SIGNATURE_COLUMNS = words('transactionId body receivedMs')
export const ARCHIVE_COLUMNS = words('id name sha256 ranAtMs actor beforeDay counts carryId')

const LEAVING = `FROM clearedBatches c JOIN transactions t ON t.tid = c.tid AND t.batchNumber = c.batchNumber
  WHERE c.runId = ANY($1::bigint[])`
const POSTINGS = `SELECT t.id ${LEAVING} UNION SELECT t.reversalId ${LEAVING} AND t.reversalId IS NOT NULL`

/** What of each table goes. Parameter: runs. */
const GOING = {
  ledger: `FROM ledger x WHERE x.postingId IN (${POSTINGS})`,
  clearedItems: `FROM clearedItems x WHERE x.transactionId IN (SELECT t.id ${LEAVING})`,
  holds: `FROM holds x WHERE x.id IN (SELECT t.id ${LEAVING})`,
  uploads: `FROM uploads x WHERE EXISTS (SELECT 1 FROM clearedBatches c WHERE c.tid = x.tid
    AND c.batchNumber = x.batchNumber AND c.runId = ANY($1::bigint[]))`,
  transactions: `FROM transactions x WHERE EXISTS (SELECT 1 FROM clearedBatches c WHERE c.tid = x.tid
    AND c.batchNumber = x.batchNumber AND c.runId = ANY($1::bigint[]))`,
} as const

/** In the order in which rows go. */
export const GOING_TABLES = Object.keys(GOING) as readonly (keyof typeof GOING)[]

const OF_BATCHES = `FROM unnest($1::text[], $2::bigint[]) AS k (tid, batchNumber)
  JOIN transactions t ON t.tid = k.tid AND t.batchNumber = k.batchNumber`

export const RETENTION_STATEMENTS = {
  /** Parameter: a day. Filed runs before it that are in no archive. */
  old: made(
    'old',
    `SELECT id FROM clearingRuns WHERE state = 'filed' AND businessDate < $1
       AND id NOT IN (SELECT runId FROM retentionRuns) ORDER BY id`,
  ),
  /** Runs with something that must stay, or that something refers to which stays. Parameters: runs; terminals with days. */
  staying: made(
    'staying',
    `SELECT c.runId FROM clearedBatches c
       JOIN transactions t ON t.tid = c.tid AND t.batchNumber = c.batchNumber
       JOIN clearingRuns r ON r.id = c.runId
       WHERE c.runId = ANY($1::bigint[]) AND (
         EXISTS (SELECT 1 FROM unnest($2::text[], $3::text[]) AS s (tid, fromDay)
                 WHERE s.tid = t.tid AND r.businessDate >= s.fromDay)
         OR EXISTS (SELECT 1 FROM holds h WHERE h.id = t.id AND h.state = 'open')
         OR EXISTS (SELECT 1 FROM transactions o
                    LEFT JOIN clearedBatches d ON d.tid = o.tid AND d.batchNumber = o.batchNumber
                    WHERE o.id = t.originalId AND (d.runId IS NULL OR NOT d.runId = ANY($1::bigint[]))))
     UNION
     SELECT c.runId FROM transactions u
       JOIN transactions t ON t.id = u.originalId
       JOIN clearedBatches c ON c.tid = t.tid AND c.batchNumber = t.batchNumber
       LEFT JOIN clearedBatches d ON d.tid = u.tid AND d.batchNumber = u.batchNumber
       WHERE c.runId = ANY($1::bigint[]) AND (d.runId IS NULL OR NOT d.runId = ANY($1::bigint[]))`,
  ),
  days: made(
    'days',
    'SELECT DISTINCT businessDate FROM clearingRuns WHERE id = ANY($1::bigint[]) ORDER BY businessDate',
  ),
  /** Nobody refers to these any more while they are locked. */
  lock: made('lock', `SELECT t.id ${LEAVING} ORDER BY t.id FOR UPDATE OF t`),
  /** Keys of the next batches. Parameters: runs; after which batch; how many. */
  batches: made(
    'batches',
    `SELECT c.tid, c.batchNumber FROM clearedBatches c
     WHERE c.runId = ANY($1::bigint[]) AND (c.tid, c.batchNumber) > ($2::text, $3::bigint)
     ORDER BY c.tid, c.batchNumber LIMIT $4::bigint`,
  ),
  /** Rows of batches. Parameters: their keys. */
  transactions: made(
    'transactions',
    `SELECT ${columns(TRANSACTIONS.columns, 't')} ${OF_BATCHES} ORDER BY t.id`,
  ),
  items: made(
    'items',
    `SELECT ${columns(ITEM_COLUMNS, 'i')} ${OF_BATCHES} JOIN clearedItems i ON i.transactionId = t.id`,
  ),
  holds: made('holds', `SELECT ${columns(HOLDS.columns, 'h')} ${OF_BATCHES} JOIN holds h ON h.id = t.id`),
  entries: made(
    'entries',
    `SELECT ${columns(LEDGER.columns, 'l')} FROM ledger l WHERE l.postingId IN (
       SELECT t.id ${OF_BATCHES} UNION SELECT t.reversalId ${OF_BATCHES} WHERE t.reversalId IS NOT NULL)
     ORDER BY l.postingId, l.position`,
  ),
  uploads: made(
    'uploads',
    `SELECT ${columns(UPLOADS.columns, 'u')} FROM unnest($1::text[], $2::bigint[]) AS k (tid, batchNumber)
     JOIN uploads u ON u.tid = k.tid AND u.batchNumber = k.batchNumber`,
  ),
  /** Parameters: older than; after which; how many. */
  explains: made(
    'explains',
    `SELECT e.id, ${columns(EXPLAINS.columns, 'e')} FROM explains e
     WHERE e.receivedAtMs < $1::bigint AND e.id > $2::bigint ORDER BY e.id LIMIT $3::bigint`,
  ),
  explainCount: made('explainCount', 'SELECT count(*) FROM explains WHERE receivedAtMs < $1::bigint'),
  dropExplains: made('dropExplains', 'DELETE FROM explains WHERE receivedAtMs < $1::bigint'),
  /** Sums of all entries that go, and of the posting that holds those which went before. */
  carried: made(
    'carried',
    `SELECT account, owner, currency, sum(amountMinor) FROM ledger
     WHERE postingId IN (${POSTINGS}) OR postingId IN (SELECT carryId FROM retentionArchives WHERE carryId IS NOT NULL)
     GROUP BY account, owner, currency HAVING sum(amountMinor) <> 0 ORDER BY account, owner, currency`,
  ),
  dropCarried: made(
    'dropCarried',
    'DELETE FROM ledger WHERE postingId IN (SELECT carryId FROM retentionArchives WHERE carryId IS NOT NULL)',
  ),
  forgetCarried: made('forgetCarried', 'UPDATE retentionArchives SET carryId = NULL'),
  noteRuns: made(
    'noteRuns',
    'INSERT INTO retentionRuns (runId, archiveId) SELECT r.id, $2::bigint FROM unnest($1::bigint[]) AS r (id)',
  ),
  archives: made(
    'archives',
    `SELECT ${columns(ARCHIVE_COLUMNS, 'a')} FROM retentionArchives a ORDER BY a.id`,
  ),
  /** Parameters: received before; after which; how many. */
  signatures: made(
    'signatures',
    `SELECT ${columns(SIGNATURE_COLUMNS, 's')} FROM signatures s
     WHERE s.receivedMs < $1::bigint AND s.transactionId > $2::bigint ORDER BY s.transactionId LIMIT $3::bigint`,
  ),
  dropSignatures: made('dropSignatures', 'DELETE FROM signatures WHERE transactionId = ANY($1::bigint[])'),
} as const satisfies Record<string, Statement>

/** Rows that go, counted and taken out, by table. */
export const GOING_COUNTS = GOING_TABLES.map((table) =>
  made(`count_${table}`, `SELECT count(*) ${GOING[table]}`),
)
export const GOING_REMOVALS = GOING_TABLES.map((table) => made(`drop_${table}`, `DELETE ${GOING[table]}`))
