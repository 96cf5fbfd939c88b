import { afterEach, describe, expect, it } from 'vitest'
import { signInWords } from '../../src/load/load-findings.ts'
import type { Share } from '../../src/load/run-share.ts'
import {
  approval,
  type Behaviour,
  encoded,
  loadTinyHost,
  openTinyHost,
  sumOf,
  TINY_TARGET,
} from './tiny-host.ts'

let opened: { close(): void } | undefined
afterEach(() => opened?.close())

async function portOf(behave: Behaviour): Promise<number> {
  const host = await openTinyHost(behave)
  opened = host
  return host.port
}

function targetWith(terminals: readonly { readonly tid: string; readonly lanes: number }[]): unknown {
  const signOn = { mti: '0800', fields: { 11: { from: 'stan' }, 41: { from: 'tid' }, 70: '001' } }
  return {
    ...TINY_TARGET,
    terminals: terminals.map((each) => ({ ...each, mid: 'MERCHANT0000001' })),
    first: 'signOn',
    messages: { ...TINY_TARGET.messages, signOn },
  }
}

const CLOSED = { kind: 'closed', outstanding: 4 } as const
const TWO = [
  { tid: 'TERM0001', lanes: 4 },
  { tid: 'TERM0002', lanes: 4 },
]

describe('the first message of a target', () => {
  it('leaves once for each terminal, however many requests it may have under way', async () => {
    const seen: string[] = []
    const port = await portOf((request) => {
      if (request.mti === '0800') seen.push(String(request.fields[41]))
      return encoded(approval(request))
    })
    const load = { pacing: CLOSED, durationMs: 200, connections: 2, target: targetWith(TWO) }
    const { ticks, result } = await loadTinyHost(port, load)
    expect(seen.sort()).toEqual(['TERM0001', 'TERM0002'])
    expect(result).toMatchObject({ began: true, readyTills: 8, tills: 8 })
    // All lanes are used, and nobody signs in again.
    expect(sumOf(ticks, ({ approved }) => approved)).toBe(result.kinds[0]?.approved)
  })

  it('is given up when the first terminals get nowhere, and it is told why', async () => {
    let count = 0
    const port = await portOf((request) => {
      count++
      if (count % 2 === 0) return undefined
      const reply = approval(request)
      return encoded({ ...reply, fields: { ...reply.fields, 39: '91' } })
    })
    const many = Array.from({ length: 60 }, (_, index) => ({ tid: `TERM00${10 + index}`, lanes: 1 }))
    const load = { pacing: CLOSED, durationMs: 200, timeoutMs: 60, target: targetWith(many) }
    const { failure, result, ticks } = await loadTinyHost(port, load)
    expect(failure).toBe('noTillReady')
    expect(ticks).toEqual([])
    expect(result.began).toBe(false)
    expect(count).toBeLessThan(60 * 3)
    expect(signInWords([result])).toMatch(/^ \(\d+ times nothing came in time, \d+ times response code 91\)$/)
  })
})

describe('a load that is interrupted', () => {
  it('waits for what is under way, and the second time does not', async () => {
    let share: Share | undefined
    const port = await portOf(() => {
      share?.stop()
      share?.stop()
      return undefined
    })
    const { ticks, result } = await loadTinyHost(port, {
      pacing: { kind: 'closed', outstanding: 1 },
      durationMs: 60_000,
      timeoutMs: 60_000,
      share: (started) => {
        share = started
      },
    })
    expect(result).toMatchObject({ began: true, givenUp: 1 })
    expect(sumOf(ticks, ({ sent }) => sent)).toBe(1)
  })

  it('before its terminals have signed in, never began', async () => {
    let share: Share | undefined
    const port = await portOf(() => {
      share?.stop()
      return undefined
    })
    const { failure, result, ticks } = await loadTinyHost(port, {
      pacing: CLOSED,
      durationMs: 60_000,
      target: targetWith(TWO),
      share: (started) => {
        share = started
      },
    })
    expect(failure).toBeUndefined()
    expect(result).toMatchObject({ began: false, givenUp: 0 })
    expect(ticks).toEqual([])
  })
})
