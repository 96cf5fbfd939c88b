import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import Database from 'better-sqlite3'
import { UsageFailure } from '../failure.ts'
import type { BackupSource, Books } from './backup-file.ts'

const SNAPSHOT_PREFIX = '.backup-'
/** What a start makes anew, what only tells, and SQLite's own files, which a snapshot holds already. */
const LEFT_OUT = /(?:\.lock|-wal|-shm|-journal|\.log|\.partial|^journal\.head|^journal-damaged-[0-9a-f]+)$/

/**
 * Everything in `folder` that a backup keeps, with each SQLite file as a consistent copy: whoever uses it goes on
 * meanwhile. `use` gets the sources and a folder with those copies; the copies go whatever happens.
 */
export async function withSnapshot<T>(
  folder: string,
  use: (sources: readonly BackupSource[], copies: string) => Promise<T>,
): Promise<T> {
  removeLeftOvers(folder)
  const copies = join(folder, `${SNAPSHOT_PREFIX}${process.pid}`)
  return withFolder(copies, async () => {
    mkdirSync(copies, { mode: 0o700 })
    const sources: BackupSource[] = []
    for (const path of filesUnder(folder)) {
      const name = relative(folder, path)
      if (!name.endsWith('.db')) {
        sources.push({ name, path })
        continue
      }
      const copy = join(copies, name)
      mkdirSync(dirname(copy), { recursive: true, mode: 0o700 })
      await copyDatabase(path, copy)
      sources.push({ name, path: copy })
    }
    return use(sources, copies)
  })
}

/** What of `folder` a backup keeps that is no database. */
export function plainFiles(folder: string): readonly BackupSource[] {
  return filesUnder(folder)
    .filter((path) => !path.endsWith('.db'))
    .map((path) => ({ name: relative(folder, path), path }))
}

/** Runs `work` and removes `folder` after it, also when the user ends the program meanwhile. */
export async function withFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const stop = (): void => {
    rmSync(folder, { recursive: true, force: true })
    process.exit(130)
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  try {
    return await work()
  } finally {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Puts `restored` in the place of `target`: an empty or missing folder, or with `replace` one that is kept aside. Returns
 * where the old one is.
 */
export function takePlace(restored: string, target: string, replace: boolean): string | undefined {
  const isThere = existsSync(target) && readdirSync(target).length > 0
  if (!isThere) {
    rmSync(target, { recursive: true, force: true })
    renameSync(restored, target)
    return undefined
  }
  checkEmpty(target, replace)
  const aside = asideOf(target)
  renameSync(target, aside)
  renameSync(restored, target)
  return aside
}

function asideOf(target: string): string {
  const stamp = new Date().toISOString().replace(/[-:]/g, '').slice(0, 15)
  const name = `${resolve(target)}.before-${stamp}`
  for (let number = 1; ; number++) {
    const aside = number === 1 ? name : `${name}-${number}`
    if (!existsSync(aside)) return aside
  }
}

/** @throws {UsageFailure} when something stands in `target` and may not be moved aside. */
export function checkEmpty(target: string, replace: boolean): void {
  if (replace || !existsSync(target) || readdirSync(target).length === 0) return
  throw new UsageFailure(
    `${target} is not empty: give another --data, or --replace to keep the old one aside. 目标目录非空，未作任何更改`,
  )
}

/** @throws {UsageFailure} while another program holds the lock at `path`. */
export function checkNotRunning(path: string, what: string): void {
  if (!existsSync(path)) return
  const lock = new Database(path, { timeout: 0 })
  try {
    lock.exec('BEGIN EXCLUSIVE; ROLLBACK')
  } catch {
    throw new UsageFailure(`the ${what} in ${dirname(path)} is running: stop it first. 请先停止程序`)
  } finally {
    lock.close()
  }
}

/** Where a backup is unpacked: beside its target, so that it can take its place by a rename. */
export function unpackingFolder(target: string): string {
  const absolute = resolve(target)
  const folder = join(dirname(absolute), `.${basename(absolute)}.restoring-${process.pid}`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(dirname(folder), { recursive: true })
  return folder
}

/** Names whose figures differ, each with both. Empty when the books are the same. */
export function differences(before: Books, after: Books): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names]
    .filter((name) => before[name] !== after[name])
    .map((name) => `${name}: ${before[name] ?? 'none'} in the backup, ${after[name] ?? 'none'} restored`)
}

async function copyDatabase(path: string, copy: string): Promise<void> {
  const source = new Database(path, { readonly: true, fileMustExist: true })
  try {
    await source.backup(copy)
  } finally {
    source.close()
  }
  // A copy of its own, without a log beside it.
  const database = new Database(copy)
  database.pragma('journal_mode = DELETE')
  database.close()
}

function filesUnder(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.name.startsWith('.') || LEFT_OUT.test(entry.name)) return []
    if (entry.isDirectory()) return filesUnder(path)
    return entry.isFile() ? [path] : []
  })
}

/** Of a backup whose program was killed: copies hold what the folder holds, and would only take space. */
export function removeLeftOvers(folder: string): void {
  for (const name of readdirSync(folder)) {
    const [, pid] = /^\.backup-(\d+)$/.exec(name) ?? []
    if (pid !== undefined && !isRunning(Number(pid)))
      rmSync(join(folder, name), { recursive: true, force: true })
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
