import type { TerminalType } from '../../../hardware/profiles/terminal-type-shape.ts'
import type { PaperLevel } from '../../iso8583/subfields/status-items.ts'
import type { AuditLog } from '../office/audit-log.ts'
import type { OfficeDatabase } from '../office/office-database.ts'
import { CareRefusal } from './care-refusal.ts'

const TERMINAL_KINDS = ['softwareCheck', 'hardwareCheck', 'backup', 'cleaning', 'battery', 'paper'] as const
const HOST_KINDS = ['backup', 'restoreDrill', 'retention'] as const
export type TaskKind = (typeof TERMINAL_KINDS)[number] | (typeof HOST_KINDS)[number]

/** In the place of a terminal number: the host itself. */
export const HOST = 'host'

/** How often each is due, in days; 0: never. */
export interface MaintenancePolicy {
  readonly days: { readonly [kind in TaskKind]: number }
  readonly version: number
}

/** What a terminal said of itself, or its last word about it. Undefined: it did not say. */
export interface TerminalStatus {
  readonly tid: string
  readonly atMs: number
  /** Each device by name: whether it works. */
  readonly devices: Readonly<Record<string, boolean>>
  readonly softwareVersion?: string | undefined
  /** 0 to 100. */
  readonly batteryPercent?: number | undefined
  readonly isCharging?: boolean | undefined
  readonly paper?: PaperLevel | undefined
}

export interface Evidence {
  readonly kind: TaskKind
  readonly tid: string
  readonly atMs: number
  /** User name, or `device:TID`. */
  readonly actor: string
  readonly isGood: boolean
  readonly note: string
}

/** Nobody changes the battery or the paper of a terminal that has none. */
export function needlessTasks({ capabilities }: TerminalType): readonly TaskKind[] {
  return [
    ...(capabilities.battery ? [] : (['battery'] as const)),
    ...(capabilities.printer ? [] : (['paper'] as const)),
  ]
}

export interface DueTask {
  readonly tid: string
  readonly kind: TaskKind
  /** When it was last done; null: never. */
  readonly doneAtMs: number | null
  readonly dueAtMs: number
  readonly isOverdue: boolean
  /** The last one found something. */
  readonly wasBad: boolean
}

const DAY_MS = 86_400_000
const USUAL: MaintenancePolicy['days'] = {
  softwareCheck: 7,
  hardwareCheck: 30,
  backup: 7,
  cleaning: 30,
  battery: 90,
  paper: 14,
  restoreDrill: 90,
  retention: 30,
}
const STEPS = [
  `CREATE TABLE maintenance_policy (
     id INTEGER PRIMARY KEY CHECK (id = 1), days TEXT NOT NULL, version INTEGER NOT NULL) STRICT;
   CREATE TABLE maintenance_evidence (
     number INTEGER PRIMARY KEY, tid TEXT NOT NULL, kind TEXT NOT NULL, atMs INTEGER NOT NULL, actor TEXT NOT NULL,
     isGood INTEGER NOT NULL, note TEXT NOT NULL) STRICT;
   CREATE INDEX maintenance_evidence_last ON maintenance_evidence (tid, kind, atMs);
   CREATE TABLE maintenance_status (
     tid TEXT PRIMARY KEY, atMs INTEGER NOT NULL, content TEXT NOT NULL) STRICT, WITHOUT ROWID;`,
]

interface EvidenceRow extends Omit<Evidence, 'isGood'> {
  readonly isGood: number
}

/** What is due at each terminal, worked out of the policy and of what really happened. */
export class MaintenancePlan {
  readonly #office: OfficeDatabase
  readonly #audit: AuditLog
  readonly #nowMs: () => number

  constructor(office: OfficeDatabase, audit: AuditLog, nowMs: () => number) {
    this.#office = office
    this.#audit = audit
    this.#nowMs = nowMs
    office.migrate('maintenance', STEPS)
  }

  policy(): MaintenancePolicy {
    const row = this.#office.db
      .prepare<[], { readonly days: string; readonly version: number }>(
        'SELECT days, version FROM maintenance_policy',
      )
      .get()
    if (row === undefined) return { days: USUAL, version: 0 }
    return {
      days: { ...USUAL, ...(JSON.parse(row.days) as Partial<MaintenancePolicy['days']>) },
      version: row.version,
    }
  }

