import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { MemoryStore } from '../../../src/host/store/memory-store.ts'
import { SqliteStore } from '../../../src/host/store/sqlite-store.ts'
import { describeStore } from './store-suite.ts'

const directory = mkdtempSync(join(tmpdir(), 'tillwire-store-'))
let count = 0
afterAll(() => rmSync(directory, { recursive: true }))

describeStore('memory', () => new MemoryStore())
describeStore('SQLite in memory', () => new SqliteStore(':memory:'))
describeStore('SQLite in a file', () => {
  count++
  return new SqliteStore(join(directory, `host-${count}.db`))
})
