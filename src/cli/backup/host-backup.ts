import { existsSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { OFFICE_FILE, openOffice } from '../../host/office/open-office.ts'
import { openSecurityModule } from '../../host/security-module/software-security-module.ts'
import { openHostRecords } from '../../host/service/open-host.ts'
import { COPY_FOLDER } from '../../host/store/postgres-copy.ts'
import { Finding, UsageFailure } from '../failure.ts'
import { releaseVersion } from '../release.ts'
import { noteHostBackup } from './backup-evidence.ts'
import { type Books, type Manifest, readBackup, writeBackup } from './backup-file.ts'
import {
  checkEmpty,
  checkNotRunning,
  differences,
  takePlace,
  unpackingFolder,
  withFolder,
  withSnapshot,
} from './backup-folder.ts'

const HOST_FILE = 'host.db'
const LOCK_FILE = 'host.db.lock'
/** Reference numbers that a restored host leaves out: those that it gave after the backup are on slips already. */
const NUMBERS_LEFT_OUT = 1_000_000

/** Keeps a host's records, back office and keys in one sealed file while it runs. */
export async function backUpHost(folder: string, to: string, passphrase: string): Promise<Manifest> {
  if (!existsSync(join(folder, HOST_FILE)))
    throw new UsageFailure(`there is no host in ${folder}: give its --data`)
  return withSnapshot(folder, async (sources, copies) => {
    const books = hostBooks(copies)
    const content = { kind: 'host', release: releaseVersion(), madeAtMs: Date.now(), books } as const
    const manifest = writeBackup(to, passphrase, content, sources)
    noteInAudit(folder, 'backup.made', { files: manifest.files.length, transactions: books['transactions'] })
    noteHostBackup(folder, 'backup', to, manifest)
    return manifest
  })
}

export interface Restored {
  readonly manifest: Manifest
  /** Where the folder stands that was replaced. */
  readonly aside: string | undefined
}

/**
 * Unpacks, proves by the books, and only then takes the place of `folder`.
 *
 * @throws {UsageFailure | Finding} and nothing in `folder` was changed.
 */
export async function restoreHost(
  from: string,
  folder: string,
  passphrase: string,
  replace: boolean,
): Promise<Restored> {
  checkEmpty(folder, replace)
  checkNotRunning(join(folder, LOCK_FILE), 'host')
  const unpacked = unpackingFolder(folder)
  return withFolder(unpacked, async () => {
    const manifest = readOwnBackup(from, passphrase, unpacked)
    compare(manifest.books, hostBooks(unpacked))
    proveHost(unpacked)
    leaveNumbersOut(unpacked)
    noteInAudit(unpacked, 'backup.restored', { madeAtMs: manifest.madeAtMs, release: manifest.release })
    return { manifest, aside: takePlace(unpacked, folder, replace) }
  })
}

/**
 * Restores on trial, beside the host, which may run: proves everything that a restore proves, and leaves nothing behind but
 * the evidence in the host's maintenance plan.
 *
 * @throws {UsageFailure | Finding} when the backup could not have been restored; that is evidence too.
 */
export async function drillHost(from: string, folder: string, passphrase: string): Promise<Manifest> {
  if (!existsSync(join(folder, HOST_FILE)))
    throw new UsageFailure(`there is no host in ${folder}: give its --data`)
  const unpacked = unpackingFolder(folder)
  try {
    const manifest = await withFolder(unpacked, async () => {
      const read = readOwnBackup(from, passphrase, unpacked)
      compare(read.books, hostBooks(unpacked))
      proveHost(unpacked)
      return read
    })
    noteHostBackup(folder, 'restoreDrill', from, manifest)
    return manifest
  } catch (error) {
    if (error instanceof Finding || error instanceof UsageFailure)
      noteHostBackup(folder, 'restoreDrill', from, error.message)
    throw error
  }
}

function readOwnBackup(from: string, passphrase: string, unpacked: string): Manifest {
  const manifest = readBackup(from, passphrase, 'host', unpacked)
  if (!existsSync(join(unpacked, COPY_FOLDER))) return manifest
  throw new UsageFailure(
    `${from} is the backup of hosts that share a database: give its --store, nothing was changed`,
  )
}

/** @throws {Finding} when what was restored is not what was kept. */
export function compare(before: Books, after: Books): void {
  const [first, ...others] = differences(before, after)
  if (first === undefined) return
  const more = others.length === 0 ? '' : ` and ${others.length} more`
  throw new Finding(`the restored books differ (${first}${more}): nothing was changed; take another backup`)
}

/** Rows of each table; sums of transactions by state and currency, of the ledger by account; batches; ends of chains. */
function hostBooks(folder: string): Books {
  const books: Record<string, string | number> = {}
  for (const file of [HOST_FILE, OFFICE_FILE]) {
    const path = join(folder, file)
    if (!existsSync(path)) continue
    const database = openCopy(path)
    try {
      countTables(database, file, books)
      const add = (sql: string): void => addRows(database, sql, books)
      if (file === HOST_FILE) {
        books['transactions'] = books[`${file}/transactions`] ?? 0
        add(`SELECT 'transactions ' || state || ' ' || currency AS name, sum(approvedMinor) AS value
             FROM transactions GROUP BY state, currency`)
        add(`SELECT 'ledger ' || account || ' ' || currency AS name, sum(amountMinor) AS value
             FROM ledger GROUP BY account, currency`)
        add(`SELECT 'batches ' || state AS name, count(*) AS value FROM batches GROUP BY state`)
        add(`SELECT 'last transaction' AS name, coalesce(max(id), 0) AS value FROM transactions`)
      } else if (books[`${file}/audit_entries`] !== undefined) {
        add(`SELECT 'audit head' AS name, tag AS value FROM audit_entries ORDER BY number DESC LIMIT 1`)
      }
    } finally {
      database.close()
    }
  }
  return books
}

function openCopy(path: string): Database.Database {
  const database = new Database(path, { readonly: true, fileMustExist: true })
  const answer = String(database.pragma('integrity_check(1)', { simple: true }))
  if (answer === 'ok') return database
  database.close()
  throw new Finding(`${path} is damaged: back up again, or restore an earlier backup`)
}

function countTables(
  database: Database.Database,
  file: string,
  books: Record<string, string | number>,
): void {
  const names = database
    .prepare<[], { readonly name: string }>(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`,
    )
    .all()
  for (const { name } of names)
    books[`${file}/${name}`] = Number(database.prepare(`SELECT count(*) FROM "${name}"`).pluck().get())
}

function addRows(database: Database.Database, sql: string, books: Record<string, string | number>): void {
  const rows = database.prepare<[], { readonly name: string; readonly value: string | number }>(sql).all()
  for (const { name, value } of rows) books[name] = value
}

/** The keys open what the records hold, the books are right, and the audit log is whole. */
function proveHost(folder: string): void {
  const records = openHostRecords(folder)
  try {
    const findings = records.store.checkBooks()
    if (findings.length > 0)
      throw new Finding(`the restored books are wrong in ${findings.length} places: nothing was changed`)
  } finally {
    records.close()
  }
  if (!existsSync(join(folder, OFFICE_FILE))) return
  const office = openOffice({ directory: folder, security: securityOf(folder) })
  try {
    if (office.audit.verify().findings.length > 0)
      throw new Finding('the audit log in the backup was tampered with: nothing was changed')
  } finally {
    office.close()
  }
}

function leaveNumbersOut(folder: string): void {
  const database = new Database(join(folder, HOST_FILE), { fileMustExist: true })
  try {
    database.prepare('UPDATE numbers SET next = next + ?').run(NUMBERS_LEFT_OUT)
  } finally {
    database.close()
  }
}

function noteInAudit(folder: string, action: string, detail: Readonly<Record<string, unknown>>): void {
  if (!existsSync(join(folder, OFFICE_FILE))) return
  const office = openOffice({ directory: folder, security: securityOf(folder) })
  try {
    office.audit.append({ actor: 'system', action, subject: 'host', detail })
  } finally {
    office.close()
  }
}

function securityOf(directory: string): ReturnType<typeof openSecurityModule> {
  return openSecurityModule({ directory, hasWrappedKeys: true })
}
