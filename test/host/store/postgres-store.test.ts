import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RetentionAsk } from '../../../src/host/core/retention-port.ts'
import { NO_ROWS, type StoreRows } from '../../../src/host/core/store-port.ts'
import { promisedStore } from '../../../src/host/store/async-store.ts'
import { PostgresClearing } from '../../../src/host/store/postgres-clearing.ts'
import { OfficeCopy } from '../../../src/host/store/postgres-office.ts'
import { readPostgresAddress } from '../../../src/host/store/postgres-place.ts'
import { PostgresRetention } from '../../../src/host/store/postgres-retention.ts'
import { PostgresStore } from '../../../src/host/store/postgres-store.ts'
import { SqliteStore } from '../../../src/host/store/sqlite-store.ts'
import { PostgresServer } from '../../postgres/postgres-server.ts'
import { DEED, deeds, REQUEST_OF_DAY, rowsOfDay, schedules } from './clearing-days.ts'
import {
  type ClearingBench,
  describeClearing,
  type OpenBench,
  promisedClearing,
  written,
} from './clearing-suite.ts'
import { describeStore } from './store-suite.ts'

let server: PostgresServer
let clearingAddress: string
beforeAll(async () => {
  server = await PostgresServer.start()
  clearingAddress = await server.emptyDatabase()
})
afterAll(() => server.close())

describeStore('PostgreSQL', async () => PostgresStore.open(readPostgresAddress(await server.emptyDatabase())))

const EMPTIED =
  'TRUNCATE merchants, terminals, transactions, ledger, batches, feeSchedules, clearingRuns, clearedBatches, clearedItems, payouts, deviceFees'

/** One database for all: it is emptied each time. */
const openClearing: OpenBench = async (rows, agreed = []) => {
  const place = readPostgresAddress(clearingAddress)
  const store = await PostgresStore.open(place)
  const change = async (sql: string): Promise<void> => {
    await server.ask(clearingAddress.slice(clearingAddress.lastIndexOf('/') + 1), sql)
  }
  await change(EMPTIED)
  await store.leaseNumbers(100_000)
  await store.commit(rows)
  const clearing = new PostgresClearing(store, place)
  for (const schedule of agreed) await clearing.putFeeSchedule(schedule)
  async function* itemLines(runId: number): AsyncGenerator<string> {
    for (let after = 0; ; ) {
      const some = await clearing.lines(runId, after)
      if (some === undefined) return
      yield some.lines
      after = some.lastId
    }
  }
  return { store, change, clearing: Object.assign(clearing, { itemLines }) }
}

describeClearing('PostgreSQL', openClearing)

describe('clearing in PostgreSQL', () => {
  /** What was written, with payouts by their merchant and currency: stores number them in their own way. */
  async function comparable(bench: Omit<ClearingBench, 'change'>) {
    const { payouts, lines, ledger } = await written(bench)
    const names = new Map(payouts.map(({ id, mid, currency }) => [String(id), `${mid} ${currency}`]))
    return {
      payouts: payouts
        .map(({ id: _, runId: __, ...payout }) => payout)
        .sort((left, right) => (`${left.mid} ${left.currency}` < `${right.mid} ${right.currency}` ? -1 : 1)),
      lines: lines.map((text) =>
        text.replace(/^D,(\d+),(\d+)/gm, (_, id, payout) => `D,${id},${names.get(payout)}`),
      ),
      ledger,
    }
  }

  it('comes to the same as row by row, whatever day it was', async () => {
    await fc.assert(
      fc.asyncProperty(deeds(), schedules, async (day, agreed) => {
        const rows = rowsOfDay(day)
        const sqlite = new SqliteStore(':memory:')
        sqlite.leaseNumbers(100_000)
        sqlite.commit(rows)
        for (const schedule of agreed) sqlite.clearing.putFeeSchedule(schedule)
        sqlite.clearing.clear(REQUEST_OF_DAY, 'rows')
        const bench = await openClearing(rows, agreed)
        await bench.clearing.clear(REQUEST_OF_DAY)
        expect(await bench.store.checkBooks()).toEqual([])
        expect(await comparable(bench)).toEqual(
          await comparable({
            store: promisedStore(sqlite),
            clearing: promisedClearing(sqlite.clearing),
          }),
        )
        await bench.store.close()
        sqlite.close()
      }),
      { numRuns: 12 },
    )
  })

  it('is done once by two hosts that begin at the same moment, and not at all by one that fails', async () => {
    const day = Array.from({ length: 300 }, (_, index) => ({ ...DEED, till: index % 3 }))
    const bench = await openClearing(rowsOfDay(day))
    const other = await PostgresStore.open(readPostgresAddress(clearingAddress))
    await bench.change("UPDATE batches SET mid = 'UNKNOWN00000001' WHERE tid = 'TILL0001'")
    await expect(bench.clearing.clear(REQUEST_OF_DAY)).rejects.toThrow(/was not cleared/)
    expect(await written(bench)).toMatchObject({ run: [], payouts: [] })
    await bench.change("UPDATE batches SET mid = 'MERCHANT0000002' WHERE tid = 'TILL0001'")
    const second = new PostgresClearing(other, readPostgresAddress(clearingAddress))
    const runs = await Promise.all([bench.clearing.clear(REQUEST_OF_DAY), second.clear(REQUEST_OF_DAY)])
    expect(runs.filter((run) => run !== undefined)).toMatchObject([{ batchCount: 3, itemCount: 300 }])
    expect((await bench.clearing.payouts({})).map(({ itemCount }) => itemCount)).toEqual([100, 200])
    expect(await bench.store.checkBooks()).toEqual([])
    await other.close()
    await bench.store.close()
  })
})

