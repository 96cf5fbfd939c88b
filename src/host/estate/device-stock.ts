import type { TerminalType } from '../../../hardware/profiles/terminal-type-shape.ts'
import type { AuditLog } from '../office/audit-log.ts'
import type { OfficeDatabase } from '../office/office-database.ts'
import { type DeviceState, deviceStateName, mayBecome } from './device-state.ts'
import { changedByOther, EstateRefusal, notThere } from './estate-refusal.ts'
import { readStockFile, type StockFault } from './stock-file.ts'

/** One device, from its delivery to its end. */
export interface Device {
  readonly serial: string
  readonly typeId: string
  readonly state: DeviceState
  /** The terminal number that it plays, once assigned. */
  readonly tid: string | null
  readonly mid: string | null
  /** Name of the delivery. */
  readonly batch: string
  readonly changedAtMs: number
  readonly version: number
}

export interface DeviceFilter {
  readonly state?: DeviceState | undefined
  readonly typeId?: string | undefined
  /** Beginning of the serial number or terminal number. */
  readonly text?: string | undefined
  readonly limit: number
  readonly offset: number
}

export type StockImport =
  | { readonly kind: 'imported'; readonly count: number }
  /** Nothing was taken. */
  | { readonly kind: 'faulty'; readonly faults: readonly StockFault[] }

export interface StockParts {
  readonly office: OfficeDatabase
  readonly audit: AuditLog
  readonly types: ReadonlyMap<string, TerminalType>
  readonly nowMs: () => number
}

const WHERE = `WHERE (:state IS NULL OR state = :state) AND (:typeId IS NULL OR typeId = :typeId)
  AND (:text IS NULL OR substr(serial, 1, length(:text)) = :text OR substr(tid, 1, length(:text)) = :text)`

/** The devices that the acquirer owns. */
export class DeviceStock {
  readonly #parts: StockParts

  constructor(parts: StockParts) {
    this.#parts = parts
  }

  /** A delivery: all of it, or nothing. */
  import(actor: string, batch: string, csv: string): StockImport {
    const { office, audit, types, nowMs } = this.#parts
    return office.transaction(() => {
      const isKnown = office.db.prepare<[string]>('SELECT 1 FROM estate_devices WHERE serial = ?').pluck()
      const { devices, faults } = readStockFile(
        csv,
        (id) => types.has(id),
        (serial) => isKnown.get(serial) !== undefined,
      )
      if (faults.length > 0) return { kind: 'faulty', faults }
      const insert = office.db.prepare(
        "INSERT INTO estate_devices (serial, typeId, state, batch, changedAtMs) VALUES (?, ?, 'inStock', ?, ?)",
      )
      for (const { serial, typeId } of devices) insert.run(serial, typeId, batch, nowMs())
      audit.append({ actor, action: 'stock.imported', subject: batch, detail: { count: devices.length } })
      return { kind: 'imported', count: devices.length }
    })
  }

  list(filter: DeviceFilter): { readonly devices: readonly Device[]; readonly total: number } {
    const { db } = this.#parts.office
    const { state = null, typeId = null, text = null, limit, offset } = filter
    const values = { state, typeId, text }
    const total = db
      .prepare<unknown[], number>(`SELECT count(*) FROM estate_devices ${WHERE}`)
      .pluck()
      .get(values)
    const devices = db
      .prepare<unknown[], Device>(
        `SELECT * FROM estate_devices ${WHERE} ORDER BY serial LIMIT :limit OFFSET :offset`,
      )
      .all({ ...values, limit, offset })
    return { devices, total: total ?? 0 }
  }

  /** @throws {EstateRefusal} when there is none. */
  get(serial: string): Device {
    const device = this.find(serial)
    if (device === undefined) throw notThere(`设备 ${serial}`, `device ${serial}`)
    return device
  }

  find(serial: string): Device | undefined {
    return this.#parts.office.db
      .prepare<[string], Device>('SELECT * FROM estate_devices WHERE serial = ?')
      .get(serial)
  }

  /** The device that plays `tid` now. */
  ofTerminal(tid: string): Device | undefined {
    return this.#parts.office.db
      .prepare<[string], Device>(
        "SELECT * FROM estate_devices WHERE tid = ? AND state IN ('assigned', 'installed') ORDER BY changedAtMs DESC",
      )
      .get(tid)
  }

  /** Back into stock after a repair, or to scrap: by hand, on the row that was read. @throws {EstateRefusal} */
  changeByHand(actor: string, serial: string, to: 'inStock' | 'scrapped', version: number): Device {
    const { office, audit } = this.#parts
    return office.transaction(() => {
      const before = this.get(serial)
      if (before.version !== version) throw changedByOther(before)
      const device = this.move(serial, to)
      audit.append({ actor, action: 'stock.changed', subject: serial, detail: { from: before.state, to } })
      return device
    })
  }

  /** Within the caller's transaction, which also writes the audit log. @throws {EstateRefusal} */
  move(serial: string, to: DeviceState, place?: { readonly tid: string; readonly mid: string }): Device {
    const before = this.get(serial)
    if (!mayBecome(before.state, to)) throw wrongState(before, to)
    const isFree = to === 'inStock' || to === 'scrapped'
    const { tid, mid } = place ?? (isFree ? { tid: null, mid: null } : before)
    this.#parts.office.db
      .prepare(
        'UPDATE estate_devices SET state = ?, tid = ?, mid = ?, changedAtMs = ?, version = version + 1 WHERE serial = ?',
      )
      .run(to, tid, mid, this.#parts.nowMs(), serial)
    return this.get(serial)
  }
}

function wrongState(device: Device, to: DeviceState): EstateRefusal {
  const from = deviceStateName(device.state)
  const next = deviceStateName(to)
  return new EstateRefusal('notNow', {
    zh: `设备 ${device.serial} 现在是“${from.zh}”，不能变为“${next.zh}”。`,
    en: `Device ${device.serial} is ${from.en}: it can't become ${next.en}.`,
  })
}
