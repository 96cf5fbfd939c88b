import { expect, it } from 'vitest'
import { StoreError } from '../../../src/host/core/store-port.ts'
import { keepCare } from '../../../src/host/monitoring/keep-care.ts'
import { MemoryStore } from '../../../src/host/store/memory-store.ts'
import { OfficeInMemory } from './office-in-memory.ts'

it('a store that is away when it looks does not end the process', () => {
  const store = new MemoryStore()
  const memory = new OfficeInMemory()
  const office = { database: memory.database, audit: memory.audit, nowMs: memory.clock }
  const host = { store, observe: () => () => {}, estate: { changeTerminal: () => undefined } }
  const { end } = keepCare({ office, host } as unknown as Parameters<typeof keepCare>[0])
  let asked = 0
  store.listTerminals = () => {
    asked++
    throw new StoreError('the database does not answer', { kind: 'away' })
  }
  memory.nowMs += 3_600_000
  expect(end).not.toThrow()
  expect(asked).toBe(1)
})
