import type Database from 'better-sqlite3'
import { invariant } from '../../base/invariant.ts'
import {
  type ClearingRun,
  type DeviceFeeRow,
  dayAfter,
  type PayoutRow,
  payoutEntries,
} from '../core/clearing.ts'
import type { ClearingRequest, ClearingStore, PayoutFilter } from '../core/clearing-port.ts'
import { type FeeSchedule, versionOn, versionsOf } from '../core/fee-schedule.ts'
import { StoreError } from '../core/store-port.ts'
import { monthOf, type Schedules, schedulesByMerchant, termRows } from './clearing-terms.ts'
import { LEDGER } from './sqlite-books-rows.ts'
import { clearRowByRow } from './sqlite-clearing-row-wise.ts'
import {
  FEE_SCHEDULES,
  RUNS,
  readRun,
  readSchedule,
  type StoredRun,
  type StoredSchedule,
} from './sqlite-clearing-rows.ts'
import {
  CHARGE_DEVICES,
  CLEAR_CREDITS,
  CLEAR_DEBITS,
  DEVICE_FEE_PAYERS,
  DROP_WORK_TABLES,
  DUE_CURRENCIES,
  FIND_BATCHES,
  FIND_TOO_LARGE,
  FIND_TRANSACTIONS,
  LOOK_AT_DUE,
  READ_LINES,
  SUM_DEVICE_FEES,
  SUM_PAYOUTS,
  WORK_TABLES,
} from './sqlite-clearing-sql.ts'
import { storeErrorOf } from './sqlite-file.ts'
import { insertOf, maybe, type SqlValue } from './sqlite-mapping.ts'

/** `sets`: in SQL. `rows`: each transaction passes through `clearTransaction`; the same result, for comparison. */
export type ClearingPath = 'sets' | 'rows'

const LINES_AT_ONCE = 2000
const LIST_LIMIT = 1000
/** Times the largest fee, two amounts of twelve digits, it is still within 64 bits. */
const SMALL_CREDIT_MINOR = 4_000_000

interface Due {
  readonly itemCount: number
  readonly firstId: number | null
  readonly lastId: number | null
  readonly firstCurrency: string | null
  readonly lastCurrency: string | null
  readonly largestCreditMinor: number | null
}

interface Payer {
  readonly mid: string
  /** In which device fees are paid. */
  readonly currency: string
}

interface Numbers {
  readonly runId: number
  readonly firstPayoutId: number
  readonly lastPayoutId: number
}

/** Clearing in the SQLite store: one transaction a run. */
export class SqliteClearing implements ClearingStore {
  readonly #database: Database.Database

  constructor(database: Database.Database) {
    this.#database = database
  }

