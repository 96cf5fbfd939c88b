import { expect, it } from 'vitest'
import { liveMemoryBytes } from '../../../src/cli/up/live-memory.ts'

const MIB = 1024 * 1024

function rows(): readonly { readonly id: number }[] {
  return Array.from({ length: 500_000 }, (_, id) => ({ id }))
}

it('counts what is kept, and nothing that was thrown away', () => {
  const before = liveMemoryBytes()
  for (let round = 0; round < 3; round++) rows()
  expect(liveMemoryBytes() - before).toBeLessThan(4 * MIB)
  const kept = rows()
  expect(liveMemoryBytes() - before).toBeGreaterThan(8 * MIB)
  expect(kept.length).toBe(500_000)
})
