import { invariant } from '../../base/invariant.ts'
import {
  type ClearingRun,
  type DeviceFeeRow,
  dayAfter,
  type PayoutRow,
  payoutEntries,
} from '../core/clearing.ts'
import type { ClearingRequest, PayoutFilter } from '../core/clearing-port.ts'
import { type FeeSchedule, versionOn, versionsOf } from '../core/fee-schedule.ts'
import { StoreError } from '../core/store-port.ts'
import { monthOf, type Schedules, schedulesByMerchant, type TermRow, termRows } from './clearing-terms.ts'
import { CLEARING_STATEMENTS as SQL } from './postgres-clearing-sql.ts'
import { isWorthRepeating, postgresErrorOf } from './postgres-errors.ts'
import type { PostgresPlace } from './postgres-place.ts'
import {
  BEGIN,
  COMMIT,
  PostgresSession,
  ROLLBACK,
  type Statement,
  type Step,
  step,
} from './postgres-session.ts'
import type { PostgresStore } from './postgres-store.ts'
import { arrayOf, type Fields, rowReader } from './postgres-values.ts'
import { insert, put, upsert } from './postgres-writer.ts'
import { LEDGER } from './sqlite-books-rows.ts'
import {
  FEE_SCHEDULES,
  RUNS,
  readRun,
  readSchedule,
  type StoredRun,
  type StoredSchedule,
} from './sqlite-clearing-rows.ts'
import { type Mapping, words } from './sqlite-mapping.ts'

interface DueRow {
  readonly payoutId: number
  readonly mid: string
  readonly currency: string
  readonly payoutDate: string
  readonly terms: number
}

const DUE: Mapping<DueRow> = {
  table: 'clearingDue',
  columns: words('payoutId mid currency payoutDate terms'),
  values: (row) => [row.payoutId, row.mid, row.currency, row.payoutDate, row.terms],
}

const TERMS: Mapping<TermRow & { readonly terms: number }> = {
  table: 'clearingTerms',
  columns: words(
    'terms cardClass kind payment validFrom validTo refundFee ratePpm fixedMinor minimumMinor capMinor',
    'interchangePpm interchangeCapMinor',
  ),
  values: (row) => [
    ...[row.terms, row.cardClass, row.kind, row.payment, row.validFrom, row.validTo, row.refundFee],
    ...[row.ratePpm, row.fixedMinor, row.minimumMinor, row.capMinor],
    ...[row.interchangePpm, row.interchangeCapMinor],
  ],
}

const PUT = {
  due: insert(DUE),
  terms: insert(TERMS),
  entries: insert(LEDGER),
  run: insert(RUNS),
  schedule: upsert(FEE_SCHEDULES, ['mid', 'validFrom']),
}

/** For the test that reads every statement. */
export const ALL_CLEARING_STATEMENTS: readonly Statement[] = [
  ...Object.values(SQL),
  ...Object.values(PUT).map(({ statement }) => statement),
]

const READ = {
  run: rowReader<StoredRun>('clearingRuns', RUNS.columns),
  payout: rowReader<PayoutRow>(
    'payouts',
    words(
      'id runId mid currency payoutDate itemCount debitMinor creditMinor feeMinor interchangeMinor netMinor deviceFeeMinor',
    ),
  ),
  deviceFee: rowReader<DeviceFeeRow>('deviceFees', words('tid month mid payoutId feeMinor')),
  schedule: rowReader<StoredSchedule>('feeSchedules', FEE_SCHEDULES.columns),
}

const ATTEMPTS = 10
const LIST_LIMIT = 1000
const LINES_AT_ONCE = 2000
const PAYOUTS_AT_ONCE = 2000

/** Lines of some items in the order of their numbers, and where to go on from. */
export interface ItemLines {
  readonly lastId: number
  readonly lines: string
}

/** What is known of what waits. */
interface Due {
  readonly runId: number
  readonly pairs: readonly (readonly [mid: string, currency: string])[]
  readonly payers: readonly (readonly [mid: string, currency: string])[]
  readonly agreed: Schedules
}

/** Clearing in a shared database: one transaction a run, one clearing at a time, while hosts go on. */
export class PostgresClearing {
  readonly #store: PostgresStore
  readonly #place: PostgresPlace

  constructor(store: PostgresStore, place: PostgresPlace) {
    this.#store = store
    this.#place = place
  }

