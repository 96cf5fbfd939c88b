import { createHash, randomBytes } from 'node:crypto'
import type { OfficeDatabase } from './office-database.ts'

export interface Session {
  readonly userName: string
  /** Stands in the page, not in the cookie: a request from elsewhere does not know it. */
  readonly csrfToken: string
  readonly createdAtMs: number
  readonly seenAtMs: number
  /** When the second factor was given last. */
  readonly factorAtMs: number | undefined
}

interface Stored extends Omit<Session, 'factorAtMs'> {
  readonly factorAtMs: number | null
}

const IDLE_MS = 30 * 60_000
const AGE_MAX_MS = 12 * 3_600_000
const TOKEN_SIZE = 32
/** The last use is written down this often, not with each request. */
const SEEN_STEP_MS = 30_000

const STEPS = [
  `CREATE TABLE sessions (
     tokenHash BLOB PRIMARY KEY, userName TEXT NOT NULL, csrfToken TEXT NOT NULL, createdAtMs INTEGER NOT NULL,
     seenAtMs INTEGER NOT NULL, factorAtMs INTEGER) STRICT;
   CREATE INDEX sessions_user ON sessions (userName)`,
]

/** Who is signed in. Ends after 30 minutes without a request, and 12 hours in any case. Holds no token, only its hash. */
export class SessionStore {
  readonly #office: OfficeDatabase
  readonly #nowMs: () => number

  constructor(office: OfficeDatabase, nowMs: () => number) {
    this.#office = office
    this.#nowMs = nowMs
    office.migrate('sessions', STEPS)
  }

  /** The token is for the browser alone. */
  begin(userName: string): { readonly token: string; readonly csrfToken: string } {
    const token = randomBytes(TOKEN_SIZE).toString('base64url')
    const csrfToken = randomBytes(TOKEN_SIZE).toString('base64url')
    const now = this.#nowMs()
    this.#office.db
      .prepare('DELETE FROM sessions WHERE seenAtMs < ? OR createdAtMs < ?')
      .run(now - IDLE_MS, now - AGE_MAX_MS)
    this.#office.db
      .prepare('INSERT INTO sessions VALUES (?, ?, ?, ?, ?, NULL)')
      .run(hashOf(token), userName, csrfToken, now, now)
    return { token, csrfToken }
  }

  find(token: string): Session | undefined {
    const row = this.#office.db
      .prepare<[Uint8Array], Stored>('SELECT * FROM sessions WHERE tokenHash = ?')
      .get(hashOf(token))
    if (row === undefined) return undefined
    const now = this.#nowMs()
    if (now - row.seenAtMs > IDLE_MS || now - row.createdAtMs > AGE_MAX_MS) {
      this.end(token)
      return undefined
    }
    if (now - row.seenAtMs > SEEN_STEP_MS)
      this.#office.db.prepare('UPDATE sessions SET seenAtMs = ? WHERE tokenHash = ?').run(now, hashOf(token))
    return { ...row, factorAtMs: row.factorAtMs ?? undefined }
  }

  factorGiven(token: string): void {
    this.#office.db
      .prepare('UPDATE sessions SET factorAtMs = ? WHERE tokenHash = ?')
      .run(this.#nowMs(), hashOf(token))
  }

  end(token: string): void {
    this.#office.db.prepare('DELETE FROM sessions WHERE tokenHash = ?').run(hashOf(token))
  }

  /** All sessions of a user but `except`: a new password, or a user who was disabled. */
  endAll(userName: string, except?: string): void {
    this.#office.db
      .prepare('DELETE FROM sessions WHERE userName = ? AND tokenHash IS NOT ?')
      .run(userName, except === undefined ? null : hashOf(except))
  }
}

function hashOf(token: string): Uint8Array {
  return createHash('sha256').update(token).digest()
}
