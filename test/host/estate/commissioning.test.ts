import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ok } from '../../../src/base/result.ts'
import { Commissioning } from '../../../src/host/estate/commissioning.ts'
import { GO_LIVE_STEPS } from '../../../src/host/estate/commissioning-steps.ts'
import { DEFAULT_TERMINAL_ID } from '../../../src/host/estate/default-estate.ts'
import { verifyReport } from '../../../src/host/estate/report-signature.ts'
import { EXERCISE_NAMES } from '../../../src/host/estate/training-exercises.ts'
import { EXERCISES } from '../../../src/terminal/flows/training/exercises.ts'
import { ACTOR, EstateWorld, MID, refusalOf } from './estate-world.ts'

const TID = DEFAULT_TERMINAL_ID
const SERIAL = 'A001'
const SUBJECT = { tid: TID, mid: MID, merchantName: 'Shop', serial: SERIAL }
let world: EstateWorld
let desk: Commissioning
let nonces = 0
/** Rows of the host for the batch of the function test. */
let rows: unknown[] = []
beforeEach(() => {
  world = new EstateWorld()
  rows = [{ stan: 5, state: 'approved', approvedMinor: 1200 }]
  const { office, estate, field } = world
  desk = new Commissioning({
    office: office.database,
    audit: office.audit,
    estate,
    // Proofs are tried in the tests of activation; here the pad of A001 always speaks.
    distribution: { prove: ({ nonce }) => ok({ serialNumber: SERIAL, nonce }) as never },
    stock: { find: () => ({ tid: TID }) as never },
    store: { listTransactions: () => rows as never },
    acceptance: world.field.acceptance,
    training: world.field.training,
    nowMs: () => world.nowMs,
  })
  expect(field.commissioning).toBeDefined()
})
afterEach(() => world.close())

function evidence(step: string, more: Record<string, unknown> = {}) {
  const raw =
    step === 'functions'
      ? { batch: '000001', transactions: [{ stan: '000005', status: 'approved', amountMinor: 1200 }] }
      : { step }
  const whole = {
    step,
    attempt: 1,
    startedAtMs: 1,
    endedAtMs: 2_001,
    verdict: 'passed',
    reasons: [],
    figures: { p95Ms: 12 },
    raw,
    softwareVersion: '1.0.0',
    terminalId: TID,
    ...more,
  }
  return { rawHash: createHash('sha256').update(JSON.stringify(whole.raw)).digest('hex'), ...whole }
}

function send(...steps: ReturnType<typeof evidence>[]) {
  nonces += 1
  const nonce = new Uint8Array(16).fill(nonces)
  return desk.take({ body: JSON.stringify({ evidence: steps }), certificates: [], nonce, signature: nonce })
}

describe('the gate before the first real sale', () => {
  it('names what is missing, and opens when all has passed', () => {
    desk.setStage(ACTOR, TID, 'commissioning')
    expect(desk.missing(TID, SERIAL).map(({ step }) => step)).toEqual(GO_LIVE_STEPS)
    expect(refusalOf(() => desk.goLive(ACTOR, TID, SERIAL))).toBe('notNow')
    send(...GO_LIVE_STEPS.filter((step) => step !== 'soak').map((step) => evidence(step)))
    expect(desk.missing(TID, SERIAL).map(({ step }) => step)).toEqual(['soak'])
    send(evidence('soak', { verdict: 'failed', reasons: [{ zh: '内存上升', en: 'memory rises' }] }))
    expect(desk.missing(TID, SERIAL)[0]?.en).toContain('memory rises')
    expect(world.store.listTerminals().find(({ tid }) => tid === TID)?.setup?.stage).toBe('commissioning')
    send(evidence('soak'))
    expect(() => desk.goLive(ACTOR, TID, SERIAL)).toThrow('not signed yet')
    desk.accept(ACTOR, SUBJECT)
    expect(desk.goLive(ACTOR, TID, SERIAL).setup?.stage).toBeUndefined()
    expect(world.office.audit.verify().findings).toEqual([])
  })

  it('does not count evidence of an older software, or of another device', () => {
    send(...GO_LIVE_STEPS.map((step) => evidence(step)))
    expect(desk.missing(TID, SERIAL)).toEqual([])
    expect(desk.missing(TID, 'A002')).toHaveLength(7)
    send(evidence('network', { softwareVersion: '1.1.0' }))
    expect(desk.missing(TID, SERIAL).map(({ step }) => step)).toEqual(GO_LIVE_STEPS.slice(1))
  })

  it.each([
    ['lost at the host', []],
    ['another amount', [{ stan: 5, state: 'approved', approvedMinor: 1201 }]],
    ['reversed at the host', [{ stan: 5, state: 'reversed', approvedMinor: 1200 }]],
    [
      'lost at the terminal',
      [
        { stan: 5, state: 'approved', approvedMinor: 1200 },
        { stan: 6, state: 'approved', approvedMinor: 1 },
      ],
    ],
  ])('fails a function test whose records differ: %s', (_, atHost) => {
    rows = atHost
    expect(send(evidence('functions')).evidence[0]).toMatchObject({ verdict: 'failed' })
    expect(desk.missing(TID, SERIAL).some(({ step }) => step === 'functions')).toBe(true)
  })

  it('refuses what is not whole, of another terminal, or sent a second time', () => {
    expect(refusalOf(() => send(evidence('soak', { rawHash: '0'.repeat(64) })))).toBe('badInput')
    expect(refusalOf(() => send(evidence('soak', { terminalId: '99999999' })))).toBe('badInput')
    send(evidence('soak'))
    nonces -= 1
    expect(refusalOf(() => send(evidence('soak')))).toBe('replayed')
  })
})

