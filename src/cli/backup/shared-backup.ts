import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { LOCAL_MASTER_KEY_FILE } from '../../host/security-module/local-master-key.ts'
import { DEFAULT_PORTS } from '../../host/service/open-ports.ts'
import { openSharedConsole, type SharedConsole } from '../../host/service/open-shared-console.ts'
import { openSharedRecords } from '../../host/service/open-shared-host.ts'
import { readSharedOffice } from '../../host/service/read-shared-office.ts'
import {
  COPY_FOLDER,
  copyDatabase,
  databaseBooks,
  emptyDatabase,
  loadDatabase,
  makeUsable,
  withTrialSchema,
} from '../../host/store/postgres-copy.ts'
import { readPostgresAddress } from '../../host/store/postgres-place.ts'
import { Finding, UsageFailure } from '../failure.ts'
import { releaseVersion } from '../release.ts'
import { notePlan } from './backup-evidence.ts'
import { type Books, type Manifest, readBackup, writeBackup } from './backup-file.ts'
import {
  checkEmpty,
  plainFiles,
  removeLeftOvers,
  takePlace,
  unpackingFolder,
  withFolder,
} from './backup-folder.ts'
import { compare, type Restored } from './host-backup.ts'

/** Where hosts that share a database have their records, and this computer's copy of their keys. */
export interface SharedPlace {
  readonly folder: string
  readonly address: string
}

export interface SharedBackup {
  readonly manifest: Manifest
  /** Who has the back office: the maintenance plan could not be written to. */
  readonly holder: string | undefined
}

/** Reference numbers that restored hosts leave out: those that were given after the backup are on slips already. */
const NUMBERS_LEFT_OUT = 1_000_000

/** Keeps records, back office and keys of hosts that share a database in one sealed file, as they are at one moment, while all run. */
export async function backUpShared(
  { folder, address }: SharedPlace,
  to: string,
  passphrase: string,
): Promise<SharedBackup> {
  const place = readPostgresAddress(address)
  if (!existsSync(join(folder, LOCAL_MASTER_KEY_FILE)))
    throw new UsageFailure(
      `there is no local master key in ${folder}: give the --data of a host that uses it`,
    )
  // A backup with another key than that of the records would be of no use.
  await (await openSharedRecords(folder, place)).close()
  removeLeftOvers(folder)
  const copies = join(folder, `.backup-${process.pid}`)
  const manifest = await withFolder(copies, async () => {
    mkdirSync(copies, { mode: 0o700 })
    const books = await copyDatabase(place, copies)
    const content = { kind: 'host', release: releaseVersion(), madeAtMs: Date.now(), books } as const
    return writeBackup(to, passphrase, content, [...plainFiles(folder), ...plainFiles(copies)])
  })
  const holder = await inOffice({ folder, address }, ({ office }) => {
    const detail = { files: manifest.files.length, transactions: manifest.books['transactions'] }
    office.audit.append({ actor: 'system', action: 'backup.made', subject: 'host', detail })
    notePlan(office, 'backup', to, manifest)
  })
  return { manifest, holder }
}

/**
 * Puts a backup into a database without tables, proves it by the books, and puts its keys in the place of the folder.
 *
 * @throws {UsageFailure | Finding | StoreError} and the folder was not changed; the database has no tables.
 */
export async function restoreShared(
  from: string,
  { folder, address }: SharedPlace,
  passphrase: string,
  replace: boolean,
): Promise<Restored> {
  checkEmpty(folder, replace)
  const place = readPostgresAddress(address)
  const unpacked = unpackingFolder(folder)
  return withFolder(unpacked, async () => {
    const manifest = readSharedBackup(from, passphrase, unpacked)
    await loadDatabase(place, unpacked, Number(manifest.books['schema']))
    try {
      await prove(manifest.books, { folder: unpacked, address })
      await makeUsable(place, NUMBERS_LEFT_OUT)
      if (hasOffice(manifest))
        await inOffice({ folder: unpacked, address }, ({ office }) => {
          const detail = { madeAtMs: manifest.madeAtMs, release: manifest.release }
          office.audit.append({ actor: 'system', action: 'backup.restored', subject: 'host', detail })
        })
    } catch (error) {
      await emptyDatabase(place)
      throw error
    }
    rmSync(join(unpacked, COPY_FOLDER), { recursive: true })
    return { manifest, aside: takePlace(unpacked, folder, replace) }
  })
}

