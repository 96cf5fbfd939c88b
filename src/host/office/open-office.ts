import { join } from 'node:path'
import { AuditLog, type AuditTagger } from './audit-log.ts'
import { OfficeDatabase } from './office-database.ts'
import { PASSWORD_COST, type PasswordCost } from './password-hash.ts'
import { People, type Sealer } from './people.ts'
import { SessionStore } from './session-store.ts'
import { UserStore } from './user-store.ts'

export const OFFICE_FILE = 'office.db'

/** What everything in the back office stands on. */
export interface Office {
  readonly database: OfficeDatabase
  readonly audit: AuditLog
  readonly users: UserStore
  readonly sessions: SessionStore
  readonly people: People
  readonly nowMs: () => number
  close(): void
}

export interface OfficeOptions {
  /** Folder of the host's records; undefined for an office in memory. */
  readonly directory: string | undefined
  readonly security: Sealer & { auditTag: AuditTagger }
  readonly nowMs?: () => number
  /** Name of the file in the folder. */
  readonly file?: string
  /** Tests sign in a hundred times; everybody else leaves it. */
  readonly passwordCost?: PasswordCost
}

/** @throws {OfficeError} with one sentence that says what to do. */
export function openOffice({
  directory,
  security,
  nowMs = Date.now,
  file = OFFICE_FILE,
  passwordCost = PASSWORD_COST,
}: OfficeOptions): Office {
  const database = new OfficeDatabase(directory === undefined ? ':memory:' : join(directory, file))
  try {
    const audit = new AuditLog(database, (data) => security.auditTag(data), nowMs)
    const users = new UserStore(database)
    const sessions = new SessionStore(database, nowMs)
    const people = new People({
      office: database,
      users,
      sessions,
      audit,
      sealer: security,
      nowMs,
      passwordCost,
    })
    return { database, audit, users, sessions, people, nowMs, close: () => database.close() }
  } catch (error) {
    database.close()
    throw error
  }
}
