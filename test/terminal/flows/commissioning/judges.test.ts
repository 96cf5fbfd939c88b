import { describe, expect, it } from 'vitest'
import { FUNCTION_SCRIPT } from '../../../../src/terminal/flows/commissioning/function-script.ts'
import { judgeNetwork } from '../../../../src/terminal/flows/commissioning/judge-network.ts'
import { judgeTerminalSoak } from '../../../../src/terminal/flows/commissioning/judge-soak.ts'

const steady = (count: number, value: number): number[] => Array.from({ length: count }, () => value)

describe('the network test', () => {
  it('passes a good line and tells its distribution', () => {
    const { verdict, figures } = judgeNetwork([90, ...steady(95, 20), 30, 40, 50, 60])
    expect(verdict).toBe('passed')
    expect(figures).toMatchObject({ echoes: 100, lost: 0, firstMs: 90, p50Ms: 20, p95Ms: 20, maxMs: 60 })
  })

  it.each([
    ['no connection', [undefined, ...steady(60, 20)]],
    ['a slow connection', [6_000, ...steady(60, 20)]],
    ['slow echoes', [20, ...steady(20, 1_600)]],
    ['loss', [20, ...steady(20, 20), undefined]],
    ['nothing at all', []],
  ])('fails %s, with a reason in both languages', (_, roundTrips) => {
    const { verdict, reasons } = judgeNetwork(roundTrips)
    expect(verdict).toBe('failed')
    for (const { zh, en } of reasons) expect([zh.length, en.length].every((size) => size > 3)).toBe(true)
  })
})

describe('the soak', () => {
  const MEGABYTE = 1024 * 1024
  const samples = (memory: (index: number) => number, latency: (index: number) => number) =>
    Array.from({ length: 40 }, (_, index) => ({
      atSeconds: index,
      memoryBytes: memory(index) * MEGABYTE,
      latencyMs: latency(index),
    }))

  it('passes what stays, and what only warms up', () => {
    const wobble = (index: number): number => 20 + ((index * 7) % 5)
    expect(
      judgeTerminalSoak(
        samples(() => 100, wobble),
        900,
        0,
      ).verdict,
    ).toBe('passed')
    expect(
      judgeTerminalSoak(
        samples((index) => (index < 6 ? 50 : 100), wobble),
        900,
        0,
      ).verdict,
    ).toBe('passed')
  })

  it('fails a leak, a line that gets slower, a lost echo, and too short a look', () => {
    expect(
      judgeTerminalSoak(
        samples(
          (index) => 100 + index,
          () => 20,
        ),
        9,
        0,
      ).verdict,
    ).toBe('failed')
    expect(
      judgeTerminalSoak(
        samples(
          () => 100,
          (index) => 20 + 5 * index,
        ),
        9,
        0,
      ).verdict,
    ).toBe('failed')
    expect(
      judgeTerminalSoak(
        samples(
          () => 100,
          () => 20,
        ),
        9,
        1,
      ).verdict,
    ).toBe('failed')
    expect(
      judgeTerminalSoak(
        samples(
          () => 100,
          () => 20,
        ).slice(0, 8),
        9,
        0,
      ).verdict,
    ).toBe('failed')
  })
})

describe('the function test', () => {
  const faultOf = (
    id: string,
    outcome: Parameters<(typeof FUNCTION_SCRIPT)[0]['fault']>[0],
    tookMs = 3_000,
  ) => FUNCTION_SCRIPT.find((each) => each.id === id)?.fault(outcome, tookMs)

  it('finds each outcome that is not the wanted one', () => {
    for (const { fault } of FUNCTION_SCRIPT) {
      expect(fault({ kind: 'cancelled' }, 3_000)).toBeDefined()
      expect(fault({ kind: 'failed', reason: 'device' }, 3_000)).toBeDefined()
    }
    const reversed = { kind: 'reversed', stan: '000001', reason: '98' } as const
    expect(faultOf('lostReply', { ...reversed, reversal: 'accepted' })).toBeUndefined()
    expect(faultOf('lostReply', { ...reversed, reversal: 'due' })).toBeDefined()
  })
})