/**
 * Restores on trial, into a schema of its own beside the records, which may be in use: proves everything that a restore proves, and
 * leaves nothing behind but the evidence in the maintenance plan.
 *
 * @throws {UsageFailure | Finding | StoreError} when the backup could not have been restored; that is evidence too.
 */
export async function drillShared(
  from: string,
  { folder, address }: SharedPlace,
  passphrase: string,
): Promise<SharedBackup> {
  const unpacked = unpackingFolder(folder)
  const note = (what: Manifest | string): Promise<string | undefined> =>
    inOffice({ folder, address }, ({ office }) => notePlan(office, 'restoreDrill', from, what))
  try {
    const manifest = await withFolder(unpacked, async () => {
      const read = readSharedBackup(from, passphrase, unpacked)
      await withTrialSchema(readPostgresAddress(address), address, async (trial) => {
        await loadDatabase(readPostgresAddress(trial), unpacked, Number(read.books['schema']))
        await prove(read.books, { folder: unpacked, address: trial })
      })
      return read
    })
    return { manifest, holder: await note(manifest) }
  } catch (error) {
    if (error instanceof Finding || error instanceof UsageFailure) await note(error.message)
    throw error
  }
}

function readSharedBackup(from: string, passphrase: string, unpacked: string): Manifest {
  const manifest = readBackup(from, passphrase, 'host', unpacked)
  if (existsSync(join(unpacked, COPY_FOLDER))) return manifest
  throw new UsageFailure(
    `${from} is the backup of a host on its own file: leave --store and TILLWIRE_STORE away, nothing was changed`,
  )
}

/** The keys open what the records hold, the books are those that were kept, and right, and the audit log is whole. */
async function prove(before: Books, { folder, address }: SharedPlace): Promise<void> {
  const place = readPostgresAddress(address)
  const after = await databaseBooks(place)
  // A later schema may have more tables; it says so itself.
  const { schema: _, ...kept } = before
  compare(kept, Object.fromEntries(Object.entries(after).filter(([name]) => kept[name] !== undefined)))
  const { store, close } = await openSharedRecords(folder, place)
  try {
    const findings = await store.checkBooks()
    if (findings.length > 0)
      throw new Finding(`the restored books are wrong in ${findings.length} places: nothing was changed`)
  } finally {
    await close()
  }
  if (Number(before['shared/officepages'] ?? 0) === 0) return
  await readSharedOffice(folder, address, ({ office }) => {
    if (office.audit.verify().findings.length > 0)
      throw new Finding('the audit log in the backup was tampered with: nothing was changed')
  })
}

function hasOffice({ books }: Manifest): boolean {
  return Number(books['shared/officepages'] ?? 0) > 0
}

/** Writes into the back office, unless a console has it: then who. */
async function inOffice(
  { folder, address }: SharedPlace,
  write: (shared: SharedConsole) => void,
): Promise<string | undefined> {
  let holder = ''
  const waiting = (name: string): void => {
    holder = name
  }
  const shared = await openSharedConsole({
    ...{ dataDirectory: folder, address, ports: DEFAULT_PORTS, onLost: () => {} },
    taking: { unlessAlive: true, waiting },
  })
  if (shared === undefined) return holder
  try {
    write(shared)
    shared.keeper.keep()
  } finally {
    await shared.close()
  }
  return undefined
}
