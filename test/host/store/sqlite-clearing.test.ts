import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defaultSchedule, type FeeSchedule } from '../../../src/host/core/fee-schedule.ts'
import type { MerchantRow, TerminalRow } from '../../../src/host/core/records.ts'
import { isSettled } from '../../../src/host/core/settlement-totals.ts'
import { NO_ROWS, type StoreRows } from '../../../src/host/core/store-port.ts'
import { MIGRATIONS } from '../../../src/host/store/sqlite-schema.ts'
import { SqliteStore } from '../../../src/host/store/sqlite-store.ts'
import { programArguments } from '../../compiled/compiled-program.ts'
import {
  CLOSED_AT_MS,
  DEED,
  deeds,
  MERCHANTS,
  OPEN_TILL,
  REQUEST_OF_DAY,
  rowsOfDay,
  schedules,
  tidOf,
} from './clearing-days.ts'

const MERCHANT: MerchantRow = {
  mid: MERCHANTS[0],
  name: 'Test',
  currency: '156',
  categoryCode: '5411',
  status: 'active',
}
const TERMINAL: TerminalRow = {
  tid: tidOf(0),
  mid: MERCHANTS[0],
  status: 'active',
  profile: { macAlgorithm: 'unionpay-ecb', macRequired: true, signInRequired: true, workingKeys: 'tdes' },
  masterKey: undefined,
  pinKey: undefined,
  macKey: undefined,
  trackKey: undefined,
  signedIn: false,
  signedInAtMs: undefined,
  batchNumber: 1,
  processingRequest: 0,
}

function storeWith(rows: StoreRows, agreed: readonly FeeSchedule[] = [], path = ':memory:'): SqliteStore {
  const store = new SqliteStore(path)
  store.leaseNumbers(100_000)
  store.commit(rows)
  for (const schedule of agreed) store.clearing.putFeeSchedule(schedule)
  return store
}

/** Everything that a clearing wrote. */
function written(store: SqliteStore) {
  const run = store.clearing.unfiledRuns()
  return {
    run,
    payouts: store.clearing.payouts({}),
    lines: run.map(({ id }) => [...store.clearing.itemLines(id)].join('')),
    ledger: store.ledgerBalances(),
  }
}

function sum(values: Iterable<number>): number {
  let total = 0
  for (const value of values) total += value
  return total
}

describe('clearing in SQL and row by row', () => {
  it('come to the same, whatever day it was', () => {
    fc.assert(
      fc.property(deeds(), schedules, (day, agreed) => {
        const rows = rowsOfDay(day)
        const [inSets, byRow] = (['sets', 'rows'] as const).map((path) => {
          const store = storeWith(rows, agreed)
          store.clearing.clear(REQUEST_OF_DAY, path)
          expect(store.checkBooks()).toEqual([])
          const all = written(store)
          store.close()
          return all
        })
        expect(inSets).toEqual(byRow)
      }),
      { numRuns: 150 },
    )
  })

  it('payouts and fees are what was cleared, to the minor unit, and the ledger stays at zero', () => {
    fc.assert(
      fc.property(deeds(10_000_000_000), schedules, (day, agreed) => {
        const rows = rowsOfDay(day)
        const store = storeWith(rows, agreed)
        store.clearing.clear(REQUEST_OF_DAY)
        const payouts = store.clearing.payouts({})
        const settled = rows.newTransactions.filter((row) => isSettled(row) && row.tid !== tidOf(OPEN_TILL))
        for (const currency of ['156', '840']) {
          const cleared = sum(
            settled.filter((row) => row.currency === currency).map((row) => -row.moneyMinor),
          )
          const paid = payouts.filter((payout) => payout.currency === currency)
          expect(sum(paid.map(({ netMinor, feeMinor }) => netMinor + feeMinor))).toBe(cleared)
        }
        expect(sum(payouts.map(({ itemCount }) => itemCount))).toBe(settled.length)
        expect(new Set(payouts.map(({ mid, currency }) => `${mid} ${currency}`)).size).toBe(payouts.length)
        const waiting = rows.newTransactions.filter((row) => isSettled(row) && row.tid === tidOf(OPEN_TILL))
        const owed = store.ledgerBalances().filter(({ account }) => account === 'merchant')
        expect(sum(owed.map(({ amountMinor }) => amountMinor))).toBe(
          sum(waiting.map((row) => -row.moneyMinor)),
        )
        store.close()
      }),
      { numRuns: 150 },
    )
  })

  it('a refund of a sum that is too large for SQL is cleared exactly', () => {
    const rows = rowsOfDay([{ ...DEED, amountMinor: 999_999_999_999, fate: 'refunded', refunds: [333] }])
    const rules = defaultSchedule(MERCHANTS[0]).rules.map((rule) => ({ ...rule, ratePpm: 999_999 }))
    const store = storeWith(rows, [{ ...defaultSchedule(MERCHANTS[0]), rules }])
    store.clearing.clear(REQUEST_OF_DAY)
    const fee = 999_998_999_999n
    const returned = (fee * 332_999_999_999n) / 999_999_999_999n
    expect(store.clearing.payouts({})[0]?.feeMinor).toBe(Number(fee - returned))
    expect(store.checkBooks()).toEqual([])
    store.close()
  })
})

