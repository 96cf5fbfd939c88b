import type Database from 'better-sqlite3'
import type { BooksFinding } from '../core/store-port.ts'
import { BOOKS_CHECKS } from './books-checks.ts'
import { CLEARING_CHECKS } from './clearing-checks.ts'

export function findInBooks(database: Database.Database): readonly BooksFinding[] {
  return [...BOOKS_CHECKS, ...CLEARING_CHECKS].flatMap(({ kind, sql }) =>
    database
      .prepare<[], { readonly detail: string }>(sql)
      .all()
      .map(({ detail }) => ({ kind, detail })),
  )
}
