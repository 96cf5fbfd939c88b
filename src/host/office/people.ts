import type { AuditLog } from './audit-log.ts'
import type { OfficeDatabase } from './office-database.ts'
import { hashPassword, isPassword, type PasswordCost, randomPassword } from './password-hash.ts'
import type { Role } from './roles.ts'
import { type FactorOffer, factorStepOf, offerFactor } from './second-factor.ts'
import type { SessionStore } from './session-store.ts'
import type { User, UserStore } from './user-store.ts'

export const PASSWORD_SIZE_MIN = 12
const TRIES_MAX = 5
const LOCK_MS = 15 * 60_000
export const FIRST_USER = 'admin'

export type SignIn =
  | { readonly kind: 'signedIn'; readonly user: User; readonly token: string; readonly csrfToken: string }
  /** Wrong name, wrong password or a disabled user: nobody learns which. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'locked'; readonly untilMs: number }

/** Seals secrets: the host's security module. */
export interface Sealer {
  sealData(data: Uint8Array): Uint8Array
  unsealData(sealed: Uint8Array): Uint8Array
}

interface PeopleParts {
  readonly office: OfficeDatabase
  readonly users: UserStore
  readonly sessions: SessionStore
  readonly audit: AuditLog
  readonly sealer: Sealer
  readonly nowMs: () => number
  readonly passwordCost: PasswordCost
}

/** Signing in and out, passwords and second factors, each with its entry in the audit log. */
export class People {
  readonly #parts: PeopleParts

  constructor(parts: PeopleParts) {
    this.#parts = parts
  }

  /** At the first start: one administrator. Returns the password, which is kept nowhere; undefined later. */
  async setUpFirst(): Promise<string | undefined> {
    if (this.#parts.users.list().length > 0) return undefined
    return this.create('system', { name: FIRST_USER, fullName: 'Administrator', roles: ['administrator'] })
  }

  /** Returns the first password. */
  async create(
    actor: string,
    user: { readonly name: string; readonly fullName: string; readonly roles: readonly Role[] },
  ): Promise<string> {
    const { office, users, audit, nowMs, passwordCost } = this.#parts
    const password = randomPassword()
    const passwordHash = await hashPassword(password, passwordCost)
    office.transaction(() => {
      users.add({ ...user, passwordHash, createdAtMs: nowMs() })
      audit.append({ actor, action: 'user.created', subject: user.name, detail: { roles: user.roles } })
    })
    return password
  }

  async signIn(name: string, password: string, from: string): Promise<SignIn> {
    const { users, sessions, office, audit, nowMs, passwordCost } = this.#parts
    const user = users.find(name)
    const isRight = await isPassword(password, users.secrets(name)?.passwordHash, passwordCost)
    if (user?.lockedUntilMs !== undefined && user.lockedUntilMs > nowMs())
      return { kind: 'locked', untilMs: user.lockedUntilMs }
    if (!isRight || user === undefined || user.status !== 'active') return this.#refuse(name, user, from)
    return office.transaction(() => {
      users.signedIn(name, nowMs())
      audit.append({ actor: name, action: 'session.begun', subject: name, detail: { from } })
      return { kind: 'signedIn', user, ...sessions.begin(name) }
    })
  }

  signOut(name: string, token: string): void {
    const { sessions, office, audit } = this.#parts
    office.transaction(() => {
      sessions.end(token)
      audit.append({ actor: name, action: 'session.ended', subject: name })
    })
  }

  /** False when the old password is wrong. Ends the user's other sessions. */
  async changePassword(name: string, old: string, next: string, token: string): Promise<boolean> {
    const { users, sessions, office, audit, passwordCost } = this.#parts
    if (!(await isPassword(old, users.secrets(name)?.passwordHash, passwordCost))) return false
    const hash = await hashPassword(next, passwordCost)
    office.transaction(() => {
      users.setPassword(name, hash, false)
      sessions.endAll(name, token)
      audit.append({ actor: name, action: 'user.passwordChanged', subject: name })
    })
    return true
  }

  /** A new first password for somebody who lost theirs. */
  async resetPassword(actor: string, name: string): Promise<string> {
    const { users, sessions, office, audit, passwordCost } = this.#parts
    const password = randomPassword()
    const hash = await hashPassword(password, passwordCost)
    office.transaction(() => {
      users.setPassword(name, hash, true)
      users.removeFactor(name)
      sessions.endAll(name)
      audit.append({ actor, action: 'user.passwordReset', subject: name })
    })
    return password
  }

  offerFactor(name: string): FactorOffer {
    const offer = offerFactor(name)
    this.#parts.users.offerFactor(name, this.#parts.sealer.sealData(offer.secret))
    return offer
  }

  /** The offered factor counts once a code proves that the app has it. */
  acceptFactor(name: string, code: string): boolean {
    const { users, sealer, nowMs, office, audit } = this.#parts
    const offered = users.secrets(name)?.offeredFactor
    const step = offered === undefined ? undefined : factorStepOf(sealer.unsealData(offered), code, nowMs())
    if (step === undefined) return false
    office.transaction(() => {
      users.acceptFactor(name, step)
      audit.append({ actor: name, action: 'user.secondFactorSet', subject: name })
    })
    return true
  }

  /** Before a key task. A code counts once. */
  giveFactor(name: string, code: string, token: string): 'given' | 'refused' | 'none' {
    const { users, sealer, sessions, nowMs, office, audit } = this.#parts
    const sealed = users.secrets(name)?.sealedFactor
    if (sealed === undefined) return 'none'
    const step = factorStepOf(sealer.unsealData(sealed), code, nowMs())
    return office.transaction(() => {
      if (step === undefined || !users.useFactorStep(name, step)) {
        this.#countFailure(name)
        return 'refused'
      }
      sessions.factorGiven(token)
      audit.append({ actor: name, action: 'session.secondFactorGiven', subject: name })
      return 'given'
    })
  }

  #refuse(name: string, user: User | undefined, from: string): SignIn {
    const { office, audit } = this.#parts
    office.transaction(() => {
      // A name that is none may be a password in the wrong place: it is not written down.
      audit.append({
        actor: user?.name ?? 'unknown',
        action: 'session.refused',
        subject: user?.name ?? '',
        detail: { from },
      })
      if (user !== undefined) this.#countFailure(name)
    })
    return { kind: 'refused' }
  }

  #countFailure(name: string): void {
    const { users, audit, nowMs } = this.#parts
    if (users.failed(name, TRIES_MAX, nowMs() + LOCK_MS))
      audit.append({ actor: 'system', action: 'user.locked', subject: name, detail: { minutes: 15 } })
  }
}
