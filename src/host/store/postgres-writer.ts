import type { StoreRows } from '../core/store-port.ts'
import { CATALOGUE, CATALOGUE_HISTORY } from './catalogue-rows.ts'
import { type Statement, type Step, step } from './postgres-session.ts'
import { columnArrays, columnName, columnType, transposed } from './postgres-values.ts'
import {
  BATCHES,
  EXPLAINS,
  HOLDS,
  LEDGER,
  TRANSACTION_CHANGES,
  TRANSACTIONS,
  transactionUpdateValues,
  UPLOADS,
} from './sqlite-books-rows.ts'
import type { Mapping, SqlValue } from './sqlite-mapping.ts'
import { ACCOUNTS, ISSUERS, MERCHANTS, STATE_COLUMNS, stateValues, TERMINALS } from './sqlite-master-rows.ts'

export interface Put<Row> {
  readonly mapping: Mapping<Row>
  readonly statement: Statement
  /** Of rows with the same key the last one counts: one statement may touch a row only once. */
  readonly key: ((row: Row) => string) | undefined
}

function unnested(table: string, columns: readonly string[]): string {
  return columns.map((column, index) => `$${index + 1}::${columnType(table, column)}[]`).join(', ')
}

/** The statement that inserts rows, however many. */
export function insert<Row>(mapping: Mapping<Row>): Put<Row> {
  const { table, columns } = mapping
  const text = `INSERT INTO ${table} (${columns.map(columnName).join(', ')}) SELECT * FROM unnest(${unnested(table, columns)})`
  return { mapping, statement: { name: `insert_${table}`, text }, key: undefined }
}

/** As `insert`; a row with the same key is replaced. */
export function upsert<Row>(mapping: Mapping<Row>, keyColumns: readonly string[]): Put<Row> {
  const { table, columns, values } = mapping
  const set = columns
    .filter((column) => !keyColumns.includes(column))
    .map((column) => `${columnName(column)} = EXCLUDED.${columnName(column)}`)
  const { statement } = insert(mapping)
  const places = keyColumns.map((column) => columns.indexOf(column))
  return {
    mapping,
    statement: {
      name: `upsert_${table}`,
      text: `${statement.text} ON CONFLICT (${keyColumns.join(', ')}) DO UPDATE SET ${set.join(', ')}`,
    },
    key: (row) => {
      const all = values(row)
      return places.map((place) => all[place]).join('/')
    },
  }
}

/** Changes `columns` of the rows whose `key` comes last. */
export function update(table: string, columns: readonly string[], key: string): Statement {
  const all = [...columns, key]
  const set = columns.map((column) => `${columnName(column)} = v.${columnName(column)}`).join(', ')
  const text = `UPDATE ${table} SET ${set} FROM unnest(${unnested(table, all)}) AS v (${all.map(columnName).join(', ')})
    WHERE ${table}.${key} = v.${key}`
  return { name: `update_${table}`, text }
}

const PUT = {
  merchants: upsert(MERCHANTS, ['mid']),
  terminals: upsert(TERMINALS, ['tid']),
  issuers: upsert(ISSUERS, ['id']),
  accounts: upsert(ACCOUNTS, ['panLookup']),
  newTransactions: insert(TRANSACTIONS),
  holds: upsert(HOLDS, ['id']),
  entries: insert(LEDGER),
  batches: upsert(BATCHES, ['tid', 'batchNumber']),
  uploads: upsert(UPLOADS, ['tid', 'batchNumber', 'kind', 'stan']),
  explains: insert(EXPLAINS),
  catalogue: upsert(CATALOGUE, ['scope', 'downloadSet']),
  catalogueHistory: insert(CATALOGUE_HISTORY),
} as const

const CHANGE_ACCOUNTS = update('accounts', STATE_COLUMNS, 'panLookup')
const CHANGE_TRANSACTIONS = update('transactions', TRANSACTION_CHANGES, 'id')

/** Explain records beyond this many are dropped, oldest first. */
const EXPLAINS_MAX = 10_000
const PRUNE_EXPLAINS: Statement = {
  name: 'pruneExplains',
  text: 'DELETE FROM explains WHERE id <= (SELECT max(e.id) FROM explains e) - $1::bigint',
}

/** The statements that write `rows`: one a table, however many rows. */
export function writeSteps(rows: StoreRows): readonly Step[] {
  return [
    ...put(PUT.merchants, rows.merchants),
    ...put(PUT.terminals, rows.terminals),
    ...put(PUT.issuers, rows.issuers),
    ...put(PUT.accounts, rows.accounts),
    ...change(
      CHANGE_ACCOUNTS,
      STATE_COLUMNS.length + 1,
      rows.accountStates.map(({ panLookup, state }) => [...stateValues(state), panLookup]),
    ),
    ...put(PUT.newTransactions, rows.newTransactions),
    ...change(
      CHANGE_TRANSACTIONS,
      TRANSACTION_CHANGES.length + 1,
      rows.changedTransactions.map(transactionUpdateValues),
    ),
    ...put(PUT.holds, rows.holds),
    ...put(PUT.entries, rows.entries),
    ...put(PUT.batches, rows.batches),
    ...put(PUT.uploads, rows.uploads),
    ...put(PUT.catalogue, rows.catalogue),
    ...put(PUT.catalogueHistory, rows.catalogue),
    ...put(PUT.explains, rows.explains),
    ...(rows.explains.length > 0 ? [step(PRUNE_EXPLAINS, EXPLAINS_MAX)] : []),
  ]
}

/** Nothing for no rows. */
export function put<Row>({ mapping, statement, key }: Put<Row>, rows: readonly Row[]): readonly Step[] {
  if (rows.length === 0) return []
  const last =
    key === undefined || rows.length === 1 ? rows : [...new Map(rows.map((row) => [key(row), row])).values()]
  return [step(statement, ...columnArrays(mapping, last))]
}

/** As `put`, for values in the order of the statement. */
export function change(
  statement: Statement,
  width: number,
  values: readonly (readonly SqlValue[])[],
): readonly Step[] {
  return values.length === 0 ? [] : [step(statement, ...transposed(width, values))]
}

/** For the test that reads every statement. */
export const WRITE_STATEMENTS: readonly Statement[] = [
  ...Object.values(PUT).map(({ statement }) => statement),
  CHANGE_ACCOUNTS,
  CHANGE_TRANSACTIONS,
  PRUNE_EXPLAINS,
]
