import type { AuditLog } from '../office/audit-log.ts'
import type { OfficeDatabase } from '../office/office-database.ts'
import { CareRefusal } from './care-refusal.ts'

export const TICKET_STATES = ['open', 'working', 'waiting', 'solved', 'closed'] as const
export type TicketState = (typeof TICKET_STATES)[number]
export const TICKET_SEVERITIES = ['low', 'normal', 'high', 'critical'] as const
export type TicketSeverity = (typeof TICKET_SEVERITIES)[number]
export const TICKET_SOURCES = ['hand', 'alarm', 'terminalMessage', 'offlineLoss'] as const
export type TicketSource = (typeof TICKET_SOURCES)[number]

export interface Ticket {
  readonly number: number
  readonly title: string
  readonly state: TicketState
  readonly severity: TicketSeverity
  readonly source: TicketSource
  /** Terminal number, or `estate`. */
  readonly subject: string
  /** Article of the knowledge base, or empty. */
  readonly knowledgeKey: string
  /** Number of the alarm that it came from. */
  readonly alarmNumber: number | null
  /** User name, or empty. */
  readonly assignee: string
  readonly openedBy: string
  readonly openedAtMs: number
  /** First note or step by somebody else than who opened it. */
  readonly answeredAtMs: number | null
  readonly solvedAtMs: number | null
  readonly version: number
}

export interface TicketNote {
  readonly atMs: number
  readonly actor: string
  readonly state: TicketState
  readonly note: string
}

export interface NewTicket {
  readonly title: string
  readonly severity: TicketSeverity
  readonly source: TicketSource
  readonly subject: string
  readonly knowledgeKey: string
  readonly alarmNumber?: number | undefined
  readonly note: string
}

export interface TicketChange {
  readonly state: TicketState
  readonly severity: TicketSeverity
  readonly assignee: string
  readonly note: string
  readonly version: number
}

const STEPS = [
  `CREATE TABLE tickets_tickets (
     number INTEGER PRIMARY KEY, title TEXT NOT NULL, state TEXT NOT NULL, severity TEXT NOT NULL, source TEXT NOT NULL,
     subject TEXT NOT NULL, knowledgeKey TEXT NOT NULL, alarmNumber INTEGER, assignee TEXT NOT NULL,
     openedBy TEXT NOT NULL, openedAtMs INTEGER NOT NULL, answeredAtMs INTEGER, solvedAtMs INTEGER,
     version INTEGER NOT NULL) STRICT;
   CREATE INDEX tickets_subject ON tickets_tickets (subject, number);
   CREATE UNIQUE INDEX tickets_alarm ON tickets_tickets (alarmNumber) WHERE alarmNumber IS NOT NULL;
   CREATE TABLE tickets_notes (
     ticket INTEGER NOT NULL REFERENCES tickets_tickets (number), position INTEGER NOT NULL, atMs INTEGER NOT NULL,
     actor TEXT NOT NULL, state TEXT NOT NULL, note TEXT NOT NULL, PRIMARY KEY (ticket, position)) STRICT, WITHOUT ROWID;`,
]

/** Which states may follow which. A solved one may come back; a closed one is over. */
const NEXT: { readonly [state in TicketState]: readonly TicketState[] } = {
  open: ['open', 'working', 'waiting', 'solved', 'closed'],
  working: ['working', 'waiting', 'solved'],
  waiting: ['waiting', 'working', 'solved'],
  solved: ['solved', 'working', 'closed'],
  closed: [],
}

export function ticketMayBecome(from: TicketState): readonly TicketState[] {
  return NEXT[from]
}

/** What somebody must look after: who, how urgent, what was said, how long it took. */
export class Tickets {
  readonly #office: OfficeDatabase
  readonly #audit: AuditLog
  readonly #nowMs: () => number

  constructor(office: OfficeDatabase, audit: AuditLog, nowMs: () => number) {
    this.#office = office
    this.#audit = audit
    this.#nowMs = nowMs
    office.migrate('tickets', STEPS)
  }

