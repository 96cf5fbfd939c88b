import { currencyCode, currencyNumber } from '../../base/money.ts'
import type { TerminalRow } from '../core/records.ts'
import type { AuditLog } from '../office/audit-log.ts'
import type { OfficeDatabase } from '../office/office-database.ts'
import type { Device, DeviceStock } from './device-stock.ts'
import type { Estate } from './estate.ts'
import { changedByOther, EstateRefusal, notThere } from './estate-refusal.ts'
import { DEFAULT_TIER, type MerchantTier } from './merchant-tiers.ts'
import type { ListedTerminal, TerminalList } from './terminal-list.ts'

/** Evidence is of one device: with another one the terminal goes its way to the first sale again. */
function toBeCommissioned(row: TerminalRow): TerminalRow {
  return { ...row, setup: { ...(row.setup ?? { sets: {}, jobs: [] }), stage: 'commissioning' } }
}

/** What the estate knows of a merchant. */
export interface MerchantPlace {
  readonly mid: string
  readonly tier: string
  /** Who stands behind it: a person or company with several merchants has one holder; empty: nobody else. */
  readonly holder: string
  readonly version: number
}

export interface MerchantUse extends MerchantPlace {
  readonly terminals: number
  readonly terminalsMax: number
  readonly holderTerminals: number
  readonly holderTerminalsMax: number
  /** What it is paid in, and what else it takes: ISO 4217 numbers. */
  readonly currency: string
  readonly currencies: readonly string[]
}

export interface MerchantChange extends MerchantPlace {
  /** Further currencies, by letters or ISO 4217 number; left out: they stay as they are. */
  readonly currencies?: readonly string[] | undefined
}

export interface AssignmentParts {
  readonly office: OfficeDatabase
  readonly audit: AuditLog
  readonly stock: DeviceStock
  readonly terminals: TerminalList
  readonly tiers: ReadonlyMap<string, MerchantTier>
  readonly estate: Pick<
    Estate,
    'addTerminal' | 'changeTerminal' | 'hasMerchant' | 'merchant' | 'setCurrencies'
  >
}

function knownCurrency(word: string): string {
  const number = currencyNumber(word)
  if (number === undefined)
    throw new EstateRefusal('badInput', {
      zh: `没有货币 ${word}：请填字母代码（如 USD）或三位数字代码。`,
      en: `There is no currency ${word}: give its letters, such as USD, or its ISO 4217 number.`,
    })
  return number
}

const COUNT = `SELECT count(*) FROM estate_devices WHERE state IN ('assigned', 'installed') AND mid IN`

/** Which device plays which terminal of which merchant, within the limits of the merchant's tier. */
export class Assignments {
  readonly #parts: AssignmentParts

  constructor(parts: AssignmentParts) {
    this.#parts = parts
  }

  /**
   * A device from stock becomes a terminal of a merchant; the host knows the terminal from then on. Without `tid` the next
   * free number is taken.
   *
   * @throws {EstateRefusal} when the device is not in stock, the merchant is unknown, or its limit is reached.
   */
  assign(
    actor: string,
    {
      serial,
      mid,
      tid: wanted,
    }: { readonly serial: string; readonly mid: string; readonly tid?: string | undefined },
  ): ListedTerminal {
    const { office, audit, stock, terminals, estate } = this.#parts
    return office.transaction(() => {
      this.#checkMerchant(mid)
      this.#checkLimits(mid)
      const tid = wanted ?? this.#nextTid()
      const known = terminals.find(tid)
      if (known !== undefined && (known.mid !== mid || stock.ofTerminal(tid) !== undefined))
        throw new EstateRefusal('notNow', {
          zh: `终端号 ${tid} 已被使用：请换一个。`,
          en: `The terminal number ${tid} is in use: choose another.`,
        })
      const device = stock.move(serial, 'assigned', { tid, mid })
      audit.append({ actor, action: 'device.assigned', subject: serial, detail: { tid, mid } })
      // Last: when this fails nothing is written, and after a crash a second try finds the terminal and takes it.
      if (known === undefined) estate.addTerminal(tid, mid)
      estate.changeTerminal(tid, (row) => toBeCommissioned({ ...row, status: 'active' }))
      terminals.setDevice(tid, device)
      return terminals.get(tid)
    })
  }

  /** The device leaves, and the terminal can do nothing more. Within the caller's transaction. @throws {EstateRefusal} */
  withdraw(tid: string): Device {
    const device = this.#deviceOf(tid)
    const withdrawn = this.#parts.stock.move(device.serial, 'withdrawn')
    this.#parts.terminals.setDevice(tid, undefined)
    this.#parts.estate.changeTerminal(tid, (row) => ({ ...row, status: 'blocked', signedIn: false }))
    return withdrawn
  }

  /** Another device plays the terminal; it gets its key by an activation code. Within the caller's transaction. */
  exchange(tid: string, newSerial: string): Device {
    const { stock, terminals } = this.#parts
    const device = this.#deviceOf(tid)
    const mid = terminals.get(tid).mid
    stock.move(device.serial, 'withdrawn')
    const next = stock.move(newSerial, 'assigned', { tid, mid })
    this.#parts.estate.changeTerminal(tid, toBeCommissioned)
    terminals.setDevice(tid, next)
    return next
  }