  /** As the port has it. Who comes while another one clears waits, and clears what is left. */
  async clear(request: ClearingRequest): Promise<ClearingRun | undefined> {
    for (let attempt = 1; ; attempt++) {
      const session = await PostgresSession.open(this.#place)
      try {
        return await this.#clear(session, request)
      } catch (error) {
        await session.run([ROLLBACK]).catch(() => {})
        if (!isWorthRepeating(error)) throw postgresErrorOf(error, this.#place.name)
        if (attempt === ATTEMPTS)
          throw new StoreError('another program clears this database: try again once it is done', {
            kind: 'away',
          })
      } finally {
        await session.end()
      }
    }
  }

  async unfiledRuns(): Promise<readonly ClearingRun[]> {
    return (await this.#rows(SQL.unfiled)).map((fields) => readRun(READ.run(fields)))
  }

  async markFiled(runId: number): Promise<void> {
    await this.#rows(SQL.markFiled, runId)
  }

  async run(id: number): Promise<ClearingRun | undefined> {
    const stored = await this.#storedRun(id)
    return stored === undefined ? undefined : readRun(stored)
  }

  async payouts({ mid, runId, limit = LIST_LIMIT }: PayoutFilter): Promise<readonly PayoutRow[]> {
    const rows = await this.#rows(SQL.payouts, mid, runId, limit < 0 ? undefined : limit)
    return rows.map(READ.payout)
  }

  /** Lines of the items of a run with higher numbers than `after`; undefined when there are no more. */
  async lines(runId: number, after: number): Promise<ItemLines | undefined> {
    const run = await this.#storedRun(runId)
    if (run === undefined) throw new StoreError(`there is no clearing run ${runId}`)
    const { lastTransactionId, firstPayoutId, lastPayoutId } = run
    const rows = await this.#rows(
      SQL.lines,
      after,
      lastTransactionId,
      firstPayoutId,
      lastPayoutId,
      LINES_AT_ONCE,
    )
    const last = rows.at(-1)
    return last === undefined ? undefined : { lastId: Number(last[0]), lines: rows.map(lineOf).join('') }
  }

  async deviceFees(runId: number): Promise<readonly DeviceFeeRow[]> {
    const run = await this.#storedRun(runId)
    if (run === undefined) return []
    return (await this.#rows(SQL.deviceFees, run.firstPayoutId, run.lastPayoutId)).map(READ.deviceFee)
  }

  async feeSchedules(mid?: string): Promise<readonly FeeSchedule[]> {
    return (await this.#rows(SQL.schedules, mid)).map((fields) => readSchedule(READ.schedule(fields)))
  }

  putFeeSchedule(schedule: FeeSchedule): Promise<void> {
    return this.#store.together(async (session) => {
      await session.run(put(PUT.schedule, [schedule]))
    })
  }

  async #clear(session: PostgresSession, request: ClearingRequest): Promise<ClearingRun | undefined> {
    const ask = async (...steps: readonly Step[]) => (await session.run(steps, true)).at(-1) ?? []
    await ask(BEGIN, step(SQL.turn))
    const schedules = (await ask(stepOf(SQL.schedules, undefined))).map((fields) =>
      readSchedule(READ.schedule(fields)),
    )
    const agreed = schedulesByMerchant(schedules)
    const devices = devicesOf(request, agreed)
    const payers = pairsOf(await ask(step(SQL.payers, ...devices)))
    if ((await ask(step(SQL.anyDue, request.cutoffMs))).length === 0 && payers.length === 0) {
      await ask(ROLLBACK)
      return undefined
    }
    // Numbers are leased outside: hosts need the row as well. Those of a run that failed are used by nobody.
    const runId = await this.#store.leaseNumbers(1)
    await ask(step(SQL.takeBatches, request.cutoffMs, runId))
    const pairs = pairsOf(await ask(step(SQL.pairs, runId)))
    const due = await this.#duePayouts(request, { runId, pairs, payers, agreed })
    const { rows, terms } = due
    const [looked = []] = await ask(...put(PUT.terms, terms), ...put(PUT.due, rows), step(SQL.look, runId))
    const [[cleared] = []] = await ask(step(SQL.debits, runId), step(SQL.credits, runId), step(SQL.itemCount))
    const [itemCount, firstId, lastId] = looked.map(Number) as [number, number, number]
    invariant(Number(cleared) === itemCount, 'a transaction of a closed batch was not cleared')
    const [batches = []] = await ask(step(SQL.chargeDevices, ...devices), step(SQL.batchCount, runId))
    const run: StoredRun = {
      ...request,
      ...{
        id: runId,
        clearedAtMs: request.nowMs,
        batchCount: Number(batches[0]),
        itemCount,
        state: 'cleared',
      },
      ...{ firstTransactionId: firstId, lastTransactionId: lastId },
      ...{ firstPayoutId: due.firstId, lastPayoutId: due.firstId + rows.length - 1 },
    }
    await this.#close(ask, run)
    return readRun(run)
  }

  /** A number and the terms for each merchant and currency that is paid. */
  async #duePayouts({ businessDate }: ClearingRequest, { pairs, payers, agreed }: Due) {
    const wanted = new Map([...pairs, ...payers].map((pair) => [pair.join(' '), pair]))
    const sorted = [...wanted].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, pair]) => pair)
    const firstId = await this.#store.leaseNumbers(Math.max(sorted.length, 1))
    const known = new Map<string, number>()
    const terms: (TermRow & { terms: number })[] = []
    const rows = sorted.map(([mid, currency], index): DueRow => {
      const versions = versionsOf(mid, agreed.get(mid) ?? [])
      // Most merchants have the same schedule: its rows are written once.
      const key = JSON.stringify(versions.map(({ mid: _, ...version }) => version))
      let number = known.get(key)
      if (number === undefined) {
        number = known.size + 1
        known.set(key, number)
        for (const row of termRows(versions)) terms.push({ ...row, terms: number })
      }
      const payoutDate = dayAfter(businessDate, versionOn(versions, businessDate).settlementDays)
      return { payoutId: firstId + index, mid, currency, payoutDate, terms: number }
    })
    return { firstId, rows, terms }
  }

  /** Sums payouts, posts them, and writes the run down. */
  async #close(
    ask: (...steps: readonly Step[]) => Promise<readonly Fields[]>,
    run: StoredRun,
  ): Promise<void> {
    const { id, firstTransactionId, lastTransactionId, firstPayoutId, lastPayoutId } = run
    const payouts = await ask(
      step(SQL.sumPayouts, id, firstTransactionId, lastTransactionId),
      step(SQL.sumDeviceFees, id, firstPayoutId, lastPayoutId),
      stepOf(SQL.payouts, undefined, id, undefined),
    )
    for (let first = 0; first < payouts.length; first += PAYOUTS_AT_ONCE) {
      const some = payouts.slice(first, first + PAYOUTS_AT_ONCE)
      await ask(
        ...put(
          PUT.entries,
          some.flatMap((fields) => payoutEntries(READ.payout(fields))),
        ),
      )
    }
    await ask(step(SQL.dropDue), step(SQL.dropTerms), ...put(PUT.run, [run]), COMMIT)
  }

  async #storedRun(id: number): Promise<StoredRun | undefined> {
    const [fields] = await this.#rows(SQL.run, id)
    return fields === undefined ? undefined : READ.run(fields)
  }

  #rows(
    statement: Statement,
    ...values: readonly (string | number | undefined)[]
  ): Promise<readonly Fields[]> {
    return this.#store.together(async (session) => {
      const [rows = []] = await session.run([stepOf(statement, ...values)], true)
      return rows
    })
  }
}

