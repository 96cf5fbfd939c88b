import { fromHex, toHex } from '../../base/bytes.ts'
import { type Mapping, type SqlValue, words } from './sqlite-mapping.ts'

/** What the server sends for a row: text in the order of the columns. */
export type Fields = readonly (string | null)[]

const NUMBERS: ReadonlySet<string> = new Set(
  words(
    'id batchNumber stan requestedMinor approvedMinor accountKnown moneyMinor heldMinor originalId',
    'refundedMinor reversalId receivedAtMs amountMinor endedById postingId position settlementStan',
    'recordCount closedAtMs transactionId field macRequired signInRequired signedIn signedInAtMs',
    'processingRequest hasChip pinTriesMax singleMinor dailyMinor dailyCount balanceMinor pinTriesLeft',
    'lastTransactionCounter spentTodayMinor countToday',
    'number confirmAboveMinor lastSerial createdMs wallet serial issuedMs expiresMs orderNumber receivedMs',
    'version atMs page epoch beat pageCount tipMinor',
    'runId payoutId cutoffMs clearedAtMs batchCount itemCount firstTransactionId lastTransactionId',
    'firstPayoutId lastPayoutId feeMinor interchangeMinor debitMinor creditMinor netMinor deviceFeeMinor',
    'ranAtMs carryId settlementDays terms ratePpm fixedMinor minimumMinor capMinor interchangePpm interchangeCapMinor',
  ),
)
const BYTES: ReadonlySet<string> = new Set(['panCiphertext', 'body'])
/** Tables whose key has the same name as a number elsewhere. */
const TEXT_IDS: ReadonlySet<string> = new Set(['issuers'])

type ColumnType = 'BIGINT' | 'TEXT' | 'BYTEA'

export function columnType(table: string, column: string): ColumnType {
  if (BYTES.has(column)) return 'BYTEA'
  if (column === 'id' && TEXT_IDS.has(table)) return 'TEXT'
  return NUMBERS.has(column) ? 'BIGINT' : 'TEXT'
}

/** A column as the statements name it: some names are keywords. */
export function columnName(column: string): string {
  return `"${column.toLowerCase()}"`
}

/** Reads rows of `columns` of `table` into the form in which SQLite gives them. */
export function rowReader<Stored>(table: string, columns: readonly string[]): (fields: Fields) => Stored {
  const types = columns.map((column) => columnType(table, column))
  return (fields) => {
    const row: { [column: string]: SqlValue } = {}
    for (const [index, column] of columns.entries()) row[column] = readField(fields[index], types[index])
    return row as Stored
  }
}

/** Numbers are safe integers: minor units, counts and milliseconds. */
function readField(text: string | null | undefined, type: ColumnType | undefined): SqlValue {
  if (text === null || text === undefined) return null
  if (type === 'BIGINT') return Number(text)
  return type === 'BYTEA' ? fromHex(text.slice(2)) : text
}

/** One array literal a column, for `unnest`: a statement has as many parameters as columns, however many rows. */
export function columnArrays<Row>(
  { columns, values }: Mapping<Row>,
  rows: readonly Row[],
): readonly string[] {
  return transposed(columns.length, rows.map(values))
}

/** `rows` of `width` values as `width` array literals. */
export function transposed(width: number, rows: readonly (readonly SqlValue[])[]): readonly string[] {
  const arrays = Array.from({ length: width }, () => '{')
  for (const [index, row] of rows.entries()) {
    for (let column = 0; column < width; column++) {
      arrays[column] += (index === 0 ? '' : ',') + element(row[column] ?? null)
    }
  }
  return arrays.map((array) => `${array}}`)
}

/** An array literal of `values`. */
export function arrayOf(values: readonly SqlValue[]): string {
  return `{${values.map(element).join(',')}}`
}

function element(value: SqlValue): string {
  if (value === null) return 'NULL'
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'string') return `"\\\\x${toHex(value)}"`
  return `"${/["\\]/.test(value) ? value.replace(/["\\]/g, '\\$&') : value}"`
}
