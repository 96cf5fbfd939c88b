import { toHex } from '../../base/bytes.ts'
import type { OfficeDatabase } from './office-database.ts'

/** Who did what to what. Holds no card number, password or key. */
export interface AuditDeed {
  /** Name of the user, `device:SERIAL`, or `system`. */
  readonly actor: string
  /** Verb with its module: `user.created`, `terminal.blocked`. */
  readonly action: string
  /** What it was done to, or empty. */
  readonly subject: string
  /** What a later reader needs; JSON-safe. */
  readonly detail?: Readonly<Record<string, unknown>>
}

export interface AuditEntry extends Required<AuditDeed> {
  /** From 1, without a gap. */
  readonly number: number
  readonly atMs: number
  /** 64 hexadecimal digits over this entry and the tag before it. */
  readonly tag: string
}

/** What was found wrong: the first entry that does not follow from the one before it. */
export interface AuditFinding {
  readonly number: number
  readonly kind: 'gap' | 'altered' | 'cutOff'
}

export interface AuditVerdict {
  readonly count: number
  /** Tag of the last entry: note it elsewhere, and a log that was cut off shows. */
  readonly head: string
  readonly findings: readonly AuditFinding[]
}

export interface AuditFilter {
  readonly actor?: string | undefined
  /** Beginning of the action. */
  readonly action?: string | undefined
  readonly subject?: string | undefined
  /** Entries before this number. */
  readonly before?: number | undefined
  readonly limit: number
}

interface Stored {
  readonly number: number
  readonly atMs: number
  readonly actor: string
  readonly action: string
  readonly subject: string
  readonly detail: string
  readonly tag: string
}

/** SHA-256 HMAC of the security module, 32 bytes. */
export type AuditTagger = (data: Uint8Array) => Uint8Array

const FIRST_TAG = '0'.repeat(64)
const STEPS = [
  `CREATE TABLE audit_entries (
     number INTEGER PRIMARY KEY, atMs INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
     subject TEXT NOT NULL, detail TEXT NOT NULL, tag TEXT NOT NULL) STRICT;
   CREATE TABLE audit_head (id INTEGER PRIMARY KEY CHECK (id = 1), number INTEGER NOT NULL, tag TEXT NOT NULL) STRICT;
   CREATE INDEX audit_subject ON audit_entries (subject, number);
   CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit_entries BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
   CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit_entries BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;`,
  `CREATE TABLE audit_anchor (
     id INTEGER PRIMARY KEY CHECK (id = 1), number INTEGER NOT NULL, tag TEXT NOT NULL, seal TEXT NOT NULL) STRICT;
   DROP TRIGGER audit_no_delete;
   CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit_entries
     WHEN OLD.number > coalesce((SELECT number FROM audit_anchor), 0)
     BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;`,
]

/**
 * What people and devices did, in the order in which they did it. Each entry's tag covers the tag before it and is made
 * by the security module: an entry that is changed, taken out or put in breaks the chain, and a chain that is cut off
 * no longer ends where its head says.
 */
export class AuditLog {
  readonly #office: OfficeDatabase
  readonly #tagOf: AuditTagger
  readonly #nowMs: () => number

  constructor(office: OfficeDatabase, tagOf: AuditTagger, nowMs: () => number) {
    this.#office = office
    this.#tagOf = tagOf
    this.#nowMs = nowMs
    office.migrate('audit', STEPS)
  }