  /** @throws {EstateRefusal} */
  setStatus(actor: string, tid: string, status: ListedTerminal['status'], version: number): ListedTerminal {
    const { office, audit, terminals, estate } = this.#parts
    return office.transaction(() => {
      const before = terminals.expect(tid, version)
      if (before.status === status) return before
      const action = status === 'blocked' ? 'terminal.blocked' : 'terminal.unblocked'
      audit.append({ actor, action, subject: tid })
      estate.changeTerminal(tid, (row) => ({ ...row, status }))
      return terminals.get(tid)
    })
  }

  /** Tier, holder and further currencies of a merchant. @throws {EstateRefusal} */
  setMerchant(actor: string, { mid, tier, holder, version, currencies }: MerchantChange): MerchantUse {
    const { office, audit, tiers, estate } = this.#parts
    return office.transaction(() => {
      this.#checkMerchant(mid)
      if (!tiers.has(tier)) throw notThere(`商户等级 ${tier}`, `tier ${tier}`)
      const before = this.#place(mid)
      if (before.version !== version) throw changedByOther(this.use(mid))
      office.db
        .prepare(
          `INSERT INTO estate_merchants (mid, tier, holder) VALUES (?, ?, ?)
           ON CONFLICT (mid) DO UPDATE SET tier = excluded.tier, holder = excluded.holder, version = version + 1`,
        )
        .run(mid, tier, holder)
      audit.append({ actor, action: 'merchant.tierSet', subject: mid, detail: { tier } })
      if (currencies !== undefined) {
        const numbers = currencies.map(knownCurrency)
        audit.append({
          actor,
          action: 'merchant.currenciesSet',
          subject: mid,
          detail: { currencies: numbers.map(currencyCode).join(' ') },
        })
        estate.setCurrencies(mid, numbers)
      }
      return this.use(mid)
    })
  }

  /** How many terminals a merchant and its holder have, and may have. */
  use(mid: string): MerchantUse {
    const { db } = this.#parts.office
    const place = this.#place(mid)
    const { terminalsPerMerchant, terminalsPerHolder } = this.#tier(place.tier)
    const { currency = '', currencies = [] } = this.#parts.estate.merchant(mid) ?? {}
    const terminals = db.prepare<[string], number>(`${COUNT} (?)`).pluck().get(mid) ?? 0
    const ofHolder = db
      .prepare<[string], number>(`${COUNT} (SELECT mid FROM estate_merchants WHERE holder = ?)`)
      .pluck()
    return {
      ...place,
      terminals,
      terminalsMax: terminalsPerMerchant,
      holderTerminals: place.holder === '' ? terminals : (ofHolder.get(place.holder) ?? 0),
      holderTerminalsMax: terminalsPerHolder,
      currency,
      currencies,
    }
  }

  #place(mid: string): MerchantPlace {
    const row = this.#parts.office.db
      .prepare<[string], MerchantPlace>('SELECT * FROM estate_merchants WHERE mid = ?')
      .get(mid)
    return row ?? { mid, tier: DEFAULT_TIER, holder: '', version: 0 }
  }

  /** A tier that was taken out of the file allows as much as the usual one. */
  #tier(id: string): MerchantTier {
    const { tiers } = this.#parts
    const tier = tiers.get(id) ?? tiers.get(DEFAULT_TIER)
    if (tier === undefined) throw notThere(`商户等级 ${id}`, `tier ${id}`)
    return tier
  }

  #checkMerchant(mid: string): void {
    if (!this.#parts.estate.hasMerchant(mid)) throw notThere(`商户 ${mid}`, `merchant ${mid}`)
  }

  #checkLimits(mid: string): void {
    const { terminals, terminalsMax, holderTerminals, holderTerminalsMax } = this.use(mid)
    if (terminals >= terminalsMax)
      throw new EstateRefusal('limit', {
        zh: `该商户已有 ${terminals} 台终端，达到其等级上限 ${terminalsMax} 台：请先升级或撤机。`,
        en: `The merchant has ${terminals} of the ${terminalsMax} terminals that its tier allows: raise the tier or withdraw one first.`,
      })
    if (holderTerminals >= holderTerminalsMax)
      throw new EstateRefusal('limit', {
        zh: `该持有人名下已有 ${holderTerminals} 台终端，达到上限 ${holderTerminalsMax} 台：请先升级或撤机。`,
        en: `Its holder has ${holderTerminals} of the ${holderTerminalsMax} terminals allowed over all merchants: raise the tier or withdraw one first.`,
      })
  }

  #deviceOf(tid: string): Device {
    const device = this.#parts.stock.ofTerminal(tid)
    if (device === undefined)
      throw new EstateRefusal('notNow', {
        zh: `终端 ${tid} 没有登记设备：请先分配设备。`,
        en: `No device is registered for terminal ${tid}: assign one first.`,
      })
    return device
  }

  #nextTid(): string {
    const last = this.#parts.office.db
      .prepare<[], string>(
        "SELECT max(tid) FROM estate_terminals WHERE tid GLOB '[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]'",
      )
      .pluck()
      .get()
    return String(Number(last ?? '10000000') + 1).padStart(8, '0')
  }
}
