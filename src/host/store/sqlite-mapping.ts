/** What SQLite takes and gives. */
export type SqlValue = string | number | null | Uint8Array

/**
 * How a row stands in its table: columns in the order of `values`. Written out by hand, since the hot ones run
 * for each authorisation.
 */
export interface Mapping<Row> {
  readonly table: string
  readonly columns: readonly string[]
  readonly values: (row: Row) => SqlValue[]
}

/** Columns named in `texts`, separated by spaces. */
export function words(...texts: readonly string[]): readonly string[] {
  return texts.flatMap((text) => text.split(' '))
}

export const maybe = <T>(value: T | undefined): T | null => value ?? null
export const back = <T>(value: T | null): T | undefined => value ?? undefined

/** The statement that puts rows of `mapping` into its table, as many as it says. */
export function insertOf<Row>(
  { table, columns }: Mapping<Row>,
  verb: 'INSERT' | 'INSERT OR REPLACE',
  rowCount = 1,
): string {
  const row = `(${columns.map(() => '?').join(', ')})`
  return `${verb} INTO ${table} (${columns.join(', ')}) VALUES ${Array(rowCount).fill(row).join(', ')}`
}
