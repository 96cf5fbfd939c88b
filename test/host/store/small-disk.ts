import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type Database from 'better-sqlite3'

const SIZE = '24m'
const CHUNK = Buffer.alloc(65_536)

/** A place for a database where room can be taken away and given back. */
export interface SmallDisk {
  readonly directory: string
  /** `database`: the connection that writes there. */
  fill(database: () => Database.Database): void
  free(database: () => Database.Database): void
  close(): void
}

/** A file system of its own in memory where one may be mounted, otherwise a limit in SQLite itself: both say SQLITE_FULL. */
export function openSmallDisk(): SmallDisk {
  const mountPoint = mkdtempSync(join(tmpdir(), 'tillwire-small-disk-'))
  const directory = join(mountPoint, 'data')
  const isMounted = mount(mountPoint)
  mkdirSync(directory, { mode: 0o700 })
  const close = (): void => {
    if (isMounted) execFileSync('umount', [mountPoint])
    rmSync(mountPoint, { recursive: true, force: true })
  }
  return isMounted
    ? { directory, close, ...ballast(join(mountPoint, 'ballast')) }
    : { directory, close, ...PAGE_LIMIT }
}

function mount(point: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE},mode=700`, 'tmpfs', point], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function ballast(path: string): Pick<SmallDisk, 'fill' | 'free'> {
  return {
    fill() {
      const file = openSync(path, 'a')
      try {
        for (let size = CHUNK.length; size >= 512; ) size = written(file, size) ? size : size / 2
      } finally {
        closeSync(file)
      }
    },
    free: () => rmSync(path),
  }
}

function written(file: number, size: number): boolean {
  try {
    return writeSync(file, CHUNK, 0, size) === size
  } catch {
    return false
  }
}

const PAGE_LIMIT: Pick<SmallDisk, 'fill' | 'free'> = {
  fill(database) {
    const pages = Number(database().pragma('page_count', { simple: true }))
    database().pragma(`max_page_count = ${pages}`)
  },
  free: (database) => void database().pragma('max_page_count = 1073741823'),
}