  /** @throws {CareRefusal} `changed`. */
  changePolicy(actor: string, { days, version }: MaintenancePolicy): MaintenancePolicy {
    return this.#office.transaction(() => {
      const present = this.policy()
      if (present.version !== version) throw new CareRefusal('changed', undefined, present)
      this.#office.db
        .prepare(
          `INSERT INTO maintenance_policy VALUES (1, ?, ?)
           ON CONFLICT (id) DO UPDATE SET days = excluded.days, version = excluded.version`,
        )
        .run(JSON.stringify(days), version + 1)
      this.#audit.append({ actor, action: 'maintenance.policyChanged', subject: '', detail: { days } })
      return { days, version: version + 1 }
    })
  }

  /** Somebody did it, or the terminal told of it. */
  note(evidence: Evidence): void {
    this.#office.transaction(() => {
      const { tid, kind, atMs, actor, isGood, note } = evidence
      this.#office.db
        .prepare('INSERT INTO maintenance_evidence VALUES (NULL, ?, ?, ?, ?, ?, ?)')
        .run(tid, kind, atMs, actor, isGood ? 1 : 0, note)
      const detail = { kind, isGood, note }
      this.#audit.append({ actor, action: 'maintenance.done', subject: tid, detail })
    })
  }

  /** A terminal tells of its last backup, or restore on trial, in each status: the first time it is evidence. */
  noteBackup(tid: string, kind: 'backup' | 'restoreDrill', atMs: number, digest: string): void {
    this.#office.transaction(() => {
      const isKnown = this.#office.db
        .prepare('SELECT 1 FROM maintenance_evidence WHERE tid = ? AND kind = ? AND atMs = ?')
        .get(tid, kind, atMs)
      if (isKnown !== undefined) return
      this.note({ tid, kind, atMs, actor: `device:${tid}`, isGood: true, note: `sha256 ${digest}…` })
    })
  }

  /** A status upload: evidence of both checks, and what monitoring shows of battery, paper and version. */
  takeStatus(status: TerminalStatus): void {
    this.#office.transaction(() => {
      const { tid, atMs, devices, softwareVersion, paper } = status
      const before = this.status(tid)?.paper
      this.#office.db
        .prepare(
          `INSERT INTO maintenance_status VALUES (?, ?, ?)
           ON CONFLICT (tid) DO UPDATE SET atMs = excluded.atMs, content = excluded.content`,
        )
        .run(tid, atMs, JSON.stringify(status))
      const bad = Object.entries(devices)
        .filter(([, works]) => !works)
        .map(([name]) => name)
      const common = { tid, atMs, actor: `device:${tid}` }
      this.note({ ...common, kind: 'hardwareCheck', isGood: bad.length === 0, note: bad.join(', ') })
      const isNewRoll = paper === 'ok' && (before === 'out' || before === 'nearEnd')
      if (isNewRoll) this.note({ ...common, kind: 'paper', isGood: true, note: `${before} → ok` })
      if (softwareVersion !== undefined)
        this.note({ ...common, kind: 'softwareCheck', isGood: true, note: softwareVersion })
    })
  }

  status(tid: string): TerminalStatus | undefined {
    const row = this.#office.db
      .prepare<[string], { readonly content: string }>('SELECT content FROM maintenance_status WHERE tid = ?')
      .get(tid)
    return row === undefined ? undefined : (JSON.parse(row.content) as TerminalStatus)
  }

  statuses(): readonly TerminalStatus[] {
    return this.#office.db
      .prepare<[], { readonly content: string }>('SELECT content FROM maintenance_status ORDER BY tid')
      .all()
      .map(({ content }) => JSON.parse(content) as TerminalStatus)
  }

  /** Newest first. */
  evidence(tid: string, limit: number): readonly Evidence[] {
    return this.#office.db
      .prepare<[string, number], EvidenceRow>(
        `SELECT tid, kind, atMs, actor, isGood, note FROM maintenance_evidence WHERE tid = ?
         ORDER BY number DESC LIMIT ?`,
      )
      .all(tid, limit)
      .map((row) => ({ ...row, isGood: row.isGood === 1 }))
  }

  /** Tasks of these terminals but `needless` ones, the longest overdue first. What was never done is due `sinceMs` plus its interval. */
  due(
    terminals: readonly {
      readonly tid: string
      readonly sinceMs: number
      readonly needless?: readonly TaskKind[]
    }[],
  ): readonly DueTask[] {
    const { days } = this.policy()
    const last = this.#lastEvidence()
    const nowMs = this.#nowMs()
    const tasks = terminals.flatMap(({ tid, sinceMs, needless = [] }) =>
      kindsOf(tid).map((kind): DueTask | undefined => {
        if (days[kind] === 0 || needless.includes(kind)) return undefined
        const done = last.get(`${tid} ${kind}`)
        const wasBad = done?.isGood === 0
        // What found something is due again at once: somebody must mend it.
        const dueAtMs = wasBad ? done.atMs : (done?.atMs ?? sinceMs) + days[kind] * DAY_MS
        return { tid, kind, doneAtMs: done?.atMs ?? null, dueAtMs, isOverdue: dueAtMs <= nowMs, wasBad }
      }),
    )
    return tasks.filter((task) => task !== undefined).sort((left, right) => left.dueAtMs - right.dueAtMs)
  }

  /** From when on the host's own tasks count: the first that anybody did in the back office. */
  hostSinceMs(): number {
    const first = this.#office.db.prepare('SELECT min(atMs) FROM audit_entries').pluck().get()
    return typeof first === 'number' ? first : this.#nowMs()
  }

  #lastEvidence(): ReadonlyMap<string, EvidenceRow> {
    const rows = this.#office.db
      .prepare<[], EvidenceRow>(
        `SELECT tid, kind, max(atMs) AS atMs, actor, isGood, note FROM maintenance_evidence GROUP BY tid, kind`,
      )
      .all()
    return new Map(rows.map((row) => [`${row.tid} ${row.kind}`, row]))
  }
}

function kindsOf(tid: string): readonly TaskKind[] {
  return tid === HOST ? HOST_KINDS : TERMINAL_KINDS
}
