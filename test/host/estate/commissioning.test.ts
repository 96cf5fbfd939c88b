import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ok } from '../../../src/base/result.ts'
import { Commissioning } from '../../../src/host/estate/commissioning.ts'
import { GO_LIVE_STEPS } from '../../../src/host/estate/commissioning-steps.ts'
import { DEFAULT_TERMINAL_ID } from '../../../src/host/estate/default-estate.ts'
import { verifyReport } from '../../../src/host/estate/report-signature.ts'
import { ACTOR, EstateWorld, refusalOf } from './estate-world.ts'

const TID = DEFAULT_TERMINAL_ID
const SERIAL = 'A001'
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
  it('shows each step, and that a digit was changed', () => {
    send(...GO_LIVE_STEPS.map((step) => evidence(step)))
    const subject = { tid: TID, mid: '001290058120001', serial: SERIAL, evidence: desk.evidence(TID, SERIAL) }
    const html = world.field.reports.make(subject)
    expect(html.match(/通过 passed/g)).toHaveLength(7)
    expect(html).not.toMatch(/https?:\/\//)
    const verdict = verifyReport(html)
    expect(verdict.kind).toBe('whole')
    expect(verifyReport(world.field.reports.make(subject))).toEqual(verdict)
    expect(verifyReport(html.replace('<td>12</td>', '<td>13</td>'))).toEqual({ kind: 'altered' })
    expect(verifyReport(html.slice(0, 500))).toEqual({ kind: 'unsigned' })
  })

  it('shows what a device says as text, never as markup', () => {
    const html = world.field.reports.make({
      tid: '<b>',
      mid: '"',
      serial: '&',
      evidence: [],
    })
    expect(html).not.toContain('<b>')
  })
})
