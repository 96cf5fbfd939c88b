import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ClearingStore } from '../../../src/host/core/clearing-port.ts'
import { defaultSchedule, type FeeSchedule } from '../../../src/host/core/fee-schedule.ts'
import type { MerchantRow, TerminalRow } from '../../../src/host/core/records.ts'
import { NO_ROWS, type StoreRows } from '../../../src/host/core/store-port.ts'
import { UNIONPAY_PROFILE } from '../../../src/host/estate/estate.ts'
import { newTerminal } from '../../../src/host/estate/new-terminal.ts'
import type { AsyncHostStore } from '../../../src/host/store/async-store.ts'
import {
  CLOSED_AT_MS,
  DEED,
  MERCHANTS,
  OPEN_TILL,
  REQUEST_OF_DAY,
  rowsOfDay,
  tidOf,
} from './clearing-days.ts'

/** The calls of the port as promises. */
export type AsyncClearing = {
  readonly [Name in Exclude<keyof ClearingStore, 'itemLines'>]: (
    ...given: Parameters<ClearingStore[Name]>
  ) => Promise<ReturnType<ClearingStore[Name]>>
} & { itemLines(runId: number): AsyncIterable<string> }

export interface ClearingBench {
  readonly store: AsyncHostStore
  readonly clearing: AsyncClearing
  /** Runs a statement as somebody else would. */
  change(sql: string): Promise<void>
}

export type OpenBench = (rows: StoreRows, agreed?: readonly FeeSchedule[]) => Promise<ClearingBench>

const MERCHANT: MerchantRow = {
  mid: MERCHANTS[0],
  name: 'Test',
  currency: '156',
  categoryCode: '5411',
  status: 'active',
}
const TERMINAL = newTerminal({ tid: tidOf(0), mid: MERCHANTS[0], profile: UNIONPAY_PROFILE })

/** Clearing of this process, with its calls as promises. */
export function promisedClearing(clearing: ClearingStore): AsyncClearing {
  return {
    clear: async (request) => clearing.clear(request),
    unfiledRuns: async () => clearing.unfiledRuns(),
    markFiled: async (runId) => clearing.markFiled(runId),
    run: async (id) => clearing.run(id),
    payouts: async (filter) => clearing.payouts(filter),
    async *itemLines(runId) {
      yield* clearing.itemLines(runId)
    },
    deviceFees: async (runId) => clearing.deviceFees(runId),
    feeSchedules: async (mid) => clearing.feeSchedules(mid),
    putFeeSchedule: async (schedule) => clearing.putFeeSchedule(schedule),
  }
}

/** Text of all items of a run. */
export async function linesOf({ clearing }: Pick<ClearingBench, 'clearing'>, runId: number): Promise<string> {
  let lines = ''
  for await (const some of clearing.itemLines(runId)) lines += some
  return lines
}

/** Everything that a clearing wrote. */
export async function written(bench: Omit<ClearingBench, 'change'>) {
  const run = await bench.clearing.unfiledRuns()
  const lines: string[] = []
  for (const { id } of run) lines.push(await linesOf(bench, id))
  return { run, payouts: await bench.clearing.payouts({}), lines, ledger: await bench.store.ledgerBalances() }
}

