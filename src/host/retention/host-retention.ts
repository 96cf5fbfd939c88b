import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { InvariantError } from '../../base/invariant.ts'
import type {
  RetainedRecords,
  RetentionArchive,
  RetentionAsk,
  RetentionSpace,
  RetentionStays,
} from '../core/retention-port.ts'
import { CareRefusal } from '../monitoring/care-refusal.ts'
import type { Office } from '../office/open-office.ts'
import {
  ArchiveError,
  type ArchiveRow,
  type ArchiveSealer,
  archiveHash,
  readArchive,
  writeArchive,
} from './archive-file.ts'
import { type OfficeAsk, OfficeRetention } from './office-retention.ts'
import { type RetentionPolicy, retentionFault, USUAL_DAYS } from './retention-policy.ts'

export interface HostRetentionOptions {
  /** Folder of the host's records; archives stand in `archives` in it. */
  readonly directory: string
  readonly records: RetainedRecords
  readonly sealer: ArchiveSealer
  readonly office: Pick<Office, 'database' | 'audit' | 'nowMs'>
  /** More transactions than this are not taken out at once: a host that answers would stand still meanwhile. */
  readonly transactionsMax?: number
}

/** What would go, or went: rows by table. */
export interface RetentionPlan {
  readonly counts: Readonly<Record<string, number>>
  readonly total: number
  /** Clearing days that go, oldest first. */
  readonly days: readonly string[]
  /** Terminals of which something stays, since a ticket about them is not over. */
  readonly stays: readonly RetentionStays[]
  readonly space: RetentionSpace | undefined
}

export interface ArchiveVerdict {
  readonly archive: RetentionArchive
  readonly isGood: boolean
  /** Why not; one sentence. */
  readonly fault: string | undefined
}

const DAY_MS = 86_400_000
const FOLDER = 'archives'
const STEPS = [
  `CREATE TABLE retention_policy (
     id INTEGER PRIMARY KEY CHECK (id = 1), days TEXT NOT NULL, version INTEGER NOT NULL) STRICT;`,
]

/**
 * Takes what is older than people want it out of a host: into a sealed archive first, and out of the books only when that
 * archive was read back whole. Never what is not cleared, what something refers to that stays, or what an open ticket is about.
 */
export class HostRetention {
  readonly #options: HostRetentionOptions
  readonly #office: OfficeRetention

  constructor(options: HostRetentionOptions) {
    const { database, audit } = options.office
    this.#options = options
    database.migrate('retention', STEPS)
    this.#office = new OfficeRetention(database, audit)
  }

  policy(): RetentionPolicy {
    const row = this.#options.office.database.db
      .prepare<[], { readonly days: string; readonly version: number }>(
        'SELECT days, version FROM retention_policy',
      )
      .get()
    if (row === undefined) return { days: USUAL_DAYS, version: 0 }
    const days = JSON.parse(row.days) as Partial<RetentionPolicy['days']>
    return { days: { ...USUAL_DAYS, ...days }, version: row.version }
  }

  /** @throws {CareRefusal} `changed`, `badInput`. */
  changePolicy(actor: string, { days, version }: RetentionPolicy): RetentionPolicy {
    const { database, audit } = this.#options.office
    return database.transaction(() => {
      const present = this.policy()
      if (present.version !== version) throw new CareRefusal('changed', undefined, present)
      const fault = retentionFault(days)
      if (fault !== undefined) throw new CareRefusal('badInput', fault)
      database.db
        .prepare(
          `INSERT INTO retention_policy VALUES (1, ?, ?)
           ON CONFLICT (id) DO UPDATE SET days = excluded.days, version = excluded.version`,
        )
        .run(JSON.stringify(days), version + 1)
      audit.append({ actor, action: 'retention.policyChanged', subject: '', detail: { days } })
      return { days, version: version + 1 }
    })
  }

