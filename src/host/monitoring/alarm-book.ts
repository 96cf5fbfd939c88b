import type { AuditLog } from '../office/audit-log.ts'
import type { OfficeDatabase } from '../office/office-database.ts'
import { ALARM_RULES, type AlarmKind, type AlarmRule, judge } from './alarm-rules.ts'
import { CareRefusal } from './care-refusal.ts'
import { RuleBook } from './rule-book.ts'

export interface Alarm {
  readonly number: number
  readonly kind: AlarmKind
  /** Terminal number, merchant number, or `estate`. */
  readonly subject: string
  readonly severity: AlarmRule['severity']
  readonly raisedAtMs: number
  /** Value now, or when it cleared, and the worst that there was. */
  readonly value: number
  readonly worst: number
  readonly acknowledgedBy: string
  readonly acknowledgedAtMs: number | null
  readonly clearedAtMs: number | null
  readonly version: number
}

/** One thing that was looked at. `value` undefined: nothing can be said, so nothing changes. */
export interface Measurement {
  readonly kind: AlarmKind
  readonly subject: string
  readonly value: number | undefined
  /** What the value is made of. */
  readonly count: number
}

const STEPS = [
  `CREATE TABLE monitoring_rules (
     kind TEXT PRIMARY KEY, enabled INTEGER NOT NULL, raiseAt REAL NOT NULL, clearAt REAL NOT NULL,
     countMin INTEGER NOT NULL, severity TEXT NOT NULL, version INTEGER NOT NULL) STRICT;
   CREATE TABLE monitoring_alarms (
     number INTEGER PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, severity TEXT NOT NULL,
     raisedAtMs INTEGER NOT NULL, value REAL NOT NULL, worst REAL NOT NULL, acknowledgedBy TEXT NOT NULL,
     acknowledgedAtMs INTEGER, clearedAtMs INTEGER, version INTEGER NOT NULL) STRICT;
   CREATE UNIQUE INDEX monitoring_alarms_up ON monitoring_alarms (kind, subject) WHERE clearedAtMs IS NULL;
   CREATE INDEX monitoring_alarms_subject ON monitoring_alarms (subject, number);`,
  `CREATE TABLE monitoring_thresholds (
     kind TEXT NOT NULL, subject TEXT NOT NULL, enabled INTEGER NOT NULL, raiseAt REAL NOT NULL, clearAt REAL NOT NULL,
     countMin INTEGER NOT NULL, severity TEXT NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (kind, subject)) STRICT;
   INSERT INTO monitoring_thresholds
     SELECT kind, '', enabled, raiseAt, clearAt, countMin, severity, version FROM monitoring_rules;
   DROP TABLE monitoring_rules;`,
]

/** Rules that people set, and alarms: raised, acknowledged, cleared by themselves. One of a kind and subject is up at a time. */
export class AlarmBook {
  readonly rules: RuleBook
  readonly #office: OfficeDatabase
  readonly #audit: AuditLog
  readonly #nowMs: () => number
  readonly #up = new Map<string, Alarm>()

  constructor(office: OfficeDatabase, audit: AuditLog, nowMs: () => number) {
    this.#office = office
    this.#audit = audit
    this.#nowMs = nowMs
    office.migrate('monitoring', STEPS)
    this.rules = new RuleBook(office, audit)
    for (const alarm of this.list({ state: 'up', limit: 100_000 })) this.#up.set(keyOf(alarm), alarm)
  }

