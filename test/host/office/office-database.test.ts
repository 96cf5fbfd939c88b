import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { OfficeDatabase } from '../../../src/host/office/office-database.ts'

it('writes nothing when it is opened again: a host must start on a disk that is full', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tillwire-office-'))
  const path = join(directory, 'office.db')
  const open = (): OfficeDatabase => {
    const database = new OfficeDatabase(path)
    database.migrate('things', ['CREATE TABLE things_all (id INTEGER PRIMARY KEY) STRICT'])
    return database
  }
  open().close()
  const again = open()
  expect(statSync(`${path}-wal`).size).toBe(0)
  again.close()
  rmSync(directory, { recursive: true })
})
