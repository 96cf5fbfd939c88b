import type { AuditLog } from '../office/audit-log.ts'
import type { OfficeDatabase } from '../office/office-database.ts'
import type { Assignments } from './assignments.ts'
import type { DeviceStock } from './device-stock.ts'
import { changedByOther, EstateRefusal, notThere } from './estate-refusal.ts'
import type { TerminalList } from './terminal-list.ts'
import {
  isOrderOpen,
  type OrderKind,
  type OrderState,
  orderMayBecome,
  orderStateName,
} from './work-order-state.ts'

/** A job on the spot. */
export interface WorkOrder {
  readonly number: number
  readonly kind: OrderKind
  readonly state: OrderState
  readonly tid: string
  /** Of an exchange: the device that comes. */
  readonly newSerial: string | null
  /** User name, or empty. */
  readonly technician: string
  readonly appointmentMs: number | null
  readonly place: string
  readonly createdAtMs: number
  readonly changedAtMs: number
  readonly version: number
}

export interface OrderNote {
  readonly atMs: number
  readonly actor: string
  readonly state: OrderState
  readonly note: string
}

export interface OrderChange {
  readonly state: OrderState
  readonly technician: string
  readonly appointmentMs: number | null
  readonly place: string
  readonly note: string
  readonly version: number
}

export interface WorkOrderParts {
  readonly office: OfficeDatabase
  readonly audit: AuditLog
  readonly stock: DeviceStock
  readonly terminals: TerminalList
  readonly assignments: Assignments
  readonly nowMs: () => number
}

/** Installation, exchange, repair, withdrawal. What an order does to devices and terminals happens with its step. */
export class WorkOrders {
  readonly #parts: WorkOrderParts

  constructor(parts: WorkOrderParts) {
    this.#parts = parts
  }

  /** @throws {EstateRefusal} */
  create(
    actor: string,
    order: {
      readonly kind: OrderKind
      readonly tid: string
      readonly newSerial?: string | undefined
      readonly place: string
      readonly note: string
    },
  ): WorkOrder {
    const { office, audit, terminals, nowMs } = this.#parts
    return office.transaction(() => {
      terminals.get(order.tid)
      this.#checkExchange(order)
      const atMs = nowMs()
      const { lastInsertRowid } = office.db
        .prepare(
          `INSERT INTO estate_orders (kind, state, tid, newSerial, technician, place, createdAtMs, changedAtMs)
           VALUES (?, 'open', ?, ?, '', ?, ?, ?)`,
        )
        .run(order.kind, order.tid, order.newSerial ?? null, order.place, atMs, atMs)
      const number = Number(lastInsertRowid)
      this.#write(number, actor, 'open', order.note)
      const detail = { kind: order.kind, tid: order.tid }
      audit.append({ actor, action: 'order.created', subject: String(number), detail })
      return this.get(number)
    })
  }

  /** Changes an order as it was read. @throws {EstateRefusal} */
  change(actor: string, number: number, change: OrderChange): WorkOrder {
    const { office, audit, nowMs } = this.#parts
    return office.transaction(() => {
      const before = this.get(number)
      if (before.version !== change.version) throw changedByOther(before)
      const isStep = before.state !== change.state
      if (isStep || !isOrderOpen(before.state)) this.#checkStep(before, change)
      office.db
        .prepare(
          `UPDATE estate_orders SET state = ?, technician = ?, appointmentMs = ?, place = ?, changedAtMs = ?,
             version = version + 1 WHERE number = ?`,
        )
        .run(change.state, change.technician, change.appointmentMs, change.place, nowMs(), number)
      if (isStep || change.note !== '') this.#write(number, actor, change.state, change.note)
      const detail = { from: before.state, to: change.state }
      audit.append({ actor, action: 'order.changed', subject: String(number), detail })
      if (isStep) this.#carryOut(before, change.state)
      return this.get(number)
    })
  }

