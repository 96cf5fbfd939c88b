import type { ClientConfig } from 'pg'
import { StoreError } from '../core/store-port.ts'

/** Where a PostgreSQL store is. */
export interface PostgresPlace {
  /** Host, port and database: all that a message may say. */
  readonly name: string
  readonly config: ClientConfig
}

export function isPostgresAddress(address: string): boolean {
  return /^postgres(ql)?:\/\//.test(address)
}

/**
 * Reads `postgres://user:password@host:port/database`, with the parameters that libpq knows (`sslmode`, `host` for a
 * socket's folder).
 *
 * @throws {StoreError} without the address in it, which may hold a password.
 */
export function readPostgresAddress(address: string): PostgresPlace {
  const fault = (reason: string): StoreError =>
    new StoreError(`the store address ${reason}: write postgres://user:password@host:port/database`)
  if (!isPostgresAddress(address)) throw fault('is none of PostgreSQL')
  let url: URL
  try {
    url = new URL(address)
  } catch {
    throw fault('cannot be read')
  }
  const database = decodeURIComponent(url.pathname.slice(1))
  if (database === '') throw fault('names no database')
  const host = url.searchParams.get('host') ?? decodeURIComponent(url.hostname)
  if (host === '') throw fault('names no host')
  const at = host.startsWith('/') ? host : `${host}:${url.port === '' ? '5432' : url.port}`
  return {
    name: `database ${database} at ${at}`,
    config: { connectionString: checkingCertificates(url) ?? address },
  }
}

/** The driver takes these for `verify-full` and warns each time that it will not always. */
const AS_VERIFY_FULL: ReadonlySet<string> = new Set(['prefer', 'require', 'verify-ca'])

function checkingCertificates({ href, searchParams }: URL): string | undefined {
  const mode = searchParams.get('sslmode')
  if (mode === null || !AS_VERIFY_FULL.has(mode) || searchParams.has('uselibpqcompat')) return undefined
  return href.replace(`sslmode=${mode}`, 'sslmode=verify-full')
}
