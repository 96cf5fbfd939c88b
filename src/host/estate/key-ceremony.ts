import type { WrappedKey } from '../core/security-module-port.ts'
import type { AuditLog } from '../office/audit-log.ts'
import type { OfficeDatabase } from '../office/office-database.ts'
import type { SoftwareSecurityModule } from '../security-module/software-security-module.ts'
import type { Estate } from './estate.ts'
import { changedByOther, EstateRefusal, notThere } from './estate-refusal.ts'
import type { TerminalList } from './terminal-list.ts'

export interface Ceremony {
  readonly id: number
  readonly tid: string
  /** Of the whole key. */
  readonly checkValue: string
  /** `open`: pages are still to be printed; `printed`: all three are; `loaded`: the terminal uses the key. */
  readonly state: 'open' | 'printed' | 'loaded' | 'cancelled'
  readonly createdBy: string
  readonly createdAtMs: number
  readonly version: number
  readonly components: readonly CeremonyComponent[]
}

export interface CeremonyComponent {
  /** From 1. */
  readonly position: number
  readonly checkValue: string
  /** Who printed the page. */
  readonly custodian: string | null
  readonly printedAtMs: number | null
}

/** One custodian's page; it exists on paper only. */
export interface ComponentPage {
  readonly tid: string
  readonly position: number
  /** Eight groups of six digits. */
  readonly groups: readonly string[]
  readonly checkValue: string
  readonly keyCheckValue: string
}

interface StoredCeremony extends Omit<Ceremony, 'components'> {
  readonly keyBlock: string
}

export interface KeyCeremonyParts {
  readonly office: OfficeDatabase
  readonly audit: AuditLog
  readonly terminals: TerminalList
  readonly security: Pick<SoftwareSecurityModule, 'makeKeyComponents' | 'revealComponent'>
  readonly estate: Pick<Estate, 'renewMasterKey'>
  readonly algorithmOf: (tid: string) => 'tdes2' | 'sm4' | undefined
  readonly nowMs: () => number
}

/**
 * A master key in three components: made in the security module, printed once for three people, one page each. The host
 * uses the key once the terminal has it, which the check value on the terminal's screen proves.
 */
export class KeyCeremonies {
  readonly #parts: KeyCeremonyParts

  constructor(parts: KeyCeremonyParts) {
    this.#parts = parts
  }

  /** @throws {EstateRefusal} */
  begin(actor: string, tid: string): Ceremony {
    const { office, audit, terminals, security, algorithmOf, nowMs } = this.#parts
    return office.transaction(() => {
      terminals.get(tid)
      const algorithm = algorithmOf(tid)
      if (algorithm === undefined)
        throw new EstateRefusal('notNow', {
          zh: `终端 ${tid} 不使用密钥。`,
          en: `Terminal ${tid} works without keys.`,
        })
      const { key, components } = security.makeKeyComponents(algorithm)
      this.#endOpen(tid)
      const { lastInsertRowid } = office.db
        .prepare(
          `INSERT INTO estate_ceremonies (tid, keyBlock, checkValue, state, createdBy, createdAtMs)
           VALUES (?, ?, ?, 'open', ?, ?)`,
        )
        .run(tid, key.block, key.checkValue, actor, nowMs())
      const id = Number(lastInsertRowid)
      const insert = office.db.prepare(
        'INSERT INTO estate_components (ceremonyId, position, sealed, checkValue) VALUES (?, ?, ?, ?)',
      )
      for (const [index, { sealed, checkValue }] of components.entries())
        insert.run(id, index + 1, sealed, checkValue)
      const detail = { ceremony: id, checkValue: key.checkValue }
      audit.append({ actor, action: 'ceremony.begun', subject: tid, detail })
      return this.get(id)
    })
  }

  /** The page of one custodian, once; a person prints one page of a key. @throws {EstateRefusal} */
  print(actor: string, id: number, position: number): ComponentPage {
    const { office, audit, security, nowMs } = this.#parts
    return office.transaction(() => {
      const ceremony = this.get(id)
      const component = ceremony.components.find((each) => each.position === position)
      if (component === undefined) throw notThere(`分量 ${position}`, `component ${position}`)
      const sealed = office.db
        .prepare<[number, number], Uint8Array | null>(
          'SELECT sealed FROM estate_components WHERE ceremonyId = ? AND position = ?',
        )
        .pluck()
        .get(id, position)
      if (ceremony.state !== 'open' || sealed === null || sealed === undefined) throw printedAlready()
      if (ceremony.components.some(({ custodian }) => custodian === actor)) throw samePerson()
      office.db
        .prepare(
          'UPDATE estate_components SET sealed = NULL, custodian = ?, printedAtMs = ? WHERE ceremonyId = ? AND position = ?',
        )
        .run(actor, nowMs(), id, position)
      const isLast = ceremony.components.every((each) => each === component || each.custodian !== null)
      this.#setState(id, isLast ? 'printed' : 'open')
      const detail = { ceremony: id, position, checkValue: component.checkValue }
      audit.append({ actor, action: 'ceremony.printed', subject: ceremony.tid, detail })
      return {
        tid: ceremony.tid,
        position,
        groups: security.revealComponent(sealed),
        checkValue: component.checkValue,
        keyCheckValue: ceremony.checkValue,
      }
    })
  }

