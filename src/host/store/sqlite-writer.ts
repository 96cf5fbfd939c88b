import type Database from 'better-sqlite3'
import { type PackedRows, PRUNE_EXPLAINS, WRITINGS } from './packed-rows.ts'
import type { SqlValue } from './sqlite-mapping.ts'

type Statement = Database.Statement<SqlValue[]>

const EXPLAINS_INDEX = WRITINGS.length - 1

/** Prepared writes of a file. Each call is one commit: all of it becomes durable or nothing. */
export class SqliteWriter {
  readonly #statements: readonly Statement[]
  readonly #pruneExplains: Statement
  readonly #transaction: Database.Transaction<(rows: PackedRows) => void>

  constructor(database: Database.Database) {
    this.#statements = WRITINGS.map(({ sql }) => database.prepare<SqlValue[]>(sql))
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
      const statement = this.#statements[index] as Statement
      const { width } = WRITINGS[index] as (typeof WRITINGS)[number]
      for (let at = 0; at < values.length; at += width) statement.run(...values.slice(at, at + width))
      if (index === EXPLAINS_INDEX) this.#pruneExplains.run()
    }
  }
}
