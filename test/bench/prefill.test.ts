import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { prefill } from '../../bench/prefill.ts'
import { SqliteStore } from '../../src/host/store/sqlite-store.ts'

describe('prefilled books', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tillwire-prefill-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('fit the present schema and are right', () => {
    const path = join(folder, 'host.db')
    const sizes = {
      transactions: 1000,
      terminals: 10,
      merchants: 2,
      batchSize: 50,
      closedAtMs: 1_770_000_000_000,
    }
    prefill({ path, ...sizes }, () => {})
    const store = new SqliteStore(path)
    try {
      expect(store.countTransactions()).toBe(1000)
      expect(store.checkBooks()).toEqual([])
    } finally {
      store.close()
    }
  })
})
