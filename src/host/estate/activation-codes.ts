import { randomInt } from 'node:crypto'
import type { AuditLog } from '../office/audit-log.ts'
import type { OfficeDatabase } from '../office/office-database.ts'
import type { DeviceStock } from './device-stock.ts'
import { EstateRefusal } from './estate-refusal.ts'

/** A code as somebody may see it later: never the code itself. */
export interface ActivationCode {
  readonly id: number
  readonly serial: string
  readonly tid: string
  readonly state: 'open' | 'used' | 'locked' | 'replaced'
  readonly tries: number
  readonly createdBy: string
  readonly createdAtMs: number
  readonly expiresAtMs: number
}

interface StoredCode extends ActivationCode {
  readonly tag: Uint8Array
  readonly requestHash: Uint8Array | null
  readonly reply: string | null
}

export interface ActivationCodeParts {
  readonly office: OfficeDatabase
  readonly audit: AuditLog
  readonly stock: DeviceStock
  /** One-way, under a key of the security module. */
  readonly tagOf: (data: Uint8Array) => Uint8Array
  /** Whether the terminal has not signed in with the key of its last activation: until then its device may ask again. */
  readonly isAwaited: (tid: string) => boolean
  readonly nowMs: () => number
}

/** Without the letters and digits that people take for each other. */
const ALPHABET = '23456789ABCDEFGHJKMNPQRSTVWXYZ'
const SIZE = 10
const TRIES_MAX = 5
export const CODE_HOURS_MAX = 14 * 24

/** Ten characters in capitals, without what people put between them. Undefined when it is none. */
export function readActivationCode(text: string): string | undefined {
  const code = text.toUpperCase().replace(/[\s-]/g, '')
  return code.length === SIZE && [...code].every((each) => ALPHABET.includes(each)) ? code : undefined
}

/** One-time codes by which a technician brings a device to life. Only their tags are kept. */
export class ActivationCodes {
  readonly #parts: ActivationCodeParts

  constructor(parts: ActivationCodeParts) {
    this.#parts = parts
  }

  /** A code for the device of a terminal; earlier ones for it end. It is shown once. @throws {EstateRefusal} */
  issue(actor: string, tid: string, hours: number): { readonly code: string; readonly expiresAtMs: number } {
    const { office, audit, stock, nowMs } = this.#parts
    return office.transaction(() => {
      const device = stock.ofTerminal(tid)
      if (device === undefined)
        throw new EstateRefusal('notNow', {
          zh: `终端 ${tid} 没有登记设备：请先分配设备。`,
          en: `No device is registered for terminal ${tid}: assign one first.`,
        })
      const { serial } = device
      const code = Array.from({ length: SIZE }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
      const expiresAtMs = nowMs() + hours * 3_600_000
      office.db
        .prepare(
          "UPDATE estate_codes SET state = 'replaced' WHERE serial = ? AND state IN ('open', 'locked')",
        )
        .run(serial)
      office.db
        .prepare(
          `INSERT INTO estate_codes (serial, tid, tag, state, createdBy, createdAtMs, expiresAtMs)
           VALUES (?, ?, ?, 'open', ?, ?, ?)`,
        )
        .run(serial, tid, this.#tag(serial, code), actor, nowMs(), expiresAtMs)
      audit.append({ actor, action: 'code.issued', subject: tid, detail: { serial, hours } })
      return { code: `${code.slice(0, 5)}-${code.slice(5)}`, expiresAtMs }
    })
  }

  /** Newest first. */
  list(tid: string): readonly ActivationCode[] {
    return this.#parts.office.db
      .prepare<[string], ActivationCode>(
        `SELECT id, serial, tid, state, tries, createdBy, createdAtMs, expiresAtMs FROM estate_codes
         WHERE tid = ? ORDER BY id DESC LIMIT 20`,
      )
      .all(tid)
  }

  /**
   * The open code that a device shows, or the answer that it got before, when it asks the same again. A used one is as good
   * as open for its device until the first sign-in. A wrong one is counted, durably, and locks the code in the end.
   *
   * @throws {EstateRefusal}
   */
  check(
    serial: string,
    code: string,
    requestHash: Uint8Array,
  ): { readonly id: number; readonly tid: string; readonly reply: string | undefined } {
    const stored = this.#latest(serial)
    const isRight = stored !== undefined && isSame(this.#tag(serial, code), stored.tag)
    if (stored?.state === 'locked') throw locked()
    if (stored === undefined || !isRight) {
      if (stored?.state === 'open') this.#countWrong(stored)
      throw wrong()
    }
    if (stored.state === 'used') {
      if (stored.requestHash !== null && stored.reply !== null && isSame(stored.requestHash, requestHash))
        return { id: stored.id, tid: stored.tid, reply: stored.reply }
      // The device lost its power before it had its key: it has drawn another number, and shows the same code.
      if (!this.#parts.isAwaited(stored.tid)) throw used()
    } else if (stored.state !== 'open') throw wrong()
    if (this.#parts.nowMs() > stored.expiresAtMs) throw expired()
    return { id: stored.id, tid: stored.tid, reply: undefined }
  }

  /** Within the caller's transaction. */
  use(id: number, requestHash: Uint8Array, reply: string): void {
    this.#parts.office.db
      .prepare("UPDATE estate_codes SET state = 'used', requestHash = ?, reply = ? WHERE id = ?")
      .run(requestHash, reply, id)
  }

  #latest(serial: string): StoredCode | undefined {
    return this.#parts.office.db
      .prepare<[string], StoredCode>('SELECT * FROM estate_codes WHERE serial = ? ORDER BY id DESC LIMIT 1')
      .get(serial)
  }

  #countWrong({ id, serial, tid, tries }: StoredCode): void {
    const { office, audit } = this.#parts
    office.transaction(() => {
      const state = tries + 1 >= TRIES_MAX ? 'locked' : 'open'
      office.db.prepare('UPDATE estate_codes SET tries = tries + 1, state = ? WHERE id = ?').run(state, id)
      if (state === 'locked')
        audit.append({
          actor: `device:${serial}`,
          action: 'code.locked',
          subject: tid,
          detail: { tries: TRIES_MAX },
        })
    })
  }

  /** Bound to the device: the same code is nothing at another one. */
  #tag(serial: string, code: string): Uint8Array {
    return this.#parts.tagOf(new TextEncoder().encode(`${serial} ${code}`))
  }
}

/** Both are tags or hashes that nobody chose: how long it takes tells nothing. */
function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0
}

function wrong(): EstateRefusal {
  return new EstateRefusal('codeWrong', {
    zh: '激活码不对，或不是这台设备的：请核对后重输。',
    en: 'The activation code is wrong, or for another device: check it and enter it again.',
  })
}

function expired(): EstateRefusal {
  return new EstateRefusal('codeExpired', {
    zh: '激活码已过期：请联系客服重新发放。',
    en: 'The activation code has expired: ask support for a new one.',
  })
}

function used(): EstateRefusal {
  return new EstateRefusal('codeUsed', {
    zh: '激活码已使用过：请联系客服重新发放。',
    en: 'The activation code was used already: ask support for a new one.',
  })
}

function locked(): EstateRefusal {
  return new EstateRefusal('codeLocked', {
    zh: '激活码输错次数过多，已锁定：请联系客服重新发放。',
    en: 'Too many wrong tries, the activation code is locked: ask support for a new one.',
  })
}