/** What clearing is in every store. */
export function describeClearing(name: string, open: OpenBench): void {
  describe(name, () => {
    describe('a clearing run', () => {
      let bench: ClearingBench
      beforeEach(async () => {
        bench = await open(
          rowsOfDay([
            DEED,
            { ...DEED, till: 1, isForeign: true },
            { ...DEED, till: OPEN_TILL, amountMinor: 777 },
          ]),
        )
      })
      afterEach(() => bench.store.close())

      it('pays each merchant what was cleared less fees, by its settlement cycle', async () => {
        await bench.clearing.putFeeSchedule({
          ...defaultSchedule(MERCHANTS[1]),
          validFrom: '2026-01-01',
          settlementDays: 0,
        })
        const run = await bench.clearing.clear(REQUEST_OF_DAY)
        expect(run).toMatchObject({
          businessDate: '2026-01-31',
          batchCount: 3,
          itemCount: 2,
          state: 'cleared',
        })
        const [second, first] = await bench.clearing.payouts({ runId: run?.id ?? 0 })
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
        expect(await bench.clearing.payouts({ mid: MERCHANTS[0] })).toEqual([first])
      })

      it('run again clears nothing again', async () => {
        const run = await bench.clearing.clear(REQUEST_OF_DAY)
        const before = await written(bench)
        expect(await bench.clearing.clear({ ...REQUEST_OF_DAY, businessDate: '2026-02-01' })).toBeUndefined()
        expect(await written(bench)).toEqual(before)
        expect(await bench.clearing.run(run?.id ?? 0)).toEqual(run)
        await bench.clearing.markFiled(run?.id ?? 0)
        expect(await bench.clearing.unfiledRuns()).toEqual([])
        expect((await bench.clearing.run(run?.id ?? 0))?.state).toBe('filed')
      })

      it('takes batches that closed before its cut-off, and the others with the next', async () => {
        const early = await bench.clearing.clear({ ...REQUEST_OF_DAY, cutoffMs: CLOSED_AT_MS + 1 })
        expect(early).toMatchObject({ batchCount: 1, itemCount: 1 })
        const late = await bench.clearing.clear({ ...REQUEST_OF_DAY, businessDate: '2026-02-01' })
        expect(late).toMatchObject({ batchCount: 2, itemCount: 1 })
        const lines = [await linesOf(bench, early?.id ?? 0), await linesOf(bench, late?.id ?? 0)]
        expect(lines[0]).toMatch(/^D,1,\d+,TILL0000,1,1,sale,domestic,621094\*{6}0011,000010,/)
        expect(lines[0]).toMatch(/,2026-01-02T03:04:05,10000,60,45\n$/)
        expect(lines[1]).toMatch(/^D,2,\d+,TILL0001,.*,10000,250,180\n$/)
        expect(await bench.store.checkBooks()).toEqual([])
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
      let bench: ClearingBench
      beforeEach(async () => {
        const terminals = [
          terminal(tidOf(0)),
          terminal('TILL0009'),
          terminal('BLOCKED1', { status: 'blocked' }),
          terminal('NOTLIVE1', { setup: { sets: {}, jobs: [], stage: 'testing' } }),
          terminal('OTHERS01', { mid: MERCHANTS[1] }),
        ]
        bench = await open({ ...rowsOfDay([DEED]), merchants, terminals }, [PAYS])
      })
      afterEach(() => bench.store.close())

      it('is taken from the payout once a month and terminal, of those that are live and in use', async () => {
        const run = await bench.clearing.clear(REQUEST_OF_DAY)
        const [payout] = await bench.clearing.payouts({ mid: MERCHANTS[0] })
        expect(payout).toMatchObject({ feeMinor: 60, deviceFeeMinor: 6_000, netMinor: 10_000 - 60 - 6_000 })
        expect(await bench.clearing.deviceFees(run?.id ?? 0)).toEqual(
          [tidOf(0), 'TILL0009'].map((tid) => ({
            tid,
            month: '2026-01',
            mid: MERCHANTS[0],
            payoutId: payout?.id,
            feeMinor: 3_000,
          })),
        )
        const balances = (await bench.store.ledgerBalances()).filter(
          ({ account }) => account === 'deviceFees',
        )
        expect(balances.map(({ amountMinor }) => amountMinor)).toEqual([6_000])
        expect(await bench.store.checkBooks()).toEqual([])
        expect(await bench.clearing.clear(REQUEST_OF_DAY)).toBeUndefined()
      })

      it('is owed in a month without a sale, by a payout below zero, and by a terminal that came later', async () => {
        await bench.clearing.clear(REQUEST_OF_DAY)
        const february = { ...REQUEST_OF_DAY, businessDate: '2026-02-01' }
        expect(await bench.clearing.clear(february)).toMatchObject({ batchCount: 0, itemCount: 0 })
        expect((await bench.clearing.payouts({}))[0]).toMatchObject({
          currency: '156',
          itemCount: 0,
          deviceFeeMinor: 6_000,
          netMinor: -6_000,
        })
        await bench.store.commit({ ...NO_ROWS, terminals: [terminal('TILL0010')] })
        const run = await bench.clearing.clear({ ...february, businessDate: '2026-02-02' })
        expect((await bench.clearing.deviceFees(run?.id ?? 0)).map(({ tid }) => tid)).toEqual(['TILL0010'])
        expect(await bench.clearing.clear({ ...february, businessDate: '2026-02-28' })).toBeUndefined()
        expect(await bench.store.checkBooks()).toEqual([])
      })

      it('is in the currency of the merchant, beside payouts in others', async () => {
        await bench.store.commit(rowsOfDay([{ ...DEED, till: 2, currency: '840' }], 500))
        await bench.clearing.clear(REQUEST_OF_DAY)
        const fees = (await bench.clearing.payouts({})).map(({ currency, deviceFeeMinor }) => [
          currency,
          deviceFeeMinor,
        ])
        expect(fees.sort()).toEqual([
          ['156', 6_000],
          ['840', 0],
        ])
      })
    })

    describe('checkBooks finds', () => {
      it.each([
        [
          'an item of another amount',
          'UPDATE clearedItems SET amountMinor = amountMinor + 1',
          'clearedDiffers',
        ],
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
      ])('%s', async (_name, sql, kind) => {
        const day = rowsOfDay([DEED, { ...DEED, till: 2, fate: 'refunded' }])
        const rows = { ...day, merchants: [MERCHANT], terminals: [TERMINAL] }
        const bench = await open(rows, [{ ...defaultSchedule(MERCHANTS[0]), deviceFeeMinor: 1_000 }])
        await bench.clearing.clear(REQUEST_OF_DAY)
        expect(await bench.store.checkBooks()).toEqual([])
        await bench.change(sql)
        expect((await bench.store.checkBooks()).map((finding) => finding.kind)).toContain(kind)
        await bench.store.close()
      })
    })
  })
}
