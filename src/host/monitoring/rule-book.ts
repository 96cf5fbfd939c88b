import type { AuditLog } from '../office/audit-log.ts'
import type { OfficeDatabase } from '../office/office-database.ts'
import {
  ALARM_KINDS,
  ALARM_RULES,
  type AlarmKind,
  type AlarmRule,
  EVERYTHING,
  ruleFault,
} from './alarm-rules.ts'
import { CareRefusal } from './care-refusal.ts'

interface RuleRow extends Omit<AlarmRule, 'enabled'> {
  readonly enabled: number
}

/** When what counts as wrong: one rule a kind for everything, and others for single terminals, merchants or the estate. */
export class RuleBook {
  readonly #office: OfficeDatabase
  readonly #audit: AuditLog

  /** The tables are those of the alarms. */
  constructor(office: OfficeDatabase, audit: AuditLog) {
    this.#office = office
    this.#audit = audit
  }

  /** The general rule of each kind, whether it was changed or not, then its special ones. */
  list(): readonly AlarmRule[] {
    const rows = this.#office.db
      .prepare<[], RuleRow>('SELECT * FROM monitoring_thresholds ORDER BY subject')
      .all()
      .map((row): AlarmRule => ({ ...row, enabled: row.enabled === 1 }))
    return ALARM_KINDS.flatMap((kind) => {
      const set = rows.filter((row) => row.kind === kind)
      const usual = { kind, subject: EVERYTHING, ...ALARM_RULES[kind].usual, version: 0 }
      return set[0]?.subject === EVERYTHING ? set : [usual, ...set]
    })
  }

  /** Which rule is in force for what; one reading for many questions. */
  finder(): (kind: AlarmKind, subject: string) => AlarmRule {
    const rules = new Map(this.list().map((rule) => [`${rule.kind} ${rule.subject}`, rule]))
    return (kind, subject) =>
      rules.get(`${kind} ${subject}`) ??
      rules.get(`${kind} ${EVERYTHING}`) ?? { kind, subject, ...ALARM_RULES[kind].usual, version: 0 }
  }

  /** Changes a rule, or adds one with version 0. @throws {CareRefusal} `changed`, `badInput`. */
  change(actor: string, rule: AlarmRule): AlarmRule {
    return this.#office.transaction(() => {
      const present = this.#find(rule)
      if ((present?.version ?? 0) !== rule.version) throw new CareRefusal('changed', undefined, present)
      const fault = ruleFault(rule)
      if (fault !== undefined) throw new CareRefusal('badInput', fault)
      const next = { ...rule, version: rule.version + 1 }
      this.#office.db
        .prepare(
          `INSERT INTO monitoring_thresholds
             VALUES (:kind, :subject, :enabled, :raiseAt, :clearAt, :countMin, :severity, :version)
           ON CONFLICT (kind, subject) DO UPDATE SET enabled = excluded.enabled, raiseAt = excluded.raiseAt,
             clearAt = excluded.clearAt, countMin = excluded.countMin, severity = excluded.severity,
             version = excluded.version`,
        )
        .run({ ...next, enabled: next.enabled ? 1 : 0 })
      this.#audit.append({
        actor,
        action: 'alarm.ruleChanged',
        subject: rule.subject === EVERYTHING ? rule.kind : `${rule.kind} ${rule.subject}`,
        detail: { ...next },
      })
      return next
    })
  }

  /** Takes a special rule away; a general one goes back to what is usual. @throws {CareRefusal} `notFound`, `changed`. */
  remove(actor: string, rule: Pick<AlarmRule, 'kind' | 'subject' | 'version'>): void {
    this.#office.transaction(() => {
      const { kind, subject, version } = rule
      const present = this.#find(rule)
      if (present === undefined) throw new CareRefusal('notFound', { zh: '告警规则', en: 'alarm rule' })
      if (present.version !== version) throw new CareRefusal('changed', undefined, present)
      this.#office.db
        .prepare('DELETE FROM monitoring_thresholds WHERE kind = ? AND subject = ?')
        .run(kind, subject)
      const named = subject === EVERYTHING ? kind : `${kind} ${subject}`
      this.#audit.append({ actor, action: 'alarm.ruleRemoved', subject: named, detail: { version } })
    })
  }

  /** As it was set; undefined when nobody did. */
  #find({ kind, subject }: Pick<AlarmRule, 'kind' | 'subject'>): AlarmRule | undefined {
    const row = this.#office.db
      .prepare<[string, string], RuleRow>(
        'SELECT * FROM monitoring_thresholds WHERE kind = ? AND subject = ?',
      )
      .get(kind, subject)
    return row === undefined ? undefined : { ...row, enabled: row.enabled === 1 }
  }
}
