import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { NO_ROWS } from '../../../src/host/core/store-port.ts'
import { PlannedRetention } from '../../../src/host/retention/planned-retention.ts'
import { DEED, deeds } from '../store/clearing-days.ts'
import { RetentionWorld } from './retention-world.ts'

const worlds: RetentionWorld[] = []
function open(): RetentionWorld {
  const world = new RetentionWorld()
  worlds.push(world)
  return world
}
afterEach(() => {
  for (const world of worlds.splice(0)) world.close()
})

describe('retention', () => {
  test('random days and runs: the books agree, no balance changes, nothing is lost', () => {
    const step = fc.record({
      day: deeds(100_000).map((all) => all.slice(0, 12)),
      passed: fc.constantFrom(0, 1, 100, 400, 1200),
      ticket: fc.option(fc.constantFrom('TILL0000', 'TILL0001', 'estate'), { nil: undefined }),
      runs: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 6 }), (steps) => {
        const world = new RetentionWorld()
        try {
          for (const { day, passed, ticket, runs } of steps) {
            world.sellAndClear(day)
            world.pass(passed)
            if (ticket !== undefined) openTicket(world, ticket)
            if (runs) runAndHold(world)
          }
          world.pass(1300)
          runAndHold(world)
        } finally {
          world.close()
        }
      }),
      { numRuns: 25 },
    )
  }, 60_000)

  test('takes out what is cleared and old, and leaves one posting with the sums', () => {
    const world = open()
    world.sellAndClear([DEED, { ...DEED, fate: 'voided' }])
    world.pass(1090)
    world.sellAndClear([DEED])
    expect(world.retention.plan().counts['transactions']).toBeUndefined()
    world.pass(10)
    const before = world.balances()
    const plan = world.retention.plan()
    expect(plan).toMatchObject({ counts: { transactions: 3 }, days: [expect.any(String)] })
    expect(world.present()).toHaveLength(4)
    const archive = world.retention.run('anna')
    expect(archive).toMatchObject({ id: 1, counts: { transactions: 3 }, actor: 'anna' })
    expect(world.present()).toEqual([20_000])
    expect(world.balances()).toBe(before)
    expect(world.store.ledgerEntries(archive?.carryId ?? 0).length).toBeGreaterThan(1)
    expect(world.retention.run('anna')).toBeUndefined()
  })

  test('leaves what an open ticket is about, what is not cleared, and what a later refund refers to', () => {
    const world = open()
    // Till 1 is refunded at till 3, whose batch is still open.
    world.sellAndClear([{ ...DEED, till: 1, fate: 'refunded' }])
    world.sellAndClear([DEED])
    openTicket(world, 'TILL0000')
    world.sellAndClear([{ ...DEED, till: 2 }])
    world.pass(1200)
    world.retention.run('anna')
    expect(world.present()).toEqual([10_000, 10_001, 20_000])
    expect(world.store.checkBooks()).toEqual([])
  })

  test('takes out old refusals, signatures, alarms, tickets and evidence; the newest evidence stays', () => {
    const world = open()
    world.sellAndClear([DEED])
    world.signatures.keep(10_000, Uint8Array.of(1, 2, 255), world.office.nowMs)
    const note = { tid: 'TILL0000', kind: 'cleaning', actor: 'anna', isGood: true, note: '' } as const
    for (let time = 0; time < 3; time++) {
      world.plan.note({ ...note, atMs: world.office.nowMs })
      world.pass(1)
    }
    world.alarms.take([{ kind: 'paperOut', subject: 'TILL0000', value: 1, count: 1 }])
    world.alarms.take([{ kind: 'paperOut', subject: 'TILL0000', value: 0, count: 1 }])
    const ticket = openTicket(world, 'TILL0000')
    const common = { severity: 'normal', assignee: '', note: 'done' } as const
    world.tickets.change('tom', ticket.number, { ...common, state: 'closed', version: 1 })
    world.pass(1300)
    const { counts } = world.retention.run('anna') ?? {}
    expect(counts).toMatchObject({
      explains: 1,
      signature_images: 1,
      monitoring_alarms: 1,
      tickets_tickets: 1,
      tickets_notes: 2,
      maintenance_evidence: 2,
    })
    expect(world.plan.evidence('TILL0000', 9)).toHaveLength(1)
    expect(world.signatures.find(10_000)).toBeUndefined()
    expect(world.tickets.list({ limit: 9 })).toEqual([])
    const bodies: unknown[] = []
    world.retention.look(1, ({ table, row }) => {
      if (table === 'signature_images') bodies.push(row['body'])
    })
    expect(bodies).toEqual([Buffer.from([1, 2, 255]).toString('base64')])
  })

  test('shortens the audit log only when it is told to, and its chain stays whole and guarded', () => {
    const world = open()
    const { audit, database } = world.office
    for (let time = 0; time < 5; time++) {
      audit.append({ actor: 'anna', action: 'test.done', subject: String(time) })
      world.pass(100)
    }
    world.pass(1000)
    const { days, version } = world.retention.policy()
    world.retention.changePolicy('anna', { days: { ...days, audit: 1250 }, version })
    const { counts } = world.retention.run('anna') ?? {}
    expect(counts).toEqual({ audit_entries: 3 })
    expect(audit.verify().findings).toEqual([])
    expect(audit.list({ limit: 99 }).at(-1)?.number).toBe(4)
    expect(() => database.db.exec('DELETE FROM audit_entries WHERE number = 4')).toThrow(/append-only/)
    database.db.exec('UPDATE audit_anchor SET number = 4; DELETE FROM audit_entries WHERE number = 4')
    expect(audit.verify().findings).not.toEqual([])
  })

  test('refuses days that are too few, and an edit over somebody else’s', () => {
    const world = open()
    const { days, version } = world.retention.policy()
    expect(() =>
      world.retention.changePolicy('anna', { days: { ...days, transactions: 30 }, version }),
    ).toThrow(/180/)
    world.retention.changePolicy('anna', { days: { ...days, transactions: 0 }, version })
    expect(() => world.retention.changePolicy('bob', { days, version })).toThrow(
      expect.objectContaining({ kind: 'changed' }),
    )
    world.sellAndClear([DEED])
    world.pass(9000)
    world.retention.run('anna')
    expect(world.present()).toEqual([10_000])
  })

  test('an archive that was changed, cut or exchanged is found out', () => {
    const world = open()
    world.sellAndClear([DEED])
    world.pass(1100)
    const archive = world.retention.run('anna')
    const path = join(world.directory, 'archives', archive?.name ?? '')
    const bytes = readFileSync(path)
    expect(world.retention.verify()).toMatchObject([{ isGood: true }])
    for (const at of [8, bytes.length - 1]) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ 1
      writeFileSync(path, changed)
      expect(world.retention.verify()).toMatchObject([{ isGood: false }])
      expect(() => world.retention.look(1, () => {})).toThrow(/changed|early|behind/)
    }
    writeFileSync(path, bytes.subarray(0, -5))
    expect(() => world.retention.look(1, () => {})).toThrow(/ends too early/)
    writeFileSync(path, bytes)
    expect(world.retention.verify()).toMatchObject([{ isGood: true }])
  })

  test('runs by the maintenance plan, which keeps what came of it as evidence', () => {
    const world = open()
    const planned = new PlannedRetention(world.retention, world.plan, world.office.clock)
    world.office.audit.append({ actor: 'anna', action: 'test.done', subject: '' })
    world.sellAndClear([DEED])
    world.pass(20)
    expect(planned.runIfDue()).toBe(false)
    world.pass(1100)
    expect(planned.runIfDue()).toBe(true)
    expect(world.present()).toEqual([])
    expect(world.plan.evidence('host', 9)).toMatchObject([
      {
        kind: 'retention',
        isGood: true,
        note: expect.stringMatching(/^archive-000001\.twa sha256 [0-9a-f]{64}$/),
      },
    ])
    expect(planned.runIfDue()).toBe(false)
    const stray = {
      postingId: 99,
      index: 0,
      account: 'suspense',
      owner: '',
      amountMinor: 1,
      currency: '156',
    } as const
    world.store.commit({ ...NO_ROWS, entries: [stray] })
    world.pass(31)
    expect(planned.runIfDue()).toBe(true)
    expect(world.plan.evidence('host', 1)).toMatchObject([
      { isGood: false, note: expect.stringContaining('books') },
    ])
    expect(planned.runIfDue()).toBe(false)
    world.pass(1)
    expect(planned.runIfDue()).toBe(true)
  })

  test('does nothing while the books are wrong', () => {
    const world = open()
    world.sellAndClear([DEED])
    world.pass(1100)
    const stray = {
      postingId: 99,
      index: 0,
      account: 'suspense',
      owner: '',
      amountMinor: 1,
      currency: '156',
    } as const
    world.store.commit({ ...NO_ROWS, entries: [stray] })
    expect(() => world.retention.run('anna')).toThrow(expect.objectContaining({ kind: 'badInput' }))
    expect(world.present()).toHaveLength(1)
  })
})

function openTicket(world: RetentionWorld, subject: string) {
  const ticket = { title: 'x', severity: 'low', source: 'hand', knowledgeKey: '' } as const
  return world.tickets.open('anna', { ...ticket, subject, note: 'y' })
}

/** Runs, and holds what is there against what was. */
function runAndHold(world: RetentionWorld): void {
  const before = world.balances()
  const uncleared = world.store
    .listTransactions({ limit: 1_000_000 })
    .filter(({ tid }) => tid === 'TILL0003')
    .map(({ id }) => id)
  world.retention.run('system')
  expect(world.store.checkBooks()).toEqual([])
  expect(world.balances()).toBe(before)
  const present = world.present()
  expect(present).toEqual(expect.arrayContaining(uncleared))
  expect([...present, ...world.archived()].sort((left, right) => left - right)).toEqual(
    [...world.ids].sort((left, right) => left - right),
  )
  expect(world.retention.verify().filter(({ isGood }) => !isGood)).toEqual([])
  expect(world.office.audit.verify().findings).toEqual([])
}