describe('a clearing run', () => {
  let store: SqliteStore
  beforeEach(() => {
    store = storeWith(
      rowsOfDay([
        DEED,
        { ...DEED, till: 1, isForeign: true },
        { ...DEED, till: OPEN_TILL, amountMinor: 777 },
      ]),
    )
  })
  afterEach(() => store.close())

  it('pays each merchant what was cleared less fees, by its settlement cycle', () => {
    store.clearing.putFeeSchedule({
      ...defaultSchedule(MERCHANTS[1]),
      validFrom: '2026-01-01',
      settlementDays: 0,
    })
    const run = store.clearing.clear(REQUEST_OF_DAY)
    expect(run).toMatchObject({ businessDate: '2026-01-31', batchCount: 3, itemCount: 2, state: 'cleared' })
    const [second, first] = store.clearing.payouts({ runId: run?.id ?? 0 })
    expect(first).toMatchObject({
      mid: MERCHANTS[0],
      payoutDate: '2026-02-01',
      feeMinor: 60,
      netMinor: 9_940,
    })
    expect(second).toMatchObject({
      mid: MERCHANTS[1],
      payoutDate: '2026-01-31',
      feeMinor: 250,
      netMinor: 9_750,
    })
    expect(store.clearing.payouts({ mid: MERCHANTS[0] })).toEqual([first])
  })

  it('run again clears nothing again', () => {
    const run = store.clearing.clear(REQUEST_OF_DAY)
    const before = written(store)
    expect(store.clearing.clear({ ...REQUEST_OF_DAY, businessDate: '2026-02-01' })).toBeUndefined()
    expect(written(store)).toEqual(before)
    expect(store.clearing.run(run?.id ?? 0)).toEqual(run)
    store.clearing.markFiled(run?.id ?? 0)
    expect(store.clearing.unfiledRuns()).toEqual([])
    expect(store.clearing.run(run?.id ?? 0)?.state).toBe('filed')
  })

  it('takes batches that closed before its cut-off, and the others with the next', () => {
    const early = store.clearing.clear({ ...REQUEST_OF_DAY, cutoffMs: CLOSED_AT_MS + 1 })
    expect(early).toMatchObject({ batchCount: 1, itemCount: 1 })
    const late = store.clearing.clear({ ...REQUEST_OF_DAY, businessDate: '2026-02-01' })
    expect(late).toMatchObject({ batchCount: 2, itemCount: 1 })
    const lines = [early, late].map((run) => [...store.clearing.itemLines(run?.id ?? 0)].join(''))
    expect(lines[0]).toMatch(/^D,1,\d+,TILL0000,1,1,sale,domestic,621094\*{6}0011,000010,/)
    expect(lines[0]).toMatch(/,2026-01-02T03:04:05,10000,60,45\n$/)
    expect(lines[1]).toMatch(/^D,2,\d+,TILL0001,.*,10000,250,180\n$/)
    expect(store.checkBooks()).toEqual([])
  })

  it('that fails leaves nothing behind, numbers included', () => {
    const before = written(store)
    const next = store.leaseNumbers(1)
    // Batches that say another merchant than their transactions: no rule fits these.
    const batches = store.listBatches().map((batch) => ({ ...batch, mid: 'UNKNOWN00000001' }))
    store.commit({ ...NO_ROWS, batches })
    expect(() => store.clearing.clear(REQUEST_OF_DAY)).toThrow(/was not cleared/)
    expect(() => store.clearing.clear(REQUEST_OF_DAY, 'rows')).toThrow(/was not cleared/)
    expect(written(store)).toEqual(before)
    expect(store.leaseNumbers(1)).toBe(next + 1)
  })
})

