import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { businessDate, localDay } from '../../src/cli/host/business-date.ts'
import { readFeeFile } from '../../src/cli/host/fee-file.ts'
import { NO_ROWS } from '../../src/host/core/store-port.ts'
import { DEFAULT_MERCHANT, DEFAULT_TERMINAL_ID } from '../../src/host/estate/default-estate.ts'
import { openHostRecords } from '../../src/host/service/open-host.ts'
import { CLOSED_AT_MS, type Deed, rowsOfDay, tidOf } from '../host/store/clearing-days.ts'
import { runHere } from './run-here.ts'

const { mid } = DEFAULT_MERCHANT
const SALE: Deed = {
  till: 0,
  kind: 'sale',
  amountMinor: 12_345,
  isForeign: false,
  currency: '156',
  dayOfMonth: 2,
  fate: 'stands',
  refunds: [500],
}
const DAY = localDay(CLOSED_AT_MS).replaceAll('-', '')

let directory: string
let data: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-host-clearing-'))
  data = join(directory, 'host')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

/** A host with one closed batch of the default terminal. */
function closedDay(): void {
  const records = openHostRecords(data)
  const first = records.store.leaseNumbers(100)
  const rows = rowsOfDay([SALE, { ...SALE, isForeign: true }, { ...SALE, fate: 'voided' }], first)
  const own = { tid: DEFAULT_TERMINAL_ID, mid }
  const owner = (row: { readonly account: string; readonly owner: string }) =>
    row.account === 'merchant' ? mid : row.owner
  records.store.commit({
    ...NO_ROWS,
    newTransactions: rows.newTransactions.map((row) => ({ ...row, ...own })),
    entries: rows.entries.map((row) => ({ ...row, owner: owner(row) })),
    batches: rows.batches.filter(({ tid }) => tid === tidOf(0)).map((row) => ({ ...row, ...own })),
  })
  records.close()
}

const run = (...args: readonly string[]) => runHere('host', ...args, '--data', data)

describe('tillwire host clear', () => {
  it('clears a day into payouts and a file that adds up, once', async () => {
    closedDay()
    const out = join(directory, 'day.csv')
    const first = await run('clear', '--date', DAY, '--out', out, '--json')
    expect(first.code, first.errors).toBe(0)
    const report = JSON.parse(first.output)
    expect(report).toMatchObject({ batchCount: 1, itemCount: 4, state: 'filed', file: out })
    // 123.45 at 0.6 % is 0.74, at 2.5 % is 3.09; the voided one costs nothing.
    expect(report.payouts).toEqual([
      expect.objectContaining({ mid, itemCount: 4, debitMinor: 37_035, creditMinor: 12_345, feeMinor: 383 }),
    ])
    expect(report.payouts[0].netMinor).toBe(24_690 - 383)

    const text = readFileSync(out, 'utf8')
    const lines = text.trimEnd().split('\n')
    expect(lines.map((line) => line[0]).join('')).toBe('HDDDDPCT')
    const items = lines.filter((line) => line.startsWith('D')).map((line) => line.split(','))
    const total = (column: number) => items.reduce((sum, item) => sum + Number(item[column]), 0)
    expect([total(11), total(12), total(13)]).toEqual([24_690, 383, 56 + 222])
    expect(text).toContain('621094******0011')
    expect(text).not.toMatch(/\d{13,}(?=,[0-9A-Z]{6},)/)
    const [, count, payouts, , hash] = lines.at(-1)?.split(',') ?? []
    expect([count, payouts]).toEqual(['4', '1'])
    const before = text.slice(0, text.lastIndexOf('\nT') + 1)
    expect(createHash('sha256').update(before).digest('hex').toUpperCase()).toBe(hash)
    expect(statSync(out).mode & 0o077).toBe(0)

    const second = await run('clear', '--date', DAY)
    expect(second.output).toBe('nothing to clear / 没有待清算的批次\n')
    expect(readdirSync(join(data, 'clearing'))).toEqual([])
    const status = await run('status', '--json')
    expect(JSON.parse(status.output)).toMatchObject({ booksAgree: true })
    const list = await run('payouts', '--mid', mid)
    expect(list.output).toMatch(
      new RegExp(`^\\d+ payout to ${mid} .* 243\\.07 CNY \\(4 transactions, fee 3\\.83\\)\n$`),
    )
  }, 120_000)

  it('a business date ends with its day, today ends now', () => {
    const nowMs = new Date(2026, 0, 31, 15, 30).getTime()
    expect(businessDate(undefined, nowMs)).toEqual({ day: '2026-01-31', cutoffMs: nowMs })
    const endMs = new Date(2026, 0, 31).getTime()
    expect(businessDate('20260130', nowMs)).toEqual({ day: '2026-01-30', cutoffMs: endMs })
    for (const text of ['20260230', 'today', '2026131']) {
      expect(() => businessDate(text, nowMs)).toThrow(/is no day/)
    }
    expect(() => businessDate('20260201', nowMs)).toThrow(/has not begun/)
  })
})

