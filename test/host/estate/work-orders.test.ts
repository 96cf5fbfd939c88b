import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ORDER_STATES, type OrderState, orderMayBecome } from '../../../src/host/estate/work-order-state.ts'
import type { OrderChange, WorkOrder } from '../../../src/host/estate/work-orders.ts'
import { ACTOR, EstateWorld, MID, refusalOf } from './estate-world.ts'

const ALLOWED = new Set([
  'open scheduled',
  'open underway',
  'open cancelled',
  'scheduled scheduled',
  'scheduled underway',
  'scheduled failed',
  'scheduled cancelled',
  'underway done',
  'underway failed',
  'failed scheduled',
  'failed cancelled',
])

let world: EstateWorld
let tid: string
beforeEach(() => {
  world = new EstateWorld()
  world.deliver(3)
  tid = world.field.assignments.assign(ACTOR, { serial: 'A001', mid: MID }).tid
})
afterEach(() => world.close())

function create(kind: WorkOrder['kind'], newSerial?: string): WorkOrder {
  return world.field.orders.create(ACTOR, { kind, tid, newSerial, place: 'shop', note: '' })
}

function step(order: WorkOrder, state: OrderState, change: Partial<OrderChange> = {}): WorkOrder {
  const { technician, appointmentMs, place, version } = order
  return world.field.orders.change('zhang', order.number, {
    state,
    technician,
    appointmentMs,
    place,
    note: '',
    version,
    ...change,
  })
}

describe('the states of a work order', () => {
  it.each(
    ORDER_STATES.flatMap((from) =>
      ORDER_STATES.map((to) => [from, to, ALLOWED.has(`${from} ${to}`)] as const),
    ),
  )('%s to %s: %s', (from, to, allowed) => {
    expect(orderMayBecome(from, to)).toBe(allowed)
  })
})

describe('a work order', () => {
  it('is scheduled, carried out and done; each step is written down', () => {
    const order = create('repair')
    expect(refusalOf(() => step(order, 'scheduled'))).toBe('badInput')
    const scheduled = step(order, 'scheduled', { technician: 'zhang', appointmentMs: 5, note: 'call first' })
    expect(scheduled).toMatchObject({ state: 'scheduled', technician: 'zhang', version: 2 })
    step(step(scheduled, 'underway'), 'done')
    expect(world.field.orders.notes(order.number).map(({ state }) => state)).toEqual([
      'open',
      'scheduled',
      'underway',
      'done',
    ])
    expect(world.field.orders.list({ state: 'done', limit: 5, offset: 0 }).total).toBe(1)
  })

  it('tells the second of two people, and keeps what the first did', () => {
    const order = create('repair')
    step(order, 'underway')
    expect(refusalOf(() => step(order, 'cancelled'))).toBe('changed')
    expect(world.field.orders.get(order.number).state).toBe('underway')
  })

  it('stays as it is once it has ended', () => {
    const order = step(step(create('repair'), 'underway'), 'done')
    expect(refusalOf(() => step(order, 'done', { place: 'elsewhere' }))).toBe('notNow')
  })

  it('is for a terminal that exists', () => {
    expect(
      refusalOf(() =>
        world.field.orders.create(ACTOR, { kind: 'repair', tid: '99999999', place: '', note: '' }),
      ),
    ).toBe('notFound')
  })

  it('of an installation is done when the device was activated', () => {
    const order = step(create('install'), 'underway')
    expect(refusalOf(() => step(order, 'done'))).toBe('notNow')
    world.field.stock.move('A001', 'installed')
    expect(step(order, 'done').state).toBe('done')
  })

  it('of a withdrawal takes the device back and blocks the terminal on the host', () => {
    step(step(create('withdraw'), 'underway'), 'done')
    expect(world.field.stock.get('A001').state).toBe('withdrawn')
    expect(world.status(tid)).toBe('blocked')
    expect(world.field.terminals.get(tid)).toMatchObject({ status: 'blocked', serial: null })
  })

  it('of an exchange puts the new device in the place of the old one', () => {
    expect(refusalOf(() => create('exchange'))).toBe('badInput')
    expect(refusalOf(() => create('repair', 'A002'))).toBe('badInput')
    expect(refusalOf(() => create('exchange', 'A001'))).toBe('notNow')
    world.field.commissioning.setStage(ACTOR, tid, 'testing')
    const order = step(create('exchange', 'A002'), 'underway')
    expect(world.field.stock.get('A001')).toMatchObject({ state: 'withdrawn' })
    expect(world.field.stock.get('A002')).toMatchObject({ state: 'assigned', tid })
    expect(world.field.terminals.get(tid).serial).toBe('A002')
    // What the old device proved says nothing of the new one.
    expect(world.stage(tid)).toBe('commissioning')
    // A failed visit does not exchange it again.
    const failed = step(order, 'failed')
    const again = step(failed, 'scheduled', { technician: 'zhang', appointmentMs: 9 })
    expect(step(again, 'underway').state).toBe('underway')
  })
})

describe('when a terminal was last seen', () => {
  it('is the time of its last approved message, written down when somebody looks', () => {
    const request = (ms: number) => ({ inbound: { receivedAt: { ms } }, receivedMs: ms })
    const outcome = (responseCode: string) => ({ summary: { tid, responseCode } })
    const { lastSeen, terminals } = world.field
    const answered = (ms: number, code: string): void =>
      // Only what is looked at: a request of the gateway holds the message and its bytes.
      lastSeen.answered([request(ms)] as never, [outcome(code)] as never)
    answered(5_000, '00')
    answered(9_000, '05')
    expect(terminals.get(tid).lastSeenMs).toBeNull()
    lastSeen.write()
    expect(terminals.get(tid).lastSeenMs).toBe(5_000)
    answered(12_000, '00')
    lastSeen.write()
    expect(terminals.get(tid).lastSeenMs).toBe(5_000)
    world.nowMs += 10_000
    lastSeen.write()
    expect(terminals.get(tid).lastSeenMs).toBe(12_000)
  })
})
