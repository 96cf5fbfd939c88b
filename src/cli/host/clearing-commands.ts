import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Command } from 'commander'
import { currencyCode, formatAmount } from '../../base/money.ts'
import type { PayoutRow } from '../../host/core/clearing.ts'
import { type FeeSchedule, versionsOf } from '../../host/core/fee-schedule.ts'
import { ACQUIRER_INSTITUTION } from '../../host/estate/default-estate.ts'
import { clearDay } from '../../host/service/clear-day.ts'
import type { DeskRecords } from '../../host/service/open-desk-records.ts'
import { UsageFailure } from '../failure.ts'
import { businessDate, localDay } from './business-date.ts'
import { type RecordFlags, storeOption } from './command-records.ts'
import { feeFileOf, readFeeFile } from './fee-file.ts'
import { withDeskRecords } from './with-records.ts'

const DATA_OPTION = ['--data <dir>', 'folder of the host', 'tillwire-data/host'] as const
type Records = Pick<DeskRecords, 'store' | 'clearing'>
/** Beneath the host's folder. */
const CLEARING_FOLDER = 'clearing'

/** `clear`, `payouts` and `fees`. */
export function clearingCommands(): readonly Command[] {
  return [clearCommand(), payoutsCommand(), feesCommand()]
}

function print(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''))
}

function clearCommand(): Command {
  return new Command('clear')
    .description('Clear all batches that closed: fees, ledger, one payout for each merchant, and a file.')
    .option('--date <day>', 'business date as 20261231; today, up to now, when it is not given')
    .option('--out <file>', `the clearing file; without it a file in <data>/${CLEARING_FOLDER}`)
    .option(...DATA_OPTION)
    .addOption(storeOption())
    .option('--json', 'print one JSON object a run')
    .action((flags: RecordFlags & { date?: string; out?: string; json?: boolean }) => {
      const nowMs = Date.now()
      const { day, cutoffMs } = businessDate(flags.date, nowMs)
      return withDeskRecords(flags, ({ clearing }) => {
        const filed = clearDay({
          clearing,
          request: { businessDate: day, cutoffMs, nowMs },
          folder: join(flags.data, CLEARING_FOLDER),
          file: flags.out === undefined ? undefined : resolve(flags.out),
          acquirer: ACQUIRER_INSTITUTION,
        })
        for (const { run, path } of filed) {
          const payouts = clearing.payouts({ runId: run.id, limit: -1 })
          if (flags.json) print([JSON.stringify({ ...run, file: path, payouts })])
          else {
            const { businessDate: date, batchCount, itemCount } = run
            print([
              `cleared ${date} as run ${run.id}: ${batchCount} batches, ${itemCount} transactions / 清算完成`,
              ...payouts.map((payout) => `  ${payoutLine(payout)}`),
              `  file: ${path}`,
            ])
          }
        }
        if (filed.length === 0 && !flags.json) print(['nothing to clear / 没有待清算的批次'])
      })
    })
}

function payoutsCommand(): Command {
  return new Command('payouts')
    .description('Print payouts, newest first.')
    .option('--mid <mid>', 'of one merchant')
    .option('--run <n>', 'of one clearing run')
    .option('--limit <n>', 'how many', '20')
    .option(...DATA_OPTION)
    .addOption(storeOption())
    .option('--json', 'print one JSON object a line')
    .action((flags: RecordFlags & { mid?: string; run?: string; limit: string; json?: boolean }) => {
      const limit = wholeNumber('--limit', flags.limit)
      const run = flags.run === undefined ? {} : { runId: wholeNumber('--run', flags.run) }
      const merchant = flags.mid === undefined ? {} : { mid: flags.mid }
      return withDeskRecords(flags, ({ clearing }) => {
        const payouts = clearing.payouts({ limit, ...merchant, ...run })
        print(payouts.map((payout) => (flags.json ? JSON.stringify(payout) : payoutLine(payout))))
      })
    })
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1) throw new UsageFailure(`${name} takes a number from 1`)
  return value
}