describe('the acceptance report', () => {
  it('is refused before all has passed, and says what is missing', () => {
    send(...GO_LIVE_STEPS.filter((step) => step !== 'soak').map((step) => evidence(step)))
    expect(() => desk.accept(ACTOR, SUBJECT)).toThrow('soak')
    expect(world.field.acceptance.list(TID)).toEqual([])
  })

  it('is kept as it was signed, and shows that a digit was changed', () => {
    send(...GO_LIVE_STEPS.map((step) => evidence(step)))
    const entry = desk.accept(ACTOR, SUBJECT)
    const html = world.field.acceptance.open(TID, entry.number)
    world.nowMs += 86_400_000
    expect(world.field.acceptance.open(TID, entry.number)).toBe(html)
    expect(createHash('sha256').update(html).digest('hex')).toBe(entry.hash)
    expect(world.field.acceptance.list(TID)).toEqual([entry])
    expect(entry).toMatchObject({ signedBy: ACTOR, software: '1.0.0', serial: SERIAL })
    expect(html.match(/通过 passed/g)).toHaveLength(2 * GO_LIVE_STEPS.length)
    expect(html).not.toMatch(/https?:\/\//)
    expect(verifyReport(html)).toEqual({ kind: 'whole', signer: entry.signer })
    expect(verifyReport(html.replace('<td>12</td>', '<td>13</td>'))).toEqual({ kind: 'altered' })
    expect(verifyReport(html.slice(0, 500))).toEqual({ kind: 'unsigned' })
    expect(refusalOf(() => world.field.acceptance.open('10000099', entry.number))).toBe('notFound')
  })

  it('does not cover what was found after it', () => {
    send(...GO_LIVE_STEPS.map((step) => evidence(step)))
    desk.accept(ACTOR, SUBJECT)
    send(evidence('soak', { figures: { p95Ms: 13 }, raw: { later: true } }))
    expect(desk.missing(TID, SERIAL)).toEqual([])
    expect(() => desk.goLive(ACTOR, TID, SERIAL)).toThrow('not signed yet')
    desk.accept('wang', SUBJECT)
    expect(world.field.acceptance.list(TID).map(({ signedBy }) => signedBy)).toEqual(['wang', ACTOR])
    expect(desk.goLive(ACTOR, TID, SERIAL).setup?.stage).toBeUndefined()
  })

  it('shows what a device says as text, never as markup', () => {
    send(...GO_LIVE_STEPS.map((step) => evidence(step, { figures: { '<b>': '<i>&' } })))
    const { number } = desk.accept('<u>', { ...SUBJECT, merchantName: '"<s>' })
    expect(world.field.acceptance.open(TID, number)).not.toMatch(/<[bius]>/)
  })
})

describe('the training of operators', () => {
  it('is told by the evidence, operator by operator, newest result first, whatever else comes', () => {
    const result = (operator: string, exercise: string, atMs: number) => ({ operator, exercise, atMs })
    const all = EXERCISE_NAMES.map((exercise, index) => result('01', exercise, 10 + index))
    send(evidence('training', { verdict: 'failed', raw: [result('02', 'sale', 5), result('02', 'void', 6)] }))
    send(evidence('training', { raw: [...all, result('02', 'sale', 4)] }))
    send(evidence('training', { raw: [{ operator: '<b>', exercise: 'sale', atMs: 1 }] }))
    expect(world.field.training.of(TID)).toEqual([
      { operator: '01', isDone: true, results: all.map(({ operator: _, ...each }) => each) },
      {
        operator: '02',
        isDone: false,
        results: [
          { exercise: 'sale', atMs: 5 },
          { exercise: 'void', atMs: 6 },
        ],
      },
    ])
  })

  it('names the exercises as the terminal does', () => {
    expect(EXERCISE_NAMES).toEqual(EXERCISES.map(({ id }) => id))
  })
})
