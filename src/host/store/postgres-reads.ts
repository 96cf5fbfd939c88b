import type { IssuerRow, MerchantRow } from '../core/records.ts'
import { CATALOGUE, type StoredCatalogue } from './catalogue-rows.ts'
import { type PostgresSession, type Statement, step } from './postgres-session.ts'
import { columnName, type Fields, rowReader } from './postgres-values.ts'
import {
  BATCHES,
  EXPLAINS,
  HOLDS,
  LEDGER,
  type StoredBatch,
  type StoredEntry,
  type StoredExplain,
  type StoredHold,
  type StoredTransaction,
  type StoredUpload,
  TRANSACTIONS,
  UPLOADS,
} from './sqlite-books-rows.ts'
import type { Mapping } from './sqlite-mapping.ts'
import {
  ACCOUNTS,
  ISSUERS,
  MERCHANTS,
  readIssuer,
  readMerchant,
  type StoredAccount,
  type StoredIssuer,
  type StoredMerchant,
  type StoredTerminal,
  TERMINALS,
} from './sqlite-master-rows.ts'

/** A statement in two forms: that reads, and that locks what it reads, in the order of the key. */
export interface Read {
  readonly plain: Statement
  readonly locking: Statement
}

/** A statement that reads rows `t` of a table. `rest` names them by keys, `order` is that of the locks. */
export function read<Row>(name: string, { table, columns }: Mapping<Row>, rest: string, order: string): Read {
  const names = columns.map((column) => `t.${columnName(column)}`).join(', ')
  const text = `SELECT ${names} FROM ${table} t ${rest} ORDER BY ${order}`
  return {
    plain: { name, text },
    locking: { name: `${name}Locked`, text: `${text} FOR UPDATE OF t` },
  }
}

/** Reads of one batch by its keys. */
export const READS = {
  terminals: read('terminals', TERMINALS, 'WHERE t.tid = ANY($1::text[])', 't.tid'),
  merchants: read(
    'merchants',
    MERCHANTS,
    'WHERE t.mid IN (SELECT s.mid FROM terminals s WHERE s.tid = ANY($1::text[]))',
    't.mid',
  ),
  issuers: read('issuers', ISSUERS, '', 't.id'),
  byKey: read(
    'byKey',
    TRANSACTIONS,
    `JOIN unnest($1::text[], $2::bigint[], $3::bigint[]) AS k (tid, batchNumber, stan)
     ON t.tid = k.tid AND t.batchNumber = k.batchNumber AND t.stan = k.stan`,
    't.id',
  ),
  byId: read('byId', TRANSACTIONS, 'WHERE t.id = ANY($1::bigint[])', 't.id'),
  accounts: read('accounts', ACCOUNTS, 'WHERE t.panLookup = ANY($1::text[])', 't.panLookup'),
  holds: read('holds', HOLDS, 'WHERE t.id = ANY($1::bigint[])', 't.id'),
  holdsOfAccounts: read('holdsOfAccounts', HOLDS, 'WHERE t.panLookup = ANY($1::text[])', 't.id'),
  batches: read(
    'batches',
    BATCHES,
    `JOIN unnest($1::text[], $2::bigint[]) AS k (tid, batchNumber)
     ON t.tid = k.tid AND t.batchNumber = k.batchNumber`,
    't.tid, t.batchNumber',
  ),
  ofBatch: read('ofBatch', TRANSACTIONS, 'WHERE t.tid = $1 AND t.batchNumber = $2', 't.id'),
  catalogue: read('catalogue', CATALOGUE, 'WHERE t.scope = ANY($1::text[])', 't.scope, t.downloadSet'),
  uploads: read('uploads', UPLOADS, 'WHERE t.tid = $1 AND t.batchNumber = $2', 't.kind, t.stan'),
} as const satisfies Record<string, Read>

const MERCHANT = rowReader<StoredMerchant>('merchants', MERCHANTS.columns)

/** Rows as the server sends them, in the form in which SQLite gives them. */
export const STORED = {
  terminal: rowReader<StoredTerminal>('terminals', TERMINALS.columns),
  merchant: (fields: Fields): MerchantRow => readMerchant(MERCHANT(fields)),
  issuer: rowReader<StoredIssuer>('issuers', ISSUERS.columns),
  transaction: rowReader<StoredTransaction>('transactions', TRANSACTIONS.columns),
  account: rowReader<StoredAccount>('accounts', ACCOUNTS.columns),
  hold: rowReader<StoredHold>('holds', HOLDS.columns),
  batch: rowReader<StoredBatch>('batches', BATCHES.columns),
  upload: rowReader<StoredUpload>('uploads', UPLOADS.columns),
  entry: rowReader<StoredEntry>('ledger', LEDGER.columns),
  catalogue: rowReader<StoredCatalogue>('catalogue', CATALOGUE.columns),
  explain: rowReader<StoredExplain>('explains', EXPLAINS.columns),
}

/** Leases record numbers: one row that all processes count up. */
export const LEASE: Statement = {
  name: 'lease',
  text: 'UPDATE numbers SET next = next + $1::bigint WHERE one = 1 RETURNING next',
}

export async function fetchIssuers(session: PostgresSession): Promise<readonly IssuerRow[]> {
  const [rows = []] = await session.run([step(READS.issuers.plain)])
  return rows.map((fields) => readIssuer(STORED.issuer(fields)))
}
