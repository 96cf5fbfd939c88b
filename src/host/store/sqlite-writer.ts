import type Database from 'better-sqlite3'
import { type PackedRows, PRUNE_EXPLAINS, ROWS_AT_ONCE, WRITINGS } from './packed-rows.ts'
import type { SqlValue } from './sqlite-mapping.ts'

type Statement = Database.Statement<SqlValue[]>

const EXPLAINS_INDEX = WRITINGS.length - 1

/** Prepared writes of a file. Each call is one commit: all of it becomes durable or nothing. */
export class SqliteWriter {
  readonly #statements: readonly Statement[]
  readonly #manyStatements: readonly (Statement | undefined)[]
  readonly #pruneExplains: Statement
  readonly #transaction: Database.Transaction<(rows: PackedRows) => void>

  constructor(database: Database.Database) {
    this.#statements = WRITINGS.map(({ sql }) => database.prepare<SqlValue[]>(sql))
    this.#manyStatements = WRITINGS.map(({ manySql }) =>
      manySql === undefined ? undefined : database.prepare<SqlValue[]>(manySql),
    )
    this.#pruneExplains = database.prepare<SqlValue[]>(PRUNE_EXPLAINS)
    this.#transaction = database.transaction((rows) => this.#write(rows))
  }

  /** Returns only when all of it is durable. */
  commit(rows: PackedRows): void {
    this.#transaction.immediate(rows)
  }

  #write(rows: PackedRows): void {
    for (const [index, values] of rows.entries()) {
      if (values.length === 0) continue
      const { width } = WRITINGS[index] as (typeof WRITINGS)[number]
      const many = this.#manyStatements[index]
      const at = many === undefined ? 0 : runAll(many, values, 0, width * ROWS_AT_ONCE)
      runAll(this.#statements[index] as Statement, values, at, width)
      if (index === EXPLAINS_INDEX) this.#pruneExplains.run()
    }
  }
}

/** Runs `statement` on `width` values after the other from `from` on, as long as there are so many; answers where it ended. */
function runAll(statement: Statement, values: readonly SqlValue[], from: number, width: number): number {
  let at = from
  for (; at + width <= values.length; at += width) statement.run(...values.slice(at, at + width))
  return at
}
