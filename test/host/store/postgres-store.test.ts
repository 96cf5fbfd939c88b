import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { promisedStore } from '../../../src/host/store/async-store.ts'
import { PostgresClearing } from '../../../src/host/store/postgres-clearing.ts'
import { readPostgresAddress } from '../../../src/host/store/postgres-place.ts'
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
