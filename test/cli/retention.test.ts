import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NO_ROWS } from '../../src/host/core/store-port.ts'
import { openHostRecords } from '../../src/host/service/open-host.ts'
import { DEED, rowsOfDay } from '../host/store/clearing-days.ts'
import { runHere } from './run-here.ts'

let data: string

/** A host that cleared a day years ago. */
beforeAll(() => {
  data = mkdtempSync(join(tmpdir(), 'tillwire-retention-'))
  const records = openHostRecords(data)
  const closedAtMs = Date.UTC(2022, 0, 3)
  const rows = rowsOfDay([DEED, DEED, { ...DEED, fate: 'voided' }], 5_000_000)
  records.store.commit({
    ...NO_ROWS,
    newTransactions: rows.newTransactions,
    entries: rows.entries,
    batches: rows.batches.map((row) => ({
      ...row,
      closedAtMs: row.closedAtMs === undefined ? undefined : closedAtMs,
    })),
  })
  const run = records.clearing.clear({
    businessDate: '2022-01-03',
    cutoffMs: closedAtMs + 1,
    nowMs: closedAtMs + 2,
  })
  records.clearing.markFiled(run?.id ?? 0)
  records.close()
})
afterAll(() => rmSync(data, { recursive: true, force: true }))

function retention(...words: readonly string[]) {
  return runHere('host', 'retention', ...words, '--data', data)
}

describe('tillwire host retention', () => {
  it('says what would go, and changes nothing', async () => {
    const { output, code } = await retention('run', '--dry-run', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(output).plan.counts).toEqual({ transactions: 4, ledger: 8, clearedItems: 4 })
    expect(readdirSync(data)).not.toContain('archives')
  })
  it('sets days, and says why they can not be so few', async () => {
    expect(await retention('set', '--transactions', '30')).toMatchObject({
      code: 2,
      errors: expect.stringContaining('180 to 36500'),
    })
    expect((await retention('set', '--transactions', '365')).output).toContain('365 days')
    expect((await retention('set', '--audit', 'x')).code).toBe(2)
  })
  it('archives, and the books, the archive and the audit log stand up to a look', async () => {
    expect((await retention('run')).output).toMatch(/archive-000001\.twa {2}sha256 [0-9a-f]{64}/)
    expect((await retention('verify')).code).toBe(0)
    expect((await runHere('host', 'status', '--data', data)).code).toBe(0)
    expect((await runHere('audit', 'verify', '--data', data)).code).toBe(0)
    const { output } = await retention('look', '1', '--table', 'transactions')
    expect(output.trim().split('\n')).toHaveLength(4)
    expect(await retention('look', '7')).toMatchObject({
      code: 2,
      errors: expect.stringContaining('archive'),
    })
    expect((await retention('run')).output).toContain('nothing is old enough')
  })
})
