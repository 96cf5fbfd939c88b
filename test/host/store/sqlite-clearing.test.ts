import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defaultSchedule, type FeeSchedule } from '../../../src/host/core/fee-schedule.ts'
import { isSettled } from '../../../src/host/core/settlement-totals.ts'
import { NO_ROWS, type StoreRows } from '../../../src/host/core/store-port.ts'
import { promisedStore } from '../../../src/host/store/async-store.ts'
import { MIGRATIONS } from '../../../src/host/store/sqlite-schema.ts'
import { SqliteStore } from '../../../src/host/store/sqlite-store.ts'
import { programArguments } from '../../compiled/compiled-program.ts'
import {
  DEED,
  deeds,
  MERCHANTS,
  OPEN_TILL,
  REQUEST_OF_DAY,
  rowsOfDay,
  schedules,
  tidOf,
} from './clearing-days.ts'
import { describeClearing, promisedClearing } from './clearing-suite.ts'

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

describeClearing('SQLite', async (rows, agreed) => {
  const directory = mkdtempSync(join(tmpdir(), 'tillwire-clearing-'))
  const path = join(directory, 'host.db')
  const store = storeWith(rows, agreed, path)
  const { clearing } = store
  return {
    store: {
      ...promisedStore(store),
      close: async () => {
        store.close()
        rmSync(directory, { recursive: true })
      },
    },
    clearing: promisedClearing(clearing),
    change: async (sql) => {
      const database = new Database(path)
      database.exec(sql)
      database.close()
    },
  }
})

describe('a clearing run that fails', () => {
  it('leaves nothing behind, numbers included', () => {
    const store = storeWith(rowsOfDay([DEED, { ...DEED, till: 1, isForeign: true }]))
    const before = written(store)
    const next = store.leaseNumbers(1)
    // Batches that say another merchant than their transactions: no rule fits these.
    const batches = store.listBatches().map((batch) => ({ ...batch, mid: 'UNKNOWN00000001' }))
    store.commit({ ...NO_ROWS, batches })
    expect(() => store.clearing.clear(REQUEST_OF_DAY)).toThrow(/was not cleared/)
    expect(() => store.clearing.clear(REQUEST_OF_DAY, 'rows')).toThrow(/was not cleared/)
    expect(written(store)).toEqual(before)
    expect(store.leaseNumbers(1)).toBe(next + 1)
    store.close()
  })
})

describe('checkBooks finds', () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'tillwire-clearing-'))
  })
  afterEach(() => rmSync(directory, { recursive: true }))

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