describe('the monthly fee of terminals', () => {
  const PAYS: FeeSchedule = {
    ...defaultSchedule(MERCHANTS[0]),
    validFrom: '2026-01-01',
    deviceFeeMinor: 3_000,
  }
  const terminal = (tid: string, more: Partial<TerminalRow> = {}) => ({ ...TERMINAL, tid, ...more })
  const merchants = MERCHANTS.map((mid) => ({ ...MERCHANT, mid }))
  let store: SqliteStore
  beforeEach(() => {
    const terminals = [
      terminal(tidOf(0)),
      terminal('TILL0009'),
      terminal('BLOCKED1', { status: 'blocked' }),
      terminal('NOTLIVE1', { setup: { sets: {}, jobs: [], stage: 'testing' } }),
      terminal('OTHERS01', { mid: MERCHANTS[1] }),
    ]
    store = storeWith({ ...rowsOfDay([DEED]), merchants, terminals }, [PAYS])
  })
  afterEach(() => store.close())

  it('is taken from the payout once a month and terminal, of those that are live and in use', () => {
    const run = store.clearing.clear(REQUEST_OF_DAY)
    const [payout] = store.clearing.payouts({ mid: MERCHANTS[0] })
    expect(payout).toMatchObject({ feeMinor: 60, deviceFeeMinor: 6_000, netMinor: 10_000 - 60 - 6_000 })
    expect(store.clearing.deviceFees(run?.id ?? 0)).toEqual(
      [tidOf(0), 'TILL0009'].map((tid) => ({
        tid,
        month: '2026-01',
        mid: MERCHANTS[0],
        payoutId: payout?.id,
        feeMinor: 3_000,
      })),
    )
    const balances = store.ledgerBalances().filter(({ account }) => account === 'deviceFees')
    expect(balances.map(({ amountMinor }) => amountMinor)).toEqual([6_000])
    expect(store.checkBooks()).toEqual([])
    expect(store.clearing.clear(REQUEST_OF_DAY)).toBeUndefined()
  })

  it('is owed in a month without a sale, by a payout below zero, and by a terminal that came later', () => {
    store.clearing.clear(REQUEST_OF_DAY)
    const february = { ...REQUEST_OF_DAY, businessDate: '2026-02-01' }
    expect(store.clearing.clear(february)).toMatchObject({ batchCount: 0, itemCount: 0 })
    expect(store.clearing.payouts({})[0]).toMatchObject({
      currency: '156',
      itemCount: 0,
      deviceFeeMinor: 6_000,
      netMinor: -6_000,
    })
    store.commit({ ...NO_ROWS, terminals: [terminal('TILL0010')] })
    const run = store.clearing.clear({ ...february, businessDate: '2026-02-02' })
    expect(store.clearing.deviceFees(run?.id ?? 0).map(({ tid }) => tid)).toEqual(['TILL0010'])
    expect(store.clearing.clear({ ...february, businessDate: '2026-02-28' })).toBeUndefined()
    expect(store.checkBooks()).toEqual([])
  })

  it('is in the currency of the merchant, beside payouts in others', () => {
    store.commit(rowsOfDay([{ ...DEED, till: 2, currency: '840' }], 500))
    store.clearing.clear(REQUEST_OF_DAY)
    const fees = store.clearing.payouts({}).map(({ currency, deviceFeeMinor }) => [currency, deviceFeeMinor])
    expect(fees.sort()).toEqual([
      ['156', 6_000],
      ['840', 0],
    ])
  })
})

