import type { RetentionStays } from '../core/retention-port.ts'
import type { AuditLog } from '../office/audit-log.ts'
import type { OfficeDatabase } from '../office/office-database.ts'

/** What is old in the back office: rows of its tables. Days as moments; undefined keeps. */
export interface OfficeAsk {
  readonly careBeforeMs: number | undefined
  readonly auditBeforeMs: number | undefined
}

const DAY_MS = 86_400_000
/** A ticket is about what happened at most so long before somebody opened it. */
const TICKET_LOOKS_BACK_DAYS = 180

/** Each table with which of its rows are over and older than `:before`. A ticket takes its notes with it. */
const OVER: Readonly<Record<string, string>> = {
  monitoring_alarms: `clearedAtMs < :before
    AND number NOT IN (SELECT alarmNumber FROM tickets_tickets WHERE alarmNumber IS NOT NULL AND state <> 'closed')`,
  tickets_notes: `ticket IN (SELECT number FROM tickets_tickets WHERE state = 'closed' AND solvedAtMs < :before)`,
  tickets_tickets: `state = 'closed' AND solvedAtMs < :before`,
  maintenance_evidence: `atMs < :before AND number NOT IN (
    SELECT e.number FROM maintenance_evidence e JOIN (SELECT tid, kind, max(atMs) AS atMs
      FROM maintenance_evidence GROUP BY tid, kind) l ON l.tid = e.tid AND l.kind = e.kind AND l.atMs = e.atMs)`,
}

/** What of the back office goes, and what of the records must stay for its sake. */
export class OfficeRetention {
  readonly #office: OfficeDatabase
  readonly #audit: AuditLog

  constructor(office: OfficeDatabase, audit: AuditLog) {
    this.#office = office
    this.#audit = audit
  }

  /** Terminals with a ticket that is not over: what it may be about stays. */
  stays(): readonly RetentionStays[] {
    if (!this.#has('tickets_tickets')) return []
    return this.#office.db
      .prepare<[], { readonly tid: string; readonly openedAtMs: number }>(
        `SELECT subject AS tid, min(openedAtMs) AS openedAtMs FROM tickets_tickets
         WHERE state <> 'closed' GROUP BY subject`,
      )
      .all()
      .map(({ tid, openedAtMs }) => ({
        tid,
        fromDay: new Date(openedAtMs - TICKET_LOOKS_BACK_DAYS * DAY_MS).toISOString().slice(0, 10),
      }))
  }

  /** Rows that would go, by table. */
  counts(ask: OfficeAsk): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {}
    this.forEach(ask, (table) => {
      counts[table] = (counts[table] ?? 0) + 1
    })
    return counts
  }

  forEach(
    { careBeforeMs, auditBeforeMs }: OfficeAsk,
    use: (table: string, row: Readonly<Record<string, unknown>>) => void,
  ): void {
    if (careBeforeMs !== undefined)
      for (const [table, over] of this.#present())
        for (const row of this.#office.db
          .prepare<unknown[], Readonly<Record<string, unknown>>>(`SELECT * FROM ${table} WHERE ${over}`)
          .iterate({ before: careBeforeMs }))
          use(table, row)
    if (auditBeforeMs !== undefined)
      for (const entry of this.#audit.before(auditBeforeMs)) use('audit_entries', { ...entry })
  }

  /** In one transaction, with what `note` writes beside it. */
  remove({ careBeforeMs, auditBeforeMs }: OfficeAsk, note: () => void): void {
    this.#office.transaction(() => {
      if (careBeforeMs !== undefined)
        for (const [table, over] of this.#present())
          this.#office.db.prepare(`DELETE FROM ${table} WHERE ${over}`).run({ before: careBeforeMs })
      if (auditBeforeMs !== undefined) this.#audit.removeBefore(auditBeforeMs)
      note()
    })
  }

  #present(): readonly (readonly [string, string])[] {
    return Object.entries(OVER).filter(([table]) => this.#has(table) && this.#has('tickets_tickets'))
  }

  #has(table: string): boolean {
    return this.#office.db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(table) !== undefined
  }
}