  /** Call it in the transaction of the deed: both are durable, or neither. */
  append(deed: AuditDeed): void {
    this.#office.transaction(() => {
      const { db } = this.#office
      const head = this.#head()
      const entry = {
        number: head.number + 1,
        atMs: this.#nowMs(),
        actor: deed.actor,
        action: deed.action,
        subject: deed.subject,
        detail: JSON.stringify(deed.detail ?? {}),
      }
      const tag = this.#tag(head.tag, entry)
      db.prepare(
        'INSERT INTO audit_entries VALUES (:number, :atMs, :actor, :action, :subject, :detail, :tag)',
      ).run({ ...entry, tag })
      db.prepare(
        'INSERT INTO audit_head VALUES (1, ?, ?) ON CONFLICT (id) DO UPDATE SET number = excluded.number, tag = excluded.tag',
      ).run(entry.number, this.#sealOf('head', entry.number, tag))
    })
  }

  /** Newest first. */
  list({ actor, action, subject, before, limit }: AuditFilter): readonly AuditEntry[] {
    const rows = this.#office.db
      .prepare<unknown[], Stored>(
        `SELECT * FROM audit_entries WHERE (:before IS NULL OR number < :before)
           AND (:actor IS NULL OR actor = :actor) AND (:subject IS NULL OR subject = :subject)
           AND (:action IS NULL OR substr(action, 1, length(:action)) = :action)
         ORDER BY number DESC LIMIT :limit`,
      )
      .all({
        actor: actor ?? null,
        action: action ?? null,
        subject: subject ?? null,
        before: before ?? null,
        limit,
      })
    return rows.map(readEntry)
  }

  /** The oldest entries, all from before that moment; oldest first. The last one of all is never among them. */
  before(atMs: number): IterableIterator<AuditEntry> {
    const rows = this.#office.db
      .prepare<unknown[], Stored>(
        `SELECT * FROM audit_entries WHERE number < coalesce(
           (SELECT min(number) FROM audit_entries WHERE atMs >= :atMs), (SELECT max(number) FROM audit_entries))
         ORDER BY number`,
      )
      .iterate({ atMs })
    return mapped(rows, readEntry)
  }

  /** Takes them out. The chain begins behind them from then on, at an anchor that the security module sealed. */
  removeBefore(atMs: number): void {
    this.#office.transaction(() => {
      let last: AuditEntry | undefined
      for (const entry of this.before(atMs)) last = entry
      if (last === undefined) return
      const { db } = this.#office
      const { number, tag } = last
      db.prepare(
        `INSERT INTO audit_anchor VALUES (1, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET number = excluded.number, tag = excluded.tag, seal = excluded.seal`,
      ).run(number, tag, this.#sealOf('anchor', number, tag))
      db.prepare('DELETE FROM audit_entries WHERE number <= ?').run(number)
    })
  }

  /** Walks the whole chain. `expectedHead`: the tag that somebody noted, which must still stand in it. */
  verify(expectedHead?: string): AuditVerdict {
    const findings: AuditFinding[] = []
    const anchor = this.#anchor()
    let last = { number: anchor.number, tag: anchor.tag }
    if (!anchor.isGood) findings.push({ number: anchor.number, kind: 'altered' })
    let wasSeen = expectedHead === undefined || expectedHead === FIRST_TAG || expectedHead === anchor.tag
    const rows = this.#office.db.prepare<[], Stored>('SELECT * FROM audit_entries ORDER BY number').iterate()
    for (const row of rows) {
      if (row.number !== last.number + 1) findings.push({ number: last.number + 1, kind: 'gap' })
      else if (this.#tag(last.tag, row) !== row.tag) findings.push({ number: row.number, kind: 'altered' })
      wasSeen ||= row.tag === expectedHead
      last = { number: row.number, tag: row.tag }
    }
    const head = this.#office.db
      .prepare<[], { readonly number: number; readonly tag: string }>('SELECT number, tag FROM audit_head')
      .get()
    const isWhole =
      head === undefined
        ? last.number === 0
        : head.number === last.number && head.tag === this.#sealOf('head', last.number, last.tag)
    if ((!isWhole && findings.length === 0) || !wasSeen)
      findings.push({ number: last.number + 1, kind: 'cutOff' })
    return { count: last.number, head: last.tag, findings }
  }

  #head(): { readonly number: number; readonly tag: string } {
    return (
      this.#office.db
        .prepare<[], { readonly number: number; readonly tag: string }>(
          'SELECT number, tag FROM audit_entries ORDER BY number DESC LIMIT 1',
        )
        .get() ?? this.#anchor()
    )
  }

  /** Where the chain begins: before its first entry, or behind those that went into an archive. */
  #anchor(): { readonly number: number; readonly tag: string; readonly isGood: boolean } {
    const row = this.#office.db
      .prepare<[], { readonly number: number; readonly tag: string; readonly seal: string }>(
        'SELECT number, tag, seal FROM audit_anchor',
      )
      .get()
    if (row === undefined) return { number: 0, tag: FIRST_TAG, isGood: true }
    return { ...row, isGood: row.seal === this.#sealOf('anchor', row.number, row.tag) }
  }

  #tag(before: string, { number, atMs, actor, action, subject, detail }: Omit<Stored, 'tag'>): string {
    const text = JSON.stringify([before, number, atMs, actor, action, subject, detail])
    return toHex(this.#tagOf(new TextEncoder().encode(text))).toLowerCase()
  }

  #sealOf(what: 'head' | 'anchor', number: number, tag: string): string {
    return toHex(this.#tagOf(new TextEncoder().encode(JSON.stringify([what, number, tag])))).toLowerCase()
  }
}

function* mapped<T, U>(rows: IterableIterator<T>, map: (row: T) => U): IterableIterator<U> {
  for (const row of rows) yield map(row)
}

function readEntry({ detail, ...row }: Stored): AuditEntry {
  return { ...row, detail: JSON.parse(detail) as Readonly<Record<string, unknown>> }
}
