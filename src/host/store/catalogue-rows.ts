import type { CatalogueRow, CatalogueSet } from '../core/records.ts'
import { type Mapping, type SqlValue, words } from './sqlite-mapping.ts'

const COLUMNS = words('scope downloadSet version content atMs author note')

function values(row: CatalogueRow): SqlValue[] {
  return [row.scope, row.set, row.version, row.content, row.atMs, row.author, row.note]
}

/** The newest version of each scope and set. */
export const CATALOGUE: Mapping<CatalogueRow> = { table: 'catalogue', columns: COLUMNS, values }

/** All versions. */
export const CATALOGUE_HISTORY: Mapping<CatalogueRow> = {
  table: 'catalogueHistory',
  columns: COLUMNS,
  values,
}

export interface StoredCatalogue extends Omit<CatalogueRow, 'set'> {
  readonly downloadSet: CatalogueSet
}

export function readCatalogue({
  scope,
  downloadSet,
  version,
  content,
  atMs,
  author,
  note,
}: StoredCatalogue): CatalogueRow {
  return { scope, set: downloadSet, version, content, atMs, author, note }
}

/** The tables, in SQLite's words. */
export const CATALOGUE_SCHEMA = `
  CREATE TABLE catalogue (
    scope TEXT NOT NULL, downloadSet TEXT NOT NULL, version INTEGER NOT NULL, content TEXT NOT NULL,
    atMs INTEGER NOT NULL, author TEXT NOT NULL, note TEXT NOT NULL,
    PRIMARY KEY (scope, downloadSet)
  ) WITHOUT ROWID;
  CREATE TABLE catalogueHistory (
    scope TEXT NOT NULL, downloadSet TEXT NOT NULL, version INTEGER NOT NULL, content TEXT NOT NULL,
    atMs INTEGER NOT NULL, author TEXT NOT NULL, note TEXT NOT NULL,
    PRIMARY KEY (scope, downloadSet, version)
  ) WITHOUT ROWID;`