  /** The terminal shows this check value: the host uses the key from now on. @throws {EstateRefusal} */
  loaded(actor: string, id: number, checkValue: string, version: number): Ceremony {
    const { office, audit, estate } = this.#parts
    return office.transaction(() => {
      const before = this.#expect(id, version)
      if (before.state !== 'printed')
        throw new EstateRefusal('notNow', {
          zh: '三个分量尚未全部打印，或密钥已启用。',
          en: 'Not all three components are printed yet, or the key is in use already.',
        })
      const { keyBlock, ...ceremony } = this.#stored(id)
      const isSame = checkValue.length >= 6 && ceremony.checkValue.startsWith(checkValue.toUpperCase())
      if (!isSame)
        throw new EstateRefusal('badInput', {
          zh: '校验值不符：终端里的密钥不是这一个，请重新输入分量。',
          en: 'The check value differs: the terminal has another key. Enter the components again.',
        })
      this.#setState(id, 'loaded')
      const detail = { ceremony: id, checkValue: ceremony.checkValue }
      audit.append({ actor, action: 'ceremony.loaded', subject: ceremony.tid, detail })
      const key: WrappedKey = { block: keyBlock, checkValue: ceremony.checkValue }
      estate.renewMasterKey(ceremony.tid, key)
      return this.get(id)
    })
  }

  /** @throws {EstateRefusal} */
  cancel(actor: string, id: number, version: number): Ceremony {
    const { office, audit } = this.#parts
    return office.transaction(() => {
      const { tid, state } = this.#expect(id, version)
      if (state !== 'open' && state !== 'printed')
        throw new EstateRefusal('notNow', { zh: '已结束，不能取消。', en: 'It has ended already.' })
      this.#endOpen(tid)
      audit.append({ actor, action: 'ceremony.cancelled', subject: tid, detail: { ceremony: id } })
      return this.get(id)
    })
  }

  /** Newest first. */
  list(limit: number): readonly Ceremony[] {
    return this.#parts.office.db
      .prepare<[number], number>('SELECT id FROM estate_ceremonies ORDER BY id DESC LIMIT ?')
      .pluck()
      .all(limit)
      .map((id) => this.get(id))
  }

  /** @throws {EstateRefusal} */
  get(id: number): Ceremony {
    const { keyBlock: _, ...ceremony } = this.#stored(id)
    const components = this.#parts.office.db
      .prepare<[number], CeremonyComponent>(
        'SELECT position, checkValue, custodian, printedAtMs FROM estate_components WHERE ceremonyId = ? ORDER BY position',
      )
      .all(id)
    return { ...ceremony, components }
  }

  #stored(id: number): StoredCeremony {
    const row = this.#parts.office.db
      .prepare<[number], StoredCeremony>('SELECT * FROM estate_ceremonies WHERE id = ?')
      .get(id)
    if (row === undefined) throw notThere(`密钥仪式 ${id}`, `key ceremony ${id}`)
    return row
  }

  #expect(id: number, version: number): Ceremony {
    const ceremony = this.get(id)
    if (ceremony.version !== version) throw changedByOther(ceremony)
    return ceremony
  }

  /** What was not printed is destroyed. */
  #endOpen(tid: string): void {
    const { db } = this.#parts.office
    db.prepare(
      `UPDATE estate_components SET sealed = NULL WHERE ceremonyId IN
         (SELECT id FROM estate_ceremonies WHERE tid = ? AND state IN ('open', 'printed'))`,
    ).run(tid)
    db.prepare(
      "UPDATE estate_ceremonies SET state = 'cancelled', version = version + 1 WHERE tid = ? AND state IN ('open', 'printed')",
    ).run(tid)
  }

  #setState(id: number, state: Ceremony['state']): void {
    this.#parts.office.db
      .prepare('UPDATE estate_ceremonies SET state = ?, version = version + 1 WHERE id = ?')
      .run(state, id)
  }
}

function printedAlready(): EstateRefusal {
  return new EstateRefusal('notNow', {
    zh: '这一分量已打印过，不会再次显示：如有遗失，请重新开始密钥仪式。',
    en: 'This component was printed and is not shown again: if its page is lost, begin the ceremony anew.',
  })
}

function samePerson(): EstateRefusal {
  return new EstateRefusal('notNow', {
    zh: '您已打印了一个分量：其余分量须由其他人打印。',
    en: 'You have printed a component: the others are printed by other people.',
  })
}