  /** What a run would take out now. Changes nothing. */
  plan(): RetentionPlan {
    const { retention } = this.#options.records
    const { ask, office, signaturesBeforeMs } = this.#asks()
    const chosen = retention.choose(ask)
    const signatures = this.#signaturesThatGo(signaturesBeforeMs).length
    const counts = withoutZeros({ ...chosen, signature_images: signatures, ...this.#office.counts(office) })
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
    return { counts, total, days: retention.days(), stays: ask.stays, space: retention.space() }
  }

  /**
   * Does it. Undefined when there was nothing to do.
   *
   * @throws {CareRefusal} `badInput` when the books are wrong already: they are mended first. {ArchiveError} for the disk.
   */
  run(actor: string): RetentionArchive | undefined {
    const { directory, records, sealer, office } = this.#options
    this.#noteUnnoted()
    if (records.checkBooks().length > 0) throw new CareRefusal('badInput', BOOKS_WRONG)
    records.settle()
    const plan = this.plan()
    if (plan.total === 0) return undefined
    const { transactionsMax = Number.POSITIVE_INFINITY } = this.#options
    if ((plan.counts['transactions'] ?? 0) > transactionsMax) throw new CareRefusal('badInput', TOO_MANY)
    const { ask, office: officeAsk, signaturesBeforeMs } = this.#asks()
    const signatures = this.#signaturesThatGo(signaturesBeforeMs)
    const { retention } = records
    const id = (retention.archives().at(-1)?.id ?? 0) + 1
    const name = `archive-${String(id).padStart(6, '0')}.twa`
    mkdirSync(join(directory, FOLDER), { recursive: true, mode: 0o700 })
    const path = join(directory, FOLDER, name)
    if (existsSync(path) && retention.archives().some((each) => each.name === name))
      throw new InvariantError('an archive of this number is there already')
    const rows = (use: (table: string, row: ArchiveRow['row']) => void): void => {
      retention.forEach(use)
      for (const row of signatures) use('signature_images', { ...row, body: Buffer.from(row.body) })
      this.#office.forEach(officeAsk, use)
    }
    const { sha256, counts } = writeArchive(path, sealer, id, rows)
    proveArchive(path, sealer, id, counts)
    const archive = { id, name, sha256, ranAtMs: office.nowMs(), actor, beforeDay: ask.beforeDay, counts }
    if (!retention.remove(archive, records.leaseNumbers(1)))
      throw new CareRefusal('badInput', CHANGED_MEANWHILE)
    records.signatures.remove(signatures.map(({ transactionId }) => transactionId))
    this.#office.remove(officeAsk, () => this.#note(archive))
    return retention.archives().find((each) => each.id === id)
  }

  archives(): readonly RetentionArchive[] {
    return this.#options.records.retention.archives()
  }

  /** Whether each archive is what was written: hash, seal, order, rows. */
  verify(): readonly ArchiveVerdict[] {
    return this.archives().map((archive) => {
      const fault = this.#faultOf(archive)
      return { archive, isGood: fault === undefined, fault }
    })
  }

  /** Hands the rows of an archive to `use`. @throws {ArchiveError}, {CareRefusal} `notFound`. */
  look(id: number, use: (row: ArchiveRow) => void): void {
    const archive = this.archives().find((each) => each.id === id)
    if (archive === undefined) throw new CareRefusal('notFound', { zh: '归档', en: 'archive' })
    readArchive(this.#pathOf(archive), this.#options.sealer, id, use)
  }

  #faultOf(archive: RetentionArchive): string | undefined {
    const path = this.#pathOf(archive)
    try {
      if (archiveHash(path) !== archive.sha256) return `${path} is not the file that was written`
      proveArchive(path, this.#options.sealer, archive.id, archive.counts)
      return undefined
    } catch (error) {
      if (error instanceof ArchiveError) return error.message
      throw error
    }
  }

  #pathOf({ name }: RetentionArchive): string {
    return join(this.#options.directory, FOLDER, name)
  }

  /** A power cut between the records and the back office: what it was to write down is written down now. */
  #noteUnnoted(): void {
    const { audit, database } = this.#options.office
    const isNoted = (id: number): boolean =>
      audit.list({ action: 'retention.ran', subject: `archive ${id}`, limit: 1 }).length > 0
    const last = this.archives().at(-1)
    if (last !== undefined && !isNoted(last.id)) database.transaction(() => this.#note(last))
  }

  #note({ id, actor, name, sha256, counts }: Omit<RetentionArchive, 'carryId'>): void {
    const { audit } = this.#options.office
    audit.append({
      actor,
      action: 'retention.ran',
      subject: `archive ${id}`,
      detail: { name, sha256, counts },
    })
  }

  #signaturesThatGo(beforeMs: number | undefined) {
    if (beforeMs === undefined) return []
    const { signatures, transaction } = this.#options.records
    const stays = new Map(this.#office.stays().map(({ tid, fromDay }) => [tid, fromDay]))
    return [
      ...signatures.before(beforeMs, (id) => {
        const row = transaction(id)
        const from = row === undefined ? undefined : stays.get(row.tid)
        return row !== undefined && from !== undefined && dayOf(row.receivedAtMs) >= from
      }),
    ]
  }

  #asks(): {
    readonly ask: RetentionAsk
    readonly office: OfficeAsk
    readonly signaturesBeforeMs: number | undefined
  } {
    const { days } = this.policy()
    const nowMs = this.#options.office.nowMs()
    const before = (count: number): number | undefined => (count === 0 ? undefined : nowMs - count * DAY_MS)
    const recordsBefore = before(days.transactions)
    return {
      ask: {
        beforeDay: recordsBefore === undefined ? '' : dayOf(recordsBefore),
        explainsBeforeMs: before(days.explains) ?? 0,
        stays: this.#office.stays(),
      },
      office: { careBeforeMs: before(days.care), auditBeforeMs: before(days.audit) },
      signaturesBeforeMs: before(days.signatures),
    }
  }
}

const TOO_MANY = {
  zh: '数据过多，会让主机停顿，未作任何更改：请停机后运行 tillwire host retention run。',
  en: 'That is so much that the host would stand still, so nothing was changed: stop it and run `tillwire host retention run`.',
}
const CHANGED_MEANWHILE = {
  zh: '主机在此期间更改了待归档的数据，未作任何更改：请再运行一次。',
  en: 'Hosts have changed meanwhile what was to go, so nothing was changed: run it again.',
}
const BOOKS_WRONG = {
  zh: '账目不平，未作任何更改：请先运行 tillwire host status 并处理。',
  en: 'The books are wrong, so nothing was changed: run `tillwire host status` and mend them first.',
}

/** @throws {ArchiveError} when the file does not hold these rows. */
function proveArchive(
  path: string,
  sealer: ArchiveSealer,
  id: number,
  counts: Readonly<Record<string, number>>,
): void {
  const found: Record<string, number> = {}
  readArchive(path, sealer, id, ({ table }) => {
    found[table] = (found[table] ?? 0) + 1
  })
  for (const table of new Set([...Object.keys(found), ...Object.keys(counts)]))
    if (found[table] !== counts[table]) throw new ArchiveError(`${path} does not hold what was written to it`)
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

function withoutZeros(counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
}