describe('tillwire host fees', () => {
  const feeFile = (value: unknown): string => {
    const path = join(directory, 'fees.json')
    writeFileSync(path, JSON.stringify(value))
    return path
  }
  const rules = [
    { payment: 'code', basisPoints: 38 },
    { cardClass: 'domestic', basisPoints: 38.25, capMinor: 2_000 },
    { basisPoints: 100, fixedMinor: 5 },
  ]

  it('sets a version beside the default, and does not change what was cleared', async () => {
    closedDay()
    const set = await run(
      'fees',
      '--mid',
      mid,
      '--json',
      '--set',
      feeFile({ validFrom: '20260101', settlement: 'D+0', deviceFeeMinor: 3_000, rules }),
    )
    expect(set.code, set.errors).toBe(0)
    const [shown, version] = set.output.trimEnd().split('\n')
    expect(JSON.parse(shown ?? '')).toMatchObject({ validFrom: '0001-01-01', settlement: 'T+1' })
    expect(JSON.parse(version ?? '')).toMatchObject({
      validFrom: '2026-01-01',
      settlement: 'D+0',
      deviceFeeMinor: 3_000,
      rules: [{ payment: 'code' }, { payment: 'any' }, { payment: 'any' }],
    })
    const cleared = await run('clear', '--json')
    // 0.3825 % of 123.45 is 0.47; 1 % of it is 1.23, and 0.05 on top.
    const [payout] = JSON.parse(cleared.output).payouts
    expect(payout.feeMinor).toBe(47 + 128)
    expect([payout.deviceFeeMinor > 0, payout.deviceFeeMinor % 3_000]).toEqual([true, 0])
    const late = await run('fees', '--mid', mid, '--set', feeFile({ rules }))
    expect(late.code).toBe(2)
    expect(late.errors).toMatch(/was cleared up to .*: a new version starts later/)
  }, 120_000)

  it.each([
    [
      'no rule that fits everything',
      { rules: [{ cardClass: 'domestic', basisPoints: 1 }] },
      /^rules: the last/,
    ],
    [
      'a rate of three decimal places',
      { rules: [{ basisPoints: 0.001 }] },
      /^rules\.0\.basisPoints: at most two/,
    ],
    ['a misspelt key', { rules: [{ basisPoints: 1, cap: 5 }] }, /^rules\.0: Unrecognized key/],
    ['a day that is none', { validFrom: '20260230', rules }, /^validFrom: a day/],
  ])('refuses a file with %s', (_name, file, expected) => {
    expect(readFeeFile(JSON.stringify(file), mid, '2026-01-31')).toMatch(expected)
  })

  it('says what is wrong with a file', async () => {
    const path = feeFile({ rules: [] })
    const { code, errors } = await run('fees', '--mid', mid, '--set', path)
    expect(code).toBe(2)
    expect(errors).toMatch(/^tillwire: .*fees\.json: rules: .*\n$/)
  }, 120_000)
})