function stepOf(statement: Statement, ...values: readonly (string | number | undefined)[]): Step {
  return { statement, values: values.map((value) => value ?? null) }
}

function pairsOf(rows: readonly Fields[]): readonly (readonly [string, string])[] {
  return rows.map(([mid, currency]) => [mid ?? '', currency ?? ''] as const)
}

/** The month, and merchants with what each of their terminals costs in it. */
function devicesOf(request: ClearingRequest, agreed: Schedules): readonly [string, string, string] {
  const paying = [...agreed].flatMap(([mid, own]) => {
    const { deviceFeeMinor } = versionOn(versionsOf(mid, own), request.businessDate)
    return deviceFeeMinor > 0 ? [[mid, deviceFeeMinor] as const] : []
  })
  return [monthOf(request), arrayOf(paying.map(([mid]) => mid)), arrayOf(paying.map(([, fee]) => fee))]
}

/** Text of one item in the clearing file, as docs/clearing.md has it. */
function lineOf(fields: Fields): string {
  const values = fields.map((field, index) =>
    index === AUTHORISATION_CODE ? quoted(field ?? '') : (field ?? ''),
  )
  return `D,${values.join(',')}\n`
}

/** Place of the authorisation code in a line. */
const AUTHORISATION_CODE = 8

function quoted(text: string): string {
  return /[^0-9A-Za-z]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