  list(filter: {
    readonly state?: OrderState | undefined
    readonly technician?: string | undefined
    readonly tid?: string | undefined
    readonly limit: number
    readonly offset: number
  }): { readonly orders: readonly WorkOrder[]; readonly total: number } {
    const { db } = this.#parts.office
    const { state = null, technician = null, tid = null, limit, offset } = filter
    const where = `WHERE (:state IS NULL OR state = :state) AND (:technician IS NULL OR technician = :technician)
      AND (:tid IS NULL OR tid = :tid)`
    const values = { state, technician, tid }
    const total = db
      .prepare<unknown[], number>(`SELECT count(*) FROM estate_orders ${where}`)
      .pluck()
      .get(values)
    const orders = db
      .prepare<unknown[], WorkOrder>(
        `SELECT * FROM estate_orders ${where} ORDER BY number DESC LIMIT :limit OFFSET :offset`,
      )
      .all({ ...values, limit, offset })
    return { orders, total: total ?? 0 }
  }

  /** @throws {EstateRefusal} when there is none. */
  get(number: number): WorkOrder {
    const order = this.#parts.office.db
      .prepare<[number], WorkOrder>('SELECT * FROM estate_orders WHERE number = ?')
      .get(number)
    if (order === undefined) throw notThere(`工单 ${number}`, `work order ${number}`)
    return order
  }

  /** Oldest first. */
  notes(number: number): readonly OrderNote[] {
    return this.#parts.office.db
      .prepare<[number], OrderNote>(
        'SELECT atMs, actor, state, note FROM estate_order_notes WHERE orderNumber = ? ORDER BY rowid',
      )
      .all(number)
  }

  #checkExchange({
    kind,
    newSerial,
  }: {
    readonly kind: OrderKind
    readonly newSerial?: string | undefined
  }): void {
    if ((kind === 'exchange') !== (newSerial !== undefined))
      throw new EstateRefusal('badInput', {
        zh: '换机工单需要新设备的序列号，其他工单不需要。',
        en: 'An exchange names the serial number of the new device; other orders name none.',
      })
    if (newSerial !== undefined && this.#parts.stock.get(newSerial).state !== 'inStock')
      throw new EstateRefusal('notNow', {
        zh: `设备 ${newSerial} 不在库：请选择在库的设备。`,
        en: `Device ${newSerial} is not in stock: choose one that is.`,
      })
  }

  #checkStep(before: WorkOrder, { state, technician, appointmentMs }: OrderChange): void {
    const name = orderStateName(before.state)
    const next = orderStateName(state)
    if (!orderMayBecome(before.state, state))
      throw new EstateRefusal('notNow', {
        zh: `工单 ${before.number} 现在是“${name.zh}”，不能变为“${next.zh}”。`,
        en: `Work order ${before.number} is ${name.en}: it can't become ${next.en}.`,
      })
    if (state === 'scheduled' && (technician === '' || appointmentMs === null))
      throw new EstateRefusal('badInput', {
        zh: '预约需要技术员和时间。',
        en: 'An appointment needs a technician and a time.',
      })
    const waits = state === 'done' && (before.kind === 'install' || before.kind === 'exchange')
    if (waits && this.#parts.stock.ofTerminal(before.tid)?.state !== 'installed')
      throw new EstateRefusal('notNow', {
        zh: `终端 ${before.tid} 尚未激活：请先用激活码激活，再完成工单。`,
        en: `Terminal ${before.tid} was not activated yet: activate it with its code, then finish the order.`,
      })
  }

  /** What the step does to device and terminal. Last in the transaction, since it reaches the host's own records. */
  #carryOut({ kind, tid, newSerial }: WorkOrder, state: OrderState): void {
    const { assignments } = this.#parts
    if (kind === 'exchange' && state === 'underway' && newSerial !== null) {
      // After a failed visit the new device may be there already.
      if (this.#parts.stock.ofTerminal(tid)?.serial !== newSerial) assignments.exchange(tid, newSerial)
    }
    if (kind === 'withdraw' && state === 'done') assignments.withdraw(tid)
  }

  #write(number: number, actor: string, state: OrderState, note: string): void {
    this.#parts.office.db
      .prepare('INSERT INTO estate_order_notes VALUES (?, ?, ?, ?, ?)')
      .run(number, this.#parts.nowMs(), actor, state, note)
  }
}
