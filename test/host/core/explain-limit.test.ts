import { describe, expect, it } from 'vitest'
import { ExplainLimit } from '../../../src/host/core/explain-limit.ts'

describe('explain limit', () => {
  it('lets so many of each kind through a second and counts the rest', () => {
    const limit = new ExplainLimit({ unreadablePerSecond: 2, refusedPerSecond: 3 })
    const taken = (kind: 'unreadable' | 'refused', nowMs: number): number =>
      Array.from({ length: 10 }, () => limit.take(kind, nowMs)).filter((isTaken) => isTaken).length
    expect([taken('unreadable', 5000), taken('refused', 5999)]).toEqual([2, 3])
    expect(limit.hasSuppressed).toBe(true)
    expect(limit.takeSuppressed()).toBe(15)
    expect(limit.hasSuppressed).toBe(false)
    expect(taken('unreadable', 5999)).toBe(0)
    expect([taken('unreadable', 6000), taken('refused', 6000)]).toEqual([2, 3])
    expect(limit.takeSuppressed()).toBe(25)
    expect(limit.suppressedTotal).toBe(40)
    // A clock that was set back is no reason to fall silent.
    expect(taken('unreadable', 1000)).toBe(2)
  })
})
