import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import Database from 'better-sqlite3'
import type { ClearingRequest, ClearingStore } from '../../src/host/core/clearing-port.ts'
import { clearDay } from '../../src/host/service/clear-day.ts'
import type { ClearingPath, SqliteClearing } from '../../src/host/store/sqlite-clearing.ts'
import { SqliteStore } from '../../src/host/store/sqlite-store.ts'
import { type BenchOptions, type BenchPart, compareWith, measureOf, requireThat } from '../bench-part.ts'
import { sampleOf } from '../measure.ts'
import { prefill } from '../prefill.ts'
import { RawInsert } from '../raw-insert.ts'

const CLOSED_AT_MS = 1_770_000_000_000
const REQUEST: ClearingRequest = {
  businessDate: '2026-02-02',
  cutoffMs: CLOSED_AT_MS + 1,
  nowMs: CLOSED_AT_MS + 1000,
}
const TERMINALS = 1000
const MERCHANTS = 100

interface Day {
  readonly path: string
  readonly folder: string
  readonly store: SqliteStore
  readonly transactions: number
}

/** The store's clearing on one of its two paths. */
function onPath(clearing: SqliteClearing, path: ClearingPath): ClearingStore {
  return {
    clear: (request) => clearing.clear(request, path),
    unfiledRuns: () => clearing.unfiledRuns(),
    markFiled: (runId) => clearing.markFiled(runId),
    run: (id) => clearing.run(id),
    payouts: (filter) => clearing.payouts(filter),
    deviceFees: (runId) => clearing.deviceFees(runId),
    itemLines: (runId) => clearing.itemLines(runId),
    feeSchedules: (mid) => clearing.feeSchedules(mid),
    putFeeSchedule: (schedule) => clearing.putFeeSchedule(schedule),
  }
}

/** Takes back what the last clearing wrote and empties the log: each round meets the same day. */
function forget(path: string): void {
  const database = new Database(path)
  try {
    database.exec(`
      DELETE FROM ledger WHERE postingId IN (SELECT id FROM payouts);
      DELETE FROM payouts; DELETE FROM clearedItems; DELETE FROM clearedBatches; DELETE FROM clearingRuns`)
    database.pragma('wal_checkpoint(TRUNCATE)')
  } finally {
    database.close()
  }
}

/** Transactions a second, from closed batches to a durable file. */
function clearOnce({ folder, store, transactions }: Day, path: ClearingPath): number {
  const started = performance.now()
  const file = join(folder, `${path}.csv`)
  const [filed] = clearDay({
    clearing: onPath(store.clearing, path),
    request: REQUEST,
    folder,
    file,
    acquirer: '48520000',
  })
  const seconds = (performance.now() - started) / 1000
  requireThat(filed?.run.itemCount === transactions, 'a transaction of the day was not cleared')
  return transactions / seconds
}

/** What was cleared, counted again: in the file, in the payouts, in the ledger. */
function countAgain({ folder, store, transactions }: Day, path: ClearingPath): void {
  const text = readFileSync(join(folder, `${path}.csv`), 'latin1')
  requireThat(text.split('\nD,').length - 1 === transactions, 'the file has not every transaction')
  requireThat(text.includes(`\nT,${transactions},${MERCHANTS},0,`), 'the file has not every payout')
  const payouts = store.clearing.payouts({ limit: -1 })
  const items = payouts.reduce((sum, { itemCount }) => sum + itemCount, 0)
  requireThat(items === transactions, 'the payouts have not every transaction')
  const ledger = store.ledgerBalances().reduce((sum, { amountMinor }) => sum + amountMinor, 0)
  requireThat(ledger === 0, `the ledger sums to ${ledger}`)
  const findings = store.checkBooks()
  requireThat(findings.length === 0, `the books are wrong: ${findings[0]?.detail}`)
}

function measureDay(day: Day, raw: RawInsert, { quick, progress }: BenchOptions) {
  const rounds = quick ? 2 : 5
  const paths = ['sets', 'rows'] as const
  const rates = { raw: [] as number[], sets: [] as number[], rows: [] as number[] }
  for (let round = 1; round <= rounds; round++) {
    progress(`round ${round} of ${rounds}`)
    rates.raw.push(raw.rate(quick ? 10_000 : 400_000))
    for (const path of paths) {
      forget(day.path)
      rates[path].push(clearOnce(day, path))
      if (round === rounds) {
        progress('counting the books')
        countAgain(day, path)
      }
    }
  }
  return { raw: sampleOf(rates.raw), sets: sampleOf(rates.sets), rows: sampleOf(rates.rows) }
}

/** Clearing of one day against what the same store takes when nothing is done but inserting. */
export const settle: BenchPart = {
  run(options) {
    const { folder, quick, progress } = options
    const transactions = quick ? 20_000 : 1_000_000
    const path = join(folder, 'host.db')
    const batchSize = transactions / TERMINALS
    prefill(
      { path, transactions, terminals: TERMINALS, merchants: MERCHANTS, batchSize, closedAtMs: CLOSED_AT_MS },
      progress,
    )
    const store = new SqliteStore(path)
    const raw = new RawInsert(join(folder, 'raw.db'))
    try {
      const day: Day = { path, folder, store, transactions }
      const samples = measureDay(day, raw, options)
      const megabytes = Math.round(statSync(join(folder, 'sets.csv')).size / 1e6)
      const note = `${transactions.toLocaleString('en-GB')} transactions of ${TERMINALS} batches, ${MERCHANTS} payouts, a file of ${megabytes} MB`
      const against = 'raw insert, 400 bytes, FULL'
      return Promise.resolve([
        measureOf({
          name: 'clear a day, rows stay in SQL',
          unit: 'a second',
          better: 'higher',
          sample: samples.sets,
          comparisons: [compareWith(against, 'higher', samples.sets, samples.raw, 3)],
          note,
        }),
        measureOf({
          name: 'clear a day, rows through JavaScript',
          unit: 'a second',
          better: 'higher',
          sample: samples.rows,
          comparisons: [compareWith(against, 'higher', samples.rows, samples.raw, 0.8)],
        }),
      ])
    } finally {
      raw.close()
      store.close()
    }
  },
}
