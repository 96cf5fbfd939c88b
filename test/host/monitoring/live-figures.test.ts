import { describe, expect, test } from 'vitest'
import type { Outcome } from '../../../src/host/core/inbound.ts'
import { LiveFigures, WINDOW_MS } from '../../../src/host/monitoring/live-figures.ts'
import type { ObservedRequest } from '../../../src/host/service/answer-observer.ts'

const START = Date.UTC(2026, 10, 28, 9)

function answer(
  figures: LiveFigures,
  atMs: number,
  summary: Partial<Outcome['summary']> = {},
  latencyMs = 3,
): void {
  const outcome = {
    reply: new Uint8Array(1),
    plan: { kind: 'reply', delayMs: 0, copies: 1 },
    explain: undefined,
    summary: { tid: 'T1', operation: 'sale', responseCode: '00', ...summary },
  } as unknown as Outcome
  const request = { receivedMs: 100, inbound: { receivedAt: { ms: atMs } } } as unknown as ObservedRequest
  figures.answered([request], [outcome], 100 + latencyMs)
}

describe('figures of the last hour', () => {
  test('are those of the answers: success, codes, reversals, latency', () => {
    const figures = new LiveFigures(() => true)
    for (let sale = 0; sale < 19; sale++) answer(figures, START)
    answer(figures, START, { responseCode: '51' }, 800)
    answer(figures, START, { operation: 'reversal' })
    answer(figures, START, { operation: 'signIn' })
    expect(figures.terminal('T1', START)).toEqual({
      decided: 20,
      approved: 19,
      successRate: 0.95,
      reversals: 1,
      reversalShare: 0.05,
      p50Ms: 5,
      p95Ms: 5,
      codes: [
        { code: '00', count: 19 },
        { code: '51', count: 1 },
      ],
      lastSeenMs: START,
    })
    answer(figures, START, {}, 800)
    expect(figures.terminal('T1', START).p95Ms).toBe(1000)
  })
  test('forget what is older than the window, at any moment', () => {
    const figures = new LiveFigures(() => true)
    for (let minute = 0; minute < 180; minute++) answer(figures, START + minute * 60_000)
    const now = START + 179 * 60_000
    const { decided } = figures.terminal('T1', now)
    // A slot is five minutes, so the window holds 55 to 60 of them.
    expect(decided).toBeGreaterThanOrEqual(55)
    expect(decided).toBeLessThanOrEqual(60)
    expect(figures.terminal('T1', now + 2 * WINDOW_MS)).toMatchObject({
      decided: 0,
      successRate: undefined,
      codes: [],
    })
  })
  test('are those of several terminals together', () => {
    const figures = new LiveFigures(() => true)
    answer(figures, START)
    answer(figures, START + 1, { tid: 'T2', responseCode: '05' })
    answer(figures, START, { tid: 'T3' })
    expect(figures.sum(['T1', 'T2'], START)).toMatchObject({
      decided: 2,
      successRate: 0.5,
      lastSeenMs: START + 1,
    })
    expect(figures.estate(START)).toMatchObject({ decided: 3 })
    expect(figures.activeCount(START + 10_000, 9_999)).toBe(1)
  })
  test('give no place to terminals that nobody knows', () => {
    const figures = new LiveFigures((tid) => tid === 'T1')
    for (let tid = 0; tid < 100; tid++) answer(figures, START, { tid: `X${tid}`, responseCode: '97' })
    answer(figures, START)
    expect([...figures.heard()]).toEqual(['T1'])
  })
})
