import type { StoreRows } from '../core/store-port.ts'
import { CATALOGUE, CATALOGUE_HISTORY } from './catalogue-rows.ts'
import {
  BATCHES,
  EXPLAINS,
  HOLDS,
  LEDGER,
  TRANSACTION_CHANGES,
  TRANSACTION_UPDATE,
  TRANSACTIONS,
  transactionUpdateValues,
  UPLOADS,
} from './sqlite-books-rows.ts'
import { insertOf, type Mapping, type SqlValue } from './sqlite-mapping.ts'
import {
  ACCOUNT_STATE_UPDATE,
  ACCOUNTS,
  ISSUERS,
  MERCHANTS,
  stateValues,
  TERMINALS,
} from './sqlite-master-rows.ts'

/** One way to write rows: a statement, how many values it takes, and how a row becomes these. */
interface Writing {
  readonly sql: string
  /** The same for `ROWS_AT_ONCE` rows, where there are many of them. */
  readonly manySql?: string
  readonly width: number
  readonly pack: (rows: StoreRows, into: SqlValue[]) => void
}

/** Rows of one statement: its call costs as much as a row. More than four make little difference. */
export const ROWS_AT_ONCE = 8

/** Explain records beyond this many are dropped, oldest first: a flood of bad frames can't fill the disk. */
const EXPLAINS_MAX = 10_000

export const PRUNE_EXPLAINS = `DELETE FROM explains WHERE id <= (SELECT max(id) FROM explains) - ${EXPLAINS_MAX}`

function put<Row>(
  mapping: Mapping<Row>,
  verb: 'INSERT' | 'INSERT OR REPLACE',
  rowsOf: (rows: StoreRows) => readonly Row[],
): Writing {
  return {
    sql: insertOf(mapping, verb),
    width: mapping.columns.length,
    pack: (rows, into) => {
      for (const row of rowsOf(rows)) into.push(...mapping.values(row))
    },
  }
}

/** New rows of which each authorisation brings some. */
function putMany<Row>(mapping: Mapping<Row>, rowsOf: (rows: StoreRows) => readonly Row[]): Writing {
  return { ...put(mapping, 'INSERT', rowsOf), manySql: insertOf(mapping, 'INSERT', ROWS_AT_ONCE) }
}

/** In the order in which they are written. */
export const WRITINGS: readonly Writing[] = [
  put(MERCHANTS, 'INSERT OR REPLACE', ({ merchants }) => merchants),
  put(TERMINALS, 'INSERT OR REPLACE', ({ terminals }) => terminals),
  put(ISSUERS, 'INSERT OR REPLACE', ({ issuers }) => issuers),
  put(ACCOUNTS, 'INSERT OR REPLACE', ({ accounts }) => accounts),
  {
    sql: ACCOUNT_STATE_UPDATE,
    width: 8,
    pack: ({ accountStates }, into) => {
      for (const { panLookup, state } of accountStates) into.push(...stateValues(state), panLookup)
    },
  },
  putMany(TRANSACTIONS, ({ newTransactions }) => newTransactions),
  {
    sql: TRANSACTION_UPDATE,
    // And the number of the row.
    width: TRANSACTION_CHANGES.length + 1,
    pack: ({ changedTransactions }, into) => {
      for (const row of changedTransactions) into.push(...transactionUpdateValues(row))
    },
  },
  put(HOLDS, 'INSERT OR REPLACE', ({ holds }) => holds),
  putMany(LEDGER, ({ entries }) => entries),
  put(BATCHES, 'INSERT OR REPLACE', ({ batches }) => batches),
  put(UPLOADS, 'INSERT OR REPLACE', ({ uploads }) => uploads),
  put(CATALOGUE, 'INSERT OR REPLACE', ({ catalogue }) => catalogue),
  put(CATALOGUE_HISTORY, 'INSERT', ({ catalogue }) => catalogue),
  put(EXPLAINS, 'INSERT', ({ explains }) => explains),
]

/**
 * Rows as flat lists of values, one list for each of `WRITINGS`: what can be handed to another thread at a fraction of
 * what its objects would cost, and what statements take.
 */
export type PackedRows = readonly (readonly SqlValue[])[]

export function packRows(rows: StoreRows): PackedRows {
  const packed = emptyPack()
  addToPack(packed, rows)
  return packed
}

export function emptyPack(): SqlValue[][] {
  return WRITINGS.map(() => [])
}

/** Adds rows that were decided after those in `packed`; of a row that is there twice the later form is written last. */
export function addToPack(packed: readonly SqlValue[][], rows: StoreRows): void {
  for (let index = 0; index < packed.length; index++) WRITINGS[index]?.pack(rows, packed[index] as SqlValue[])
}
