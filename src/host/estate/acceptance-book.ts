import { createHash } from 'node:crypto'
import type { AuditLog } from '../office/audit-log.ts'
import type { OfficeDatabase } from '../office/office-database.ts'
import type { AcceptanceReports, ReportSubject } from './acceptance-report.ts'
import type { KeptEvidence } from './commissioning-steps.ts'
import { EstateRefusal } from './estate-refusal.ts'

/** A report that was signed: who, when, of what. */
export interface AcceptanceEntry {
  readonly number: number
  readonly tid: string
  readonly serial: string
  /** Of the terminal, as its evidence says. */
  readonly software: string
  readonly signedBy: string
  readonly signedAtMs: number
  /** SHA-256 of the file, hexadecimal. */
  readonly hash: string
  /** SHA-256 of the host's public key, hexadecimal: for `--signer`. */
  readonly signer: string
}

export interface AcceptanceParts {
  readonly office: OfficeDatabase
  readonly audit: AuditLog
  readonly reports: Pick<AcceptanceReports, 'make' | 'signer'>
  readonly nowMs: () => number
}

const STEPS = [
  `CREATE TABLE acceptance_reports (
     number INTEGER PRIMARY KEY AUTOINCREMENT, tid TEXT NOT NULL, serial TEXT NOT NULL, software TEXT NOT NULL,
     evidenceHash TEXT NOT NULL, signedBy TEXT NOT NULL, signedAtMs INTEGER NOT NULL, hash TEXT NOT NULL,
     signer TEXT NOT NULL, html TEXT NOT NULL) STRICT;
   CREATE INDEX acceptance_reports_tid ON acceptance_reports (tid, number)`,
]
const COLUMNS = 'number, tid, serial, software, signedBy, signedAtMs, hash, signer'

/** The acceptance reports that people signed, kept as they were given out: opening one again gives the same bytes. */
export class AcceptanceBook {
  readonly #parts: AcceptanceParts

  constructor(parts: AcceptanceParts) {
    this.#parts = parts
    parts.office.migrate('acceptance', STEPS)
  }

  /** Makes and keeps a report. Whether the evidence is whole is for the caller to see. */
  sign(actor: string, subject: Omit<ReportSubject, 'number' | 'signedBy'>): AcceptanceEntry {
    const { office, audit, reports, nowMs } = this.#parts
    const { tid, serial, evidence } = subject
    return office.transaction(() => {
      const last = office.db
        .prepare<[], number | null>('SELECT max(number) FROM acceptance_reports')
        .pluck()
        .get()
      const number = (last ?? 0) + 1
      const html = reports.make({ ...subject, number, signedBy: actor })
      const hash = createHash('sha256').update(html).digest('hex')
      const software = evidence[0]?.softwareVersion ?? ''
      const entry = { number, tid, serial, software, signedBy: actor, signedAtMs: nowMs(), hash }
      const signer = reports.signer()
      office.db
        .prepare(
          `INSERT INTO acceptance_reports (${COLUMNS}, evidenceHash, html) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(...Object.values(entry), signer, evidenceHash(evidence), html)
      audit.append({ actor, action: 'commissioning.report', subject: tid, detail: { number, hash } })
      return { ...entry, signer }
    })
  }

  /** Newest first. */
  list(tid: string): readonly AcceptanceEntry[] {
    return this.#parts.office.db
      .prepare<[string], AcceptanceEntry>(
        `SELECT ${COLUMNS} FROM acceptance_reports WHERE tid = ? ORDER BY number DESC LIMIT 50`,
      )
      .all(tid)
  }

  /** The file, byte for byte as it was signed. @throws {EstateRefusal} */
  open(tid: string, number: number): string {
    const html = this.#parts.office.db
      .prepare<[string, number], string>('SELECT html FROM acceptance_reports WHERE tid = ? AND number = ?')
      .pluck()
      .get(tid, number)
    if (html !== undefined) return html
    throw new EstateRefusal('notFound', {
      zh: `终端 ${tid} 没有编号为 ${number} 的验收报告。`,
      en: `Terminal ${tid} has no acceptance report ${number}.`,
    })
  }

  /** Whether somebody signed a report of exactly this evidence. */
  isSigned(tid: string, evidence: readonly KeptEvidence[]): boolean {
    const found = this.#parts.office.db
      .prepare('SELECT 1 FROM acceptance_reports WHERE tid = ? AND evidenceHash = ?')
      .get(tid, evidenceHash(evidence))
    return found !== undefined
  }
}

function evidenceHash(evidence: readonly KeptEvidence[]): string {
  const told = evidence.map(({ step, serial, verdict, softwareVersion, rawHash, endedAtMs }) => [
    step,
    serial,
    verdict,
    softwareVersion,
    rawHash,
    endedAtMs,
  ])
  return createHash('sha256').update(JSON.stringify(told)).digest('hex')
}