function payoutLine(payout: PayoutRow): string {
  const { id, mid, currency, payoutDate, itemCount, feeMinor, deviceFeeMinor, netMinor } = payout
  const amount = formatAmount(netMinor, currency).padStart(14)
  const what = netMinor < 0 ? 'owed by' : 'payout to'
  const devices = deviceFeeMinor === 0 ? '' : `, terminals ${formatAmount(deviceFeeMinor, currency)}`
  return `${id} ${what} ${mid} ${payoutDate} ${amount} ${currencyCode(currency)} (${itemCount} transactions, fee ${formatAmount(feeMinor, currency)}${devices})`
}

function feesCommand(): Command {
  return new Command('fees')
    .description('Show the fee schedules of merchants, or set one from a JSON file.')
    .option('--mid <mid>', 'of one merchant')
    .option('--set <file>', "a new version of the merchant's schedule")
    .option(...DATA_OPTION)
    .addOption(storeOption())
    .option('--json', 'print one JSON object a version')
    .action((flags: RecordFlags & { mid?: string; set?: string; json?: boolean }) => {
      if (flags.set !== undefined && flags.mid === undefined) {
        throw new UsageFailure('--set needs --mid: whose schedule is it?')
      }
      return withDeskRecords(flags, (records) => {
        if (flags.set !== undefined && flags.mid !== undefined) setFees(records, flags.mid, flags.set)
        for (const mid of merchantsOf(records, flags.mid)) {
          const versions = versionsOf(mid, records.clearing.feeSchedules(mid))
          if (flags.json) print(versions.map((version) => JSON.stringify(feeFileOf(version))))
          else print(versions.flatMap(scheduleLines))
        }
      })
    })
}

function merchantsOf({ store }: Records, mid: string | undefined): readonly string[] {
  const known = store.listMerchants().map((merchant) => merchant.mid)
  if (mid === undefined) return known
  if (!known.includes(mid)) throw new UsageFailure(`there is no merchant ${mid}`)
  return [mid]
}

function setFees(records: Records, mid: string, path: string): void {
  merchantsOf(records, mid)
  const schedule = readFeeFile(readText(path), mid, localDay(Date.now()))
  if (typeof schedule === 'string') throw new UsageFailure(`${path}: ${schedule}`)
  const { clearing } = records
  const [last] = clearing.payouts({ mid, limit: 1 })
  const lastDay = last === undefined ? undefined : clearing.run(last.runId)?.businessDate
  if (lastDay !== undefined && schedule.validFrom <= lastDay) {
    throw new UsageFailure(
      `${mid} was cleared up to ${lastDay}: a new version starts later than that, not on ${schedule.validFrom}`,
    )
  }
  clearing.putFeeSchedule(schedule)
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    throw new UsageFailure(`cannot read ${path}`)
  }
}

const PAYERS = { card: 'cards', code: 'codes', any: 'cards and codes' } as const

function scheduleLines(schedule: FeeSchedule): readonly string[] {
  const { mid, validFrom, settlementDays, refundFee, deviceFeeMinor, rules } = schedule
  const cycle = settlementDays === 0 ? 'D+0' : 'T+1'
  return [
    `merchant ${mid} from ${validFrom}: paid ${cycle}, fees of refunds ${refundFee}, ${deviceFeeMinor === 0 ? 'nothing' : deviceFeeMinor} a month for each terminal`,
    ...rules.map((rule) => {
      const { cardClass, kind, payment, ratePpm, fixedMinor, minimumMinor, capMinor, interchangePpm } = rule
      const cap = capMinor === undefined ? 'no cap' : `at most ${capMinor}`
      const interchangeCap =
        rule.interchangeCapMinor === undefined ? '' : ` at most ${rule.interchangeCapMinor}`
      return `  ${cardClass} ${PAYERS[payment]}, ${kind}: ${ratePpm / 100} bp + ${fixedMinor}, at least ${minimumMinor}, ${cap}; interchange ${interchangePpm / 100} bp${interchangeCap}`
    }),
  ]
}