  /** A second one for the same alarm is the first. */
  open(actor: string, { note, alarmNumber, ...asked }: NewTicket): Ticket {
    return this.#office.transaction(() => {
      const before = alarmNumber === undefined ? undefined : this.#ofAlarm(alarmNumber)
      if (before !== undefined) return before
      const ticket = {
        ...asked,
        state: 'open' as const,
        alarmNumber: alarmNumber ?? null,
        assignee: '',
        openedBy: actor,
        openedAtMs: this.#nowMs(),
        answeredAtMs: null,
        solvedAtMs: null,
        version: 1,
      }
      const { lastInsertRowid } = this.#office.db
        .prepare(
          `INSERT INTO tickets_tickets VALUES (NULL, :title, :state, :severity, :source, :subject, :knowledgeKey,
             :alarmNumber, :assignee, :openedBy, :openedAtMs, :answeredAtMs, :solvedAtMs, :version)`,
        )
        .run(ticket)
      const number = Number(lastInsertRowid)
      this.#note(number, actor, 'open', note)
      const { title, severity, source } = ticket
      const detail = { number, title, severity, source }
      this.#audit.append({ actor, action: 'ticket.opened', subject: asked.subject, detail })
      return { number, ...ticket }
    })
  }

  /** @throws {CareRefusal} `notFound`, `changed`, `badInput` for a state that can't follow. */
  change(actor: string, number: number, change: TicketChange): Ticket {
    return this.#office.transaction(() => {
      const present = this.get(number)
      if (present.version !== change.version) throw new CareRefusal('changed', undefined, present)
      if (!NEXT[present.state].includes(change.state))
        throw new CareRefusal('badInput', {
          zh: `故障单处于“${present.state}”，不能变为“${change.state}”。`,
          en: `The ticket is ${present.state}: it can't become ${change.state}.`,
        })
      const next = this.#changed(actor, present, change)
      this.#office.db
        .prepare(
          `UPDATE tickets_tickets SET state = :state, severity = :severity, assignee = :assignee,
             answeredAtMs = :answeredAtMs, solvedAtMs = :solvedAtMs, version = :version WHERE number = :number`,
        )
        .run(next)
      this.#note(number, actor, next.state, change.note)
      const { state, severity, assignee } = next
      const detail = { number, state, severity, assignee }
      this.#audit.append({ actor, action: 'ticket.changed', subject: present.subject, detail })
      return next
    })
  }

  /** @throws {CareRefusal} `notFound`. */
  get(number: number): Ticket {
    const row = this.#office.db
      .prepare<[number], Ticket>('SELECT * FROM tickets_tickets WHERE number = ?')
      .get(number)
    if (row === undefined) throw new CareRefusal('notFound', { zh: '故障单', en: 'ticket' })
    return row
  }

  notes(number: number): readonly TicketNote[] {
    return this.#office.db
      .prepare<[number], TicketNote>(
        'SELECT atMs, actor, state, note FROM tickets_notes WHERE ticket = ? ORDER BY position',
      )
      .all(number)
  }

  /** Those that are not over first, the most urgent of them first. */
  list({
    state,
    subject,
    assignee,
    limit,
  }: {
    readonly state?: TicketState | 'unsolved' | undefined
    readonly subject?: string | undefined
    readonly assignee?: string | undefined
    readonly limit: number
  }): readonly Ticket[] {
    return this.#office.db
      .prepare<unknown[], Ticket>(
        `SELECT * FROM tickets_tickets
         WHERE (:state IS NULL OR state = :state OR (:state = 'unsolved' AND solvedAtMs IS NULL))
           AND (:subject IS NULL OR subject = :subject) AND (:assignee IS NULL OR assignee = :assignee)
         ORDER BY solvedAtMs IS NOT NULL,
           CASE severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'normal' THEN 2 ELSE 3 END, number DESC
         LIMIT :limit`,
      )
      .all({ state: state ?? null, subject: subject ?? null, assignee: assignee ?? null, limit })
  }

  unsolvedCount(): number {
    const count = this.#office.db
      .prepare('SELECT count(*) FROM tickets_tickets WHERE solvedAtMs IS NULL')
      .pluck()
    return Number(count.get())
  }

  #changed(actor: string, present: Ticket, { state, severity, assignee }: TicketChange): Ticket {
    const isSolved = state === 'solved' || state === 'closed'
    const isAnswer = present.answeredAtMs === null && actor !== present.openedBy
    return {
      ...present,
      state,
      severity,
      assignee,
      answeredAtMs:
        isAnswer || (isSolved && present.answeredAtMs === null) ? this.#nowMs() : present.answeredAtMs,
      solvedAtMs: isSolved ? (present.solvedAtMs ?? this.#nowMs()) : null,
      version: present.version + 1,
    }
  }

  #ofAlarm(alarmNumber: number): Ticket | undefined {
    return this.#office.db
      .prepare<[number], Ticket>('SELECT * FROM tickets_tickets WHERE alarmNumber = ?')
      .get(alarmNumber)
  }

  #note(ticket: number, actor: string, state: TicketState, note: string): void {
    if (note === '') return
    const { db } = this.#office
    const position = db.prepare('SELECT count(*) FROM tickets_notes WHERE ticket = ?').pluck().get(ticket)
    db.prepare('INSERT INTO tickets_notes VALUES (?, ?, ?, ?, ?, ?)').run(
      ticket,
      Number(position),
      this.#nowMs(),
      actor,
      state,
      note,
    )
  }
}
