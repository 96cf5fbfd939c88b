import Database from 'better-sqlite3'
import type { RetainedRecords } from '../core/retention-port.ts'
import { StoreError } from '../core/store-port.ts'
import type { MaintenancePlan } from '../monitoring/maintenance-plan.ts'
import type { Office } from '../office/open-office.ts'
import type { ConsoleHost } from '../service/console-host.ts'
import { SqliteStore } from '../store/sqlite-store.ts'
import { SignatureBook } from '../wallet/signature-book.ts'
import { HostRetention } from './host-retention.ts'
import { PlannedRetention } from './planned-retention.ts'
import { retainedRecords } from './retained-records.ts'

const LOOK_EVERY_MS = 3_600_000
/** About a second of a host that answers nothing. */
const TRANSACTIONS_MAX = 50_000

/** Retention of a host that runs: by hand, and by itself when the maintenance plan says so. Undefined where records are kept in no file or database. */
export function openRetention({
  directory,
  host,
  office,
  plan,
}: {
  readonly directory: string
  readonly host: Pick<ConsoleHost, 'store' | 'signatures' | 'security' | 'retained'>
  readonly office: Office
  readonly plan: MaintenancePlan
}):
  | { readonly retention: HostRetention; readonly planned: PlannedRetention; readonly end: () => void }
  | undefined {
  const records = host.retained ?? ownRecords(host)
  if (records === undefined) return undefined
  const retention = new HostRetention({
    directory,
    records,
    sealer: host.security,
    office,
    transactionsMax: TRANSACTIONS_MAX,
  })
  const planned = new PlannedRetention(retention, plan, office.nowMs)
  const timer = setInterval(() => {
    try {
      planned.runIfDue()
    } catch (error) {
      // A disk that takes nothing must not end the host with it: the next round looks again.
      if (!(error instanceof Database.SqliteError || error instanceof StoreError)) throw error
    }
  }, LOOK_EVERY_MS)
  timer.unref()
  return { retention, planned, end: () => clearInterval(timer) }
}

function ownRecords({
  store,
  signatures,
}: Pick<ConsoleHost, 'store' | 'signatures'>): RetainedRecords | undefined {
  const isOwn = store instanceof SqliteStore && signatures instanceof SignatureBook
  return isOwn ? retainedRecords(store, signatures) : undefined
}