  /** Raises and clears what these say. Returns the alarms that changed their state. */
  take(measurements: readonly Measurement[]): readonly Alarm[] {
    const rules = this.rules.finder()
    const changed: Alarm[] = []
    this.#office.transaction(() => {
      for (const each of measurements) {
        const alarm = this.#takeOne(rules(each.kind, each.subject), each)
        if (alarm !== undefined) changed.push(alarm)
      }
    })
    return changed
  }

  list({
    state,
    subject,
    limit,
  }: {
    readonly state?: 'up' | 'all' | undefined
    readonly subject?: string | undefined
    readonly limit: number
  }): readonly Alarm[] {
    return this.#office.db
      .prepare<unknown[], Alarm>(
        `SELECT * FROM monitoring_alarms WHERE (:all = 1 OR clearedAtMs IS NULL)
           AND (:subject IS NULL OR subject = :subject)
         ORDER BY clearedAtMs IS NOT NULL, number DESC LIMIT :limit`,
      )
      .all({ all: state === 'all' ? 1 : 0, subject: subject ?? null, limit })
  }

  /** @throws {CareRefusal} `notFound`. */
  get(number: number): Alarm {
    const row = this.#office.db
      .prepare<[number], Alarm>('SELECT * FROM monitoring_alarms WHERE number = ?')
      .get(number)
    if (row === undefined) throw new CareRefusal('notFound', { zh: '告警', en: 'alarm' })
    return row
  }

  /** Somebody has seen it. @throws {CareRefusal} `notFound`, `changed`. */
  acknowledge(actor: string, number: number, version: number): Alarm {
    return this.#office.transaction(() => {
      const alarm = this.get(number)
      if (alarm.version !== version) throw new CareRefusal('changed', undefined, alarm)
      const next = {
        ...alarm,
        acknowledgedBy: actor,
        acknowledgedAtMs: this.#nowMs(),
        version: version + 1,
      }
      this.#put(next)
      this.#audit.append({ actor, action: 'alarm.acknowledged', subject: alarm.subject, detail: { number } })
      return next
    })
  }

  /** Clears those of a rule that is not there any more; the general rule may raise them again at the next look. */
  clearOf(kind: AlarmKind, subject: string): Alarm | undefined {
    const up = this.#up.get(keyOf({ kind, subject }))
    return up === undefined ? undefined : this.#office.transaction(() => this.#clear(up, up.value))
  }

  upCount(severity?: AlarmRule['severity']): number {
    let count = 0
    for (const alarm of this.#up.values()) if (severity === undefined || alarm.severity === severity) count++
    return count
  }

  #takeOne(rule: AlarmRule, { kind, subject, value, count }: Measurement): Alarm | undefined {
    const up = this.#up.get(keyOf({ kind, subject }))
    if (!rule.enabled) return up === undefined ? undefined : this.#clear(up, up.value)
    if (value === undefined) return undefined
    if (up === undefined) {
      return count >= rule.countMin && judge(rule, value, false)
        ? this.#raise(rule, subject, value)
        : undefined
    }
    if (!judge(rule, value, true)) return this.#clear(up, value)
    const worst = ALARM_RULES[kind].bad === 'above' ? Math.max(up.worst, value) : Math.min(up.worst, value)
    if (value !== up.value || worst !== up.worst) this.#put({ ...this.get(up.number), value, worst })
    return undefined
  }

  #raise({ kind, severity }: AlarmRule, subject: string, value: number): Alarm {
    const alarm = {
      kind,
      subject,
      severity,
      raisedAtMs: this.#nowMs(),
      value,
      worst: value,
      acknowledgedBy: '',
      acknowledgedAtMs: null,
      clearedAtMs: null,
      version: 1,
    }
    const { lastInsertRowid } = this.#office.db
      .prepare(
        `INSERT INTO monitoring_alarms VALUES (NULL, :kind, :subject, :severity, :raisedAtMs, :value, :worst,
           :acknowledgedBy, :acknowledgedAtMs, :clearedAtMs, :version)`,
      )
      .run(alarm)
    const raised = { number: Number(lastInsertRowid), ...alarm }
    this.#up.set(keyOf(raised), raised)
    return raised
  }

  #clear(up: Alarm, value: number): Alarm {
    const present = this.get(up.number)
    const cleared = { ...present, value, clearedAtMs: this.#nowMs(), version: present.version + 1 }
    this.#put(cleared)
    return cleared
  }

  #put(alarm: Alarm): void {
    this.#office.db
      .prepare(
        `UPDATE monitoring_alarms SET value = :value, worst = :worst, acknowledgedBy = :acknowledgedBy,
           acknowledgedAtMs = :acknowledgedAtMs, clearedAtMs = :clearedAtMs, version = :version WHERE number = :number`,
      )
      .run(alarm)
    if (alarm.clearedAtMs === null) this.#up.set(keyOf(alarm), alarm)
    else this.#up.delete(keyOf(alarm))
  }
}

function keyOf({ kind, subject }: Pick<Alarm, 'kind' | 'subject'>): string {
  return `${kind} ${subject}`
}