describe('retention in PostgreSQL', () => {
  const ASK: RetentionAsk = { beforeDay: '2026-02-03', explainsBeforeMs: 0, stays: [] }
  const ARCHIVE = { id: 1, name: 'a', sha256: '', ranAtMs: 1, actor: 'anna', beforeDay: '', counts: {} }

  /** A day in batches of its own; a refund of the day before where `refersTo` names it. */
  function dayOf(number: number, all: Parameters<typeof rowsOfDay>[0], refersTo?: number): StoreRows {
    const rows = rowsOfDay(all, number * 10_000)
    const renumbered = <Row extends { readonly batchNumber: number }>(row: Row): Row => ({
      ...row,
      batchNumber: number,
    })
    const newTransactions = rows.newTransactions.map(renumbered)
    const refund = newTransactions[0]
    if (refersTo !== undefined && refund !== undefined)
      newTransactions[0] = { ...refund, originalId: refersTo, kind: 'sale' }
    return { ...rows, newTransactions, batches: rows.batches.map(renumbered) }
  }

  async function openRetention(): Promise<{
    bench: ClearingBench
    retention: PostgresRetention
    close: () => void
  }> {
    const bench = await openClearing(NO_ROWS)
    await bench.change('TRUNCATE retentionRuns, retentionArchives, holds, uploads')
    const store = await PostgresStore.open(readPostgresAddress(clearingAddress))
    const office = new OfficeCopy(store)
    await office.take(await office.look(), 'test')
    return { bench, retention: new PostgresRetention(store, office), close: () => store.close() }
  }

  it('chooses, takes out and sums up the same as SQLite, whatever the days were', async () => {
    const { bench, retention, close } = await openRetention()
    const days = fc.array(fc.tuple(deeds(100_000), fc.boolean()), { minLength: 2, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(
        days,
        fc.option(fc.constantFrom('TILL0000', 'TILL0001'), { nil: undefined }),
        async (all, tid) => {
          await bench.change(`${EMPTIED}, retentionRuns, retentionArchives`)
          const sqlite = new SqliteStore(':memory:')
          sqlite.leaseNumbers(1_000_000)
          await bench.store.leaseNumbers(1_000_000)
          for (const [index, [day, refers]] of all.entries()) {
            const rows = dayOf(index + 1, day, refers && index > 0 ? index * 10_000 : undefined)
            const request = { ...REQUEST_OF_DAY, businessDate: `2026-02-0${index + 1}` }
            sqlite.commit(rows)
            await bench.store.commit(rows)
            const runs = [sqlite.clearing.clear(request), await bench.clearing.clear(request)]
            sqlite.clearing.markFiled(runs[0]?.id ?? 0)
            await bench.clearing.markFiled(runs[1]?.id ?? 0)
          }
          const ask = { ...ASK, stays: tid === undefined ? [] : [{ tid, fromDay: '2026-02-02' }] }
          const counts = sqlite.retention.choose(ask)
          const choice = await retention.choose(ask)
          expect(choice.counts).toEqual(counts)
          expect(choice.days).toEqual(sqlite.retention.days())
          const found: Record<string, number> = {}
          for (let place = { tid: '', batchNumber: 0 }; ; ) {
            const piece = await retention.batchRows(choice.runs, place)
            if (piece === undefined) break
            for (const [table, rows] of piece.rows) found[table] = (found[table] ?? 0) + rows.length
            place = piece.after
          }
          for (const [table, count] of Object.entries(found))
            expect(`${table} ${count}`).toBe(`${table} ${counts[table]}`)
          sqlite.retention.remove(ARCHIVE, 9_000_000)
          expect(await retention.remove(choice, ARCHIVE, 9_000_000)).toBe(true)
          expect(await bench.store.checkBooks()).toEqual([])
          expect(await bench.store.ledgerBalances()).toEqual(sqlite.ledgerBalances())
          expect(await bench.store.listTransactions({})).toEqual(sqlite.listTransactions({}))
          sqlite.close()
        },
      ),
      { numRuns: 8 },
    )
    close()
    await bench.store.close()
  })

  it('takes nothing out that a host referred to meanwhile, or that is another one’s to take', async () => {
    const { bench, retention, close } = await openRetention()
    await bench.store.commit(dayOf(1, [DEED, { ...DEED, till: 2 }]))
    const run = await bench.clearing.clear({ ...REQUEST_OF_DAY, businessDate: '2026-02-01' })
    await bench.clearing.markFiled(run?.id ?? 0)
    const choice = await retention.choose(ASK)
    expect(choice.counts['transactions']).toBe(2)
    const later = dayOf(2, [DEED], 10_000)
    await bench.store.commit(later)
    expect(await retention.remove(choice, ARCHIVE, 9_000_000)).toBe(false)
    expect(await bench.store.listTransactions({})).toHaveLength(3)
    const stranger = new PostgresRetention(
      bench.store as PostgresStore,
      new OfficeCopy(bench.store as PostgresStore),
    )
    await expect(stranger.remove(choice, ARCHIVE, 9_000_000)).rejects.toThrow(/taken the back office over/)
    close()
    await bench.store.close()
  })
})
