import { existsSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { FOR_ALL } from '../core/catalogue-scope.ts'
import { CATALOGUE_SETS } from '../core/download-sets.ts'
import type { CatalogueDesk } from './catalogue-desk.ts'
import { DEFAULT_DOWNLOADS } from './default-downloads.ts'
import { EstateError } from './estate.ts'
import { EstateRefusal } from './estate-refusal.ts'

const FILE = 'downloads.json'
const CORRECT = 'Correct it, or move it away for the built-in set.'

/** What all terminals download, as one object with a member for each set: the form of the file that is exported and imported. */
export function downloadsFileOf(desk: CatalogueDesk): Readonly<Record<string, object>> {
  return Object.fromEntries(
    CATALOGUE_SETS.map((set) => {
      const { version, content } = desk.now(set)
      return [set, { version, ...content }]
    }),
  )
}

/**
 * Takes over each set of such an object that differs from what stands now; versions in it are not looked at. Returns how
 * many became a new version.
 *
 * @throws {EstateRefusal} when a set is not what it should be; nothing is changed then.
 */
export function takeDownloads(
  desk: CatalogueDesk,
  author: string,
  given: Readonly<Record<string, unknown>>,
  note: string,
): readonly { readonly set: string; readonly version: number; readonly count: number }[] {
  const orders = CATALOGUE_SETS.flatMap((set) => {
    const part = given[set]
    if (typeof part !== 'object' || part === null) return []
    const { version: _, ...content } = part as Readonly<Record<string, unknown>>
    // Files of earlier releases know no forms, and no keys besides the host's own.
    const {
      list: _list,
      prefixes: _prefixes,
      values: _values,
      ...more
    } = DEFAULT_DOWNLOADS[set] as Record<string, unknown>
    return [{ set, content: { ...more, ...(set === 'caKeys' ? { list: [] } : {}), ...content } }]
  })
  for (const { set, content } of orders) {
    const [fault] = desk.check({ set, scope: FOR_ALL, content }).faults
    if (fault !== undefined)
      throw new EstateRefusal('badInput', {
        zh: `${set}：${fault.zh}。没有保存任何修改。`,
        en: `${set}: ${fault.en}. Nothing was saved.`,
      })
  }
  return orders.flatMap(({ set, content }) => {
    if (desk.check({ set, scope: FOR_ALL, content }).changes.length === 0) return []
    const { version } = desk.now(set)
    const { row, count } = desk.save(author, { set, scope: FOR_ALL, version, content, note })
    return [{ set, version: row.version, count }]
  })
}

/** The file in which earlier releases kept what terminals download. */
export interface OldDownloadsFile {
  readonly path: string
  readonly given: Readonly<Record<string, unknown>>
}

/** Undefined where there is none. @throws {EstateError} when it can't be read. */
export function readOldDownloads(directory: string): OldDownloadsFile | undefined {
  const path = join(directory, FILE)
  if (!existsSync(path)) return undefined
  try {
    return {
      path,
      given: (JSON.parse(readFileSync(path, 'utf8')) ?? {}) as Readonly<Record<string, unknown>>,
    }
  } catch {
    throw new EstateError(`${path} can't be read as JSON: ${CORRECT}`)
  }
}

/** Takes it over. @throws {EstateError} when it is not what it should be; nothing is changed then. */
export function takeOldDownloads(desk: CatalogueDesk, { path, given }: OldDownloadsFile): void {
  try {
    takeDownloads(desk, 'system', given, FILE)
  } catch (error) {
    if (error instanceof EstateRefusal) throw new EstateError(`${path}: ${error.en} ${CORRECT}`)
    throw error
  }
}

/** It was taken over, and is not read again. */
export function putOldDownloadsAside({ path }: OldDownloadsFile): void {
  renameSync(path, `${path}.imported`)
}
