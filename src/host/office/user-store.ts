import type { OfficeDatabase } from './office-database.ts'
import type { Role } from './roles.ts'

/** Somebody who may use the console. The password's hash and the second factor's secret stay in the store. */
export interface User {
  /** Lower-case letters, digits, `.`, `_` and `-`; 2 to 32. */
  readonly name: string
  readonly fullName: string
  readonly roles: readonly Role[]
  readonly status: 'active' | 'disabled'
  /** The password was given by somebody else: the next sign-in must choose another. */
  readonly mustChangePassword: boolean
  /** A second factor was set up and proven once. */
  readonly hasSecondFactor: boolean
  /** Until then nobody signs in by this name. */
  readonly lockedUntilMs: number | undefined
  readonly createdAtMs: number
  readonly lastSignInMs: number | undefined
  /** Grows with each change: who changes an old one is told. */
  readonly version: number
}

export interface UserSecrets {
  readonly passwordHash: string
  /** Sealed by the security module. */
  readonly sealedFactor: Uint8Array | undefined
  /** A secret that was offered and not proven yet, sealed. */
  readonly offeredFactor: Uint8Array | undefined
  /** Time step of the code used last: no code works twice. Source: RFC 6238, 5.2. */
  readonly factorStep: number
  readonly failedTries: number
}

interface Stored extends UserSecrets {
  readonly name: string
  readonly fullName: string
  readonly roles: string
  readonly status: 'active' | 'disabled'
  readonly mustChange: number
  readonly lockedUntilMs: number | null
  readonly createdAtMs: number
  readonly lastSignInMs: number | null
  readonly version: number
}

const STEPS = [
  `CREATE TABLE users (
     name TEXT PRIMARY KEY, fullName TEXT NOT NULL, roles TEXT NOT NULL, status TEXT NOT NULL,
     mustChange INTEGER NOT NULL, passwordHash TEXT NOT NULL, sealedFactor BLOB, offeredFactor BLOB,
     factorStep INTEGER NOT NULL DEFAULT 0, failedTries INTEGER NOT NULL DEFAULT 0, lockedUntilMs INTEGER,
     createdAtMs INTEGER NOT NULL, lastSignInMs INTEGER, version INTEGER NOT NULL DEFAULT 1) STRICT`,
]

/** The people of the console. */
export class UserStore {
  readonly #office: OfficeDatabase

  constructor(office: OfficeDatabase) {
    this.#office = office
    office.migrate('users', STEPS)
  }

  list(): readonly User[] {
    return this.#office.db.prepare<[], Stored>('SELECT * FROM users ORDER BY name').all().map(readUser)
  }

  find(name: string): User | undefined {
    const row = this.#row(name)
    return row === undefined ? undefined : readUser(row)
  }

  secrets(name: string): UserSecrets | undefined {
    const row = this.#row(name)
    if (row === undefined) return undefined
    const { passwordHash, sealedFactor, offeredFactor, factorStep, failedTries } = row
    return {
      passwordHash,
      sealedFactor: sealedFactor ?? undefined,
      offeredFactor: offeredFactor ?? undefined,
      factorStep,
      failedTries,
    }
  }

  add(user: {
    readonly name: string
    readonly fullName: string
    readonly roles: readonly Role[]
    readonly passwordHash: string
    readonly createdAtMs: number
  }): void {
    this.#office.db
      .prepare(
        `INSERT INTO users (name, fullName, roles, status, mustChange, passwordHash, createdAtMs)
         VALUES (:name, :fullName, :roles, 'active', 1, :passwordHash, :createdAtMs)`,
      )
      .run({ ...user, roles: user.roles.join(' ') })
  }

  /** False when somebody changed it since `version`. */
  change(
    name: string,
    version: number,
    { fullName, roles, status }: Pick<User, 'fullName' | 'roles' | 'status'>,
  ): boolean {
    const { changes } = this.#office.db
      .prepare(
        `UPDATE users SET fullName = :fullName, roles = :roles, status = :status, version = version + 1
         WHERE name = :name AND version = :version`,
      )
      .run({ name, version, fullName, roles: roles.join(' '), status })
    return changes === 1
  }

  setPassword(name: string, passwordHash: string, mustChange: boolean): void {
    this.#office.db
      .prepare(
        `UPDATE users SET passwordHash = ?, mustChange = ?, failedTries = 0, lockedUntilMs = NULL,
           version = version + 1 WHERE name = ?`,
      )
      .run(passwordHash, mustChange ? 1 : 0, name)
  }

  signedIn(name: string, atMs: number): void {
    this.#office.db
      .prepare('UPDATE users SET failedTries = 0, lockedUntilMs = NULL, lastSignInMs = ? WHERE name = ?')
      .run(atMs, name)
  }

  /** Counts a wrong try; at the `triesMax`th the name is locked until `lockUntilMs`. True when it is locked now. */
  failed(name: string, triesMax: number, lockUntilMs: number): boolean {
    const row = this.#office.db
      .prepare<unknown[], { readonly failedTries: number }>(
        'UPDATE users SET failedTries = failedTries + 1 WHERE name = ? RETURNING failedTries',
      )
      .get(name)
    if (row === undefined || row.failedTries < triesMax) return false
    this.#office.db
      .prepare('UPDATE users SET failedTries = 0, lockedUntilMs = ? WHERE name = ?')
      .run(lockUntilMs, name)
    return true
  }

  offerFactor(name: string, sealed: Uint8Array): void {
    this.#office.db.prepare('UPDATE users SET offeredFactor = ? WHERE name = ?').run(sealed, name)
  }

  /** What was offered is the second factor now; `step`: time step of the code that proved it. */
  acceptFactor(name: string, step: number): void {
    this.#office.db
      .prepare(
        `UPDATE users SET sealedFactor = offeredFactor, offeredFactor = NULL, factorStep = ?, version = version + 1
         WHERE name = ? AND offeredFactor IS NOT NULL`,
      )
      .run(step, name)
  }

  removeFactor(name: string): void {
    this.#office.db
      .prepare(
        'UPDATE users SET sealedFactor = NULL, offeredFactor = NULL, factorStep = 0, version = version + 1 WHERE name = ?',
      )
      .run(name)
  }

  /** False when a code of this time step, or of a later one, was used before. */
  useFactorStep(name: string, step: number): boolean {
    const { changes } = this.#office.db
      .prepare('UPDATE users SET factorStep = :step WHERE name = :name AND factorStep < :step')
      .run({ name, step })
    return changes === 1
  }

  #row(name: string): Stored | undefined {
    return this.#office.db.prepare<[string], Stored>('SELECT * FROM users WHERE name = ?').get(name)
  }
}

function readUser(row: Stored): User {
  return {
    name: row.name,
    fullName: row.fullName,
    roles: row.roles.split(' ').filter((role) => role !== '') as Role[],
    status: row.status,
    mustChangePassword: row.mustChange !== 0,
    hasSecondFactor: row.sealedFactor !== undefined && row.sealedFactor !== null,
    lockedUntilMs: row.lockedUntilMs ?? undefined,
    createdAtMs: row.createdAtMs,
    lastSignInMs: row.lastSignInMs ?? undefined,
    version: row.version,
  }
}
