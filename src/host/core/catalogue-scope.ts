import type { CatalogueRow, CatalogueSet, TerminalRow } from './records.ts'

/** The scope of what all terminals download. */
export const FOR_ALL = ''

export function merchantScope(mid: string): string {
  return `merchant:${mid}`
}

export function terminalScope(tid: string): string {
  return `terminal:${tid}`
}

/** Whose content a terminal downloads, the nearest last: it goes before the others. */
export function catalogueScopes({ tid, mid }: Pick<TerminalRow, 'tid' | 'mid'>): readonly string[] {
  return [FOR_ALL, merchantScope(mid), terminalScope(tid)]
}

/** Whether a terminal downloads what `scope` names. */
export function isInScope(terminal: Pick<TerminalRow, 'tid' | 'mid'>, scope: string): boolean {
  return catalogueScopes(terminal).includes(scope)
}

/** The version of what is built in. */
export const BUILT_IN_VERSION = 1

/** The version that a terminal downloads: the newest of all that `rows`, those of its scopes, say of the set. */
export function versionOfSet(rows: readonly CatalogueRow[], set: CatalogueSet): number {
  return rows.reduce(
    (newest, row) => (row.set === set ? Math.max(newest, row.version) : newest),
    BUILT_IN_VERSION,
  )
}