describe('checkBooks finds', () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'tillwire-clearing-'))
  })
  afterEach(() => rmSync(directory, { recursive: true }))

  it.each([
    ['an item of another amount', 'UPDATE clearedItems SET amountMinor = amountMinor + 1', 'clearedDiffers'],
    ['an item that is not there', 'DELETE FROM clearedItems', 'notCleared'],
    ['an item without a payout', 'UPDATE clearedItems SET payoutId = 1', 'payoutDiffers'],
    ['a payout of another sum', 'UPDATE payouts SET netMinor = netMinor + 1', 'payoutDiffers'],
    ['a posting that is not there', "DELETE FROM ledger WHERE account = 'payouts'", 'payoutDiffers'],
    [
      'interchange that went elsewhere',
      "UPDATE ledger SET account = 'fees' WHERE account = 'interchange'",
      'payoutDiffers',
    ],
    ['a terminal fee that is gone', 'DELETE FROM deviceFees', 'payoutDiffers'],
    ['a terminal fee of no payout', 'UPDATE deviceFees SET payoutId = 1', 'payoutDiffers'],
    [
      'a terminal fee that went elsewhere',
      "UPDATE ledger SET account = 'fees' WHERE account = 'deviceFees'",
      'payoutDiffers',
    ],
    ['a transaction changed afterwards', "UPDATE transactions SET state = 'reversed'", 'clearedDiffers'],
  ])('%s', (_name, sql, kind) => {
    const path = join(directory, 'host.db')
    const day = rowsOfDay([DEED, { ...DEED, till: 2, fate: 'refunded' }])
    const rows = { ...day, merchants: [MERCHANT], terminals: [TERMINAL] }
    const store = storeWith(rows, [{ ...defaultSchedule(MERCHANTS[0]), deviceFeeMinor: 1_000 }], path)
    store.clearing.clear(REQUEST_OF_DAY)
    expect(store.checkBooks()).toEqual([])
    const database = new Database(path)
    database.exec(sql)
    database.close()
    expect(store.checkBooks().map((finding) => finding.kind)).toContain(kind)
    store.close()
  })

  it('nothing in a file of the first schema, which is brought up to date', () => {
    const path = join(directory, 'host.db')
    const database = new Database(path)
    database.exec(MIGRATIONS[0] ?? '')
    database.pragma('application_id = 0x54494c57')
    database.pragma('user_version = 1')
    database.close()
    const store = storeWith(rowsOfDay([DEED]), [], path)
    expect(store.clearing.clear(REQUEST_OF_DAY)).toMatchObject({ itemCount: 1 })
    expect(store.checkBooks()).toEqual([])
    store.close()
  })
})

describe('a clearing under SIGKILL', () => {
  const SCRIPT = new URL('./clear-once.ts', import.meta.url)

  /** Kills a process right after it told that it begins to clear; answers what it told. */
  async function killedClearing(path: string): Promise<string> {
    const child = spawn(process.execPath, [...programArguments(SCRIPT), path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let told = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      told += text
      child.kill('SIGKILL')
    })
    await once(child, 'close')
    return told
  }

  it('is in the books as a whole or not at all, and in the end once', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'tillwire-clearing-'))
    try {
      const path = join(directory, 'host.db')
      const day = Array.from({ length: 8000 }, (_, index) => ({ ...DEED, till: index % 3 }))
      storeWith(rowsOfDay(day), [], path).close()
      for (let turn = 0; turn < 3; turn++) {
        const told = await killedClearing(path)
        expect(told).toMatch(/^clearing\n/)
        const store = new SqliteStore(path)
        const items = sum(store.clearing.payouts({}).map(({ itemCount }) => itemCount))
        expect(items).toBe(store.clearing.unfiledRuns().length === 0 ? 0 : 8000)
        expect(store.checkBooks()).toEqual([])
        store.close()
      }
      const store = new SqliteStore(path)
      store.clearing.clear(REQUEST_OF_DAY)
      expect(sum(store.clearing.payouts({}).map(({ itemCount }) => itemCount))).toBe(8000)
      expect(store.clearing.unfiledRuns()).toHaveLength(1)
      expect(store.checkBooks()).toEqual([])
      store.close()
    } finally {
      rmSync(directory, { recursive: true })
    }
  }, 60_000)
})