  clear(request: ClearingRequest, path: ClearingPath = 'sets'): ClearingRun | undefined {
    return this.#guard(() => {
      const work = this.#database.transaction(() => this.#clear(request, path))
      try {
        return work.immediate()
      } finally {
        this.#database.exec(DROP_WORK_TABLES)
      }
    })
  }

  unfiledRuns(): readonly ClearingRun[] {
    return this.#all<StoredRun>("SELECT * FROM clearingRuns WHERE state = 'cleared' ORDER BY id").map(readRun)
  }

  markFiled(runId: number): void {
    this.#run("UPDATE clearingRuns SET state = 'filed' WHERE id = ?", [runId])
  }

  run(id: number): ClearingRun | undefined {
    const stored = this.#storedRun(id)
    return stored === undefined ? undefined : readRun(stored)
  }

  payouts({ mid, runId, limit }: PayoutFilter): readonly PayoutRow[] {
    const sql = `SELECT * FROM payouts WHERE (? IS NULL OR mid = ?) AND (? IS NULL OR runId = ?)
                 ORDER BY id DESC LIMIT ?`
    const values = [maybe(mid), maybe(mid), maybe(runId), maybe(runId), limit ?? LIST_LIMIT]
    return this.#all<PayoutRow>(sql, values)
  }

  *itemLines(runId: number): Iterable<string> {
    const run = this.#storedRun(runId)
    if (run === undefined) throw new StoreError(`there is no clearing run ${runId}`)
    for (let after = run.firstTransactionId - 1; ; ) {
      const values = [after, run.lastTransactionId, run.firstPayoutId, run.lastPayoutId, LINES_AT_ONCE]
      const [chunk] = this.#all<{ lastId: number | null; lines: string | null }>(READ_LINES, values)
      if (chunk?.lastId == null || chunk.lines === null) return
      yield chunk.lines
      after = chunk.lastId
    }
  }

  deviceFees(runId: number): readonly DeviceFeeRow[] {
    const run = this.#storedRun(runId)
    const sql = 'SELECT * FROM deviceFees WHERE payoutId BETWEEN ? AND ? ORDER BY tid, month'
    return run === undefined ? [] : this.#all<DeviceFeeRow>(sql, [run.firstPayoutId, run.lastPayoutId])
  }

  feeSchedules(mid?: string): readonly FeeSchedule[] {
    const sql = 'SELECT * FROM feeSchedules WHERE ? IS NULL OR mid = ? ORDER BY mid, validFrom'
    return this.#all<StoredSchedule>(sql, [maybe(mid), maybe(mid)]).map(readSchedule)
  }

  putFeeSchedule(schedule: FeeSchedule): void {
    this.#run(insertOf(FEE_SCHEDULES, 'INSERT OR REPLACE'), FEE_SCHEDULES.values(schedule))
  }

  #clear(request: ClearingRequest, path: ClearingPath): ClearingRun | undefined {
    this.#database.exec(WORK_TABLES)
    const batchCount = this.#run(FIND_BATCHES, [request.cutoffMs])
    const agreed = schedulesByMerchant(this.feeSchedules())
    const payers = this.#findDeviceFees(request, agreed)
    if (batchCount === 0 && payers.length === 0) return undefined
    this.#run(FIND_TRANSACTIONS)
    const [due] = this.#all<Due>(LOOK_AT_DUE)
    invariant(due !== undefined, 'a sum has one row')
    const numbers = this.#preparePayouts(request, { due, payers, agreed })
    const isInSets = path === 'sets' && !this.#isTooLarge(due)
    const cleared = isInSets
      ? this.#run(CLEAR_DEBITS) + this.#run(CLEAR_CREDITS)
      : clearRowByRow(this.#database, this.feeSchedules())
    invariant(cleared === due.itemCount, 'a transaction of a closed batch was not cleared')
    const month = monthOf(request)
    this.#run(CHARGE_DEVICES, [month, month])
    this.#closeRun(numbers, due)
    const run: StoredRun = {
      ...request,
      id: numbers.runId,
      clearedAtMs: request.nowMs,
      batchCount,
      itemCount: due.itemCount,
      state: 'cleared',
      firstTransactionId: due.firstId ?? 0,
      lastTransactionId: due.lastId ?? 0,
      firstPayoutId: numbers.firstPayoutId,
      lastPayoutId: numbers.lastPayoutId,
    }
    this.#run(insertOf(RUNS, 'INSERT'), RUNS.values(run))
    return readRun(run)
  }

  /** A look at each refund, only when there is one that may be too large with any fee. */
  #isTooLarge({ largestCreditMinor }: Due): boolean {
    return (largestCreditMinor ?? 0) > SMALL_CREDIT_MINOR && this.#all(FIND_TOO_LARGE).length > 0
  }

  /** A number for each merchant and currency that may be paid, and the rules that hold for it. */
  #preparePayouts(
    { businessDate }: ClearingRequest,
    { due, payers, agreed }: { due: Due; payers: readonly Payer[]; agreed: Schedules },
  ): Numbers {
    const currenciesOf = this.#merchantCurrencies(due, payers)
    const count = [...currenciesOf.values()].reduce((sum, { size }) => sum + size, 0)
    const runId = this.#leaseNumbers(count + 1)
    let payoutId = runId
    for (const [mid, currencies] of currenciesOf) {
      const versions = versionsOf(mid, agreed.get(mid) ?? [])
      const payoutDate = dayAfter(businessDate, versionOn(versions, businessDate).settlementDays)
      for (const currency of currencies) {
        payoutId++
        this.#run('INSERT INTO temp.duePayouts VALUES (?, ?, ?, ?)', [payoutId, mid, currency, payoutDate])
        this.#putRules(versions, mid, currency, payoutId)
      }
    }
    return { runId, firstPayoutId: runId + 1, lastPayoutId: payoutId }
  }

  /** Merchants that owe device fees for this month; what they owe is in the working table. */
  #findDeviceFees(request: ClearingRequest, agreed: Schedules): readonly Payer[] {
    for (const [mid, own] of agreed) {
      const { deviceFeeMinor } = versionOn(versionsOf(mid, own), request.businessDate)
      if (deviceFeeMinor > 0) this.#run('INSERT INTO temp.dueDeviceFees VALUES (?, ?)', [mid, deviceFeeMinor])
    }
    return this.#all<Payer>(DEVICE_FEE_PAYERS, [monthOf(request)])
  }

  /** In the order of merchants. */
  #merchantCurrencies(due: Due, payers: readonly Payer[]): ReadonlyMap<string, ReadonlySet<string>> {
    const merchants = this.#all<{ mid: string }>('SELECT DISTINCT mid FROM temp.dueBatches')
    const currencies = this.#currencies(due)
    const byMerchant = new Map(merchants.map(({ mid }) => [mid, new Set(currencies)]))
    for (const { mid, currency } of payers) {
      byMerchant.set(mid, (byMerchant.get(mid) ?? new Set()).add(currency))
    }
    return new Map([...byMerchant].sort(([left], [right]) => (left < right ? -1 : 1)))
  }

  #currencies({ firstCurrency, lastCurrency }: Due): readonly string[] {
    if (firstCurrency === null) return []
    if (firstCurrency === lastCurrency) return [firstCurrency]
    return this.#all<{ currency: string }>(DUE_CURRENCIES).map(({ currency }) => currency)
  }

  #putRules(versions: readonly FeeSchedule[], mid: string, currency: string, payoutId: number): void {
    const sql = `INSERT INTO temp.dueRules VALUES (${Array(15).fill('?').join(', ')})`
    for (const row of termRows(versions)) {
      this.#run(sql, [
        ...[mid, currency, row.cardClass, row.kind, row.payment, row.validFrom, row.validTo, payoutId],
        ...[row.refundFee, row.ratePpm, row.fixedMinor, row.minimumMinor, row.capMinor],
        ...[row.interchangePpm, row.interchangeCapMinor],
      ])
    }
  }

  /** Sums payouts, posts them, and notes the batches. */
  #closeRun({ runId, firstPayoutId, lastPayoutId }: Numbers, { firstId, lastId }: Due): void {
    this.#run(SUM_PAYOUTS, [runId, firstId, lastId, firstPayoutId, lastPayoutId])
    this.#run(SUM_DEVICE_FEES, [runId, firstPayoutId, lastPayoutId])
    const post = insertOf(LEDGER, 'INSERT')
    for (const payout of this.payouts({ runId, limit: -1 })) {
      for (const entry of payoutEntries(payout)) this.#run(post, LEDGER.values(entry))
    }
    this.#run('INSERT INTO clearedBatches SELECT tid, batchNumber, ? FROM temp.dueBatches', [runId])
  }

  /** First of `count` numbers; taken with the run or not at all. */
  #leaseNumbers(count: number): number {
    const [row] = this.#all<{ next: number }>('UPDATE numbers SET next = next + ? RETURNING next', [count])
    return (row?.next ?? 0) - count
  }

  #storedRun(id: number): StoredRun | undefined {
    return this.#all<StoredRun>('SELECT * FROM clearingRuns WHERE id = ?', [id])[0]
  }

  readonly #statements = new Map<string, Database.Statement<SqlValue[]>>()

  #prepare(sql: string): Database.Statement<SqlValue[]> {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const statement = this.#database.prepare<SqlValue[]>(sql)
    this.#statements.set(sql, statement)
    return statement
  }

  /** Rows that it changed. */
  #run(sql: string, values: readonly SqlValue[] = []): number {
    return this.#guard(() => this.#prepare(sql).run(...values).changes)
  }

  #all<Stored>(sql: string, values: readonly SqlValue[] = []): readonly Stored[] {
    return this.#guard(() => this.#prepare(sql).all(...values) as readonly Stored[])
  }

  #guard<T>(act: () => T): T {
    try {
      return act()
    } catch (error) {
      throw storeErrorOf(error)
    }
  }
}
