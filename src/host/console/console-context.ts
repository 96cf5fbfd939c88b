import { invariant } from '../../base/invariant.ts'
import { StoreError } from '../core/store-port.ts'
import { type FieldEstate, openFieldEstate } from '../estate/field-estate.ts'
import { PackageShelf } from '../estate/package-shelf.ts'
import { Rollouts } from '../estate/rollouts.ts'
import { openKnowledgeBase } from '../knowledge/knowledge-base.ts'
import type { Alarm } from '../monitoring/alarm-book.ts'
import { keepCare } from '../monitoring/keep-care.ts'
import type { Office } from '../office/open-office.ts'
import { openRetention } from '../retention/open-retention.ts'
import type { ConsoleHost } from '../service/console-host.ts'
import type { HostMetrics } from '../service/host-metrics.ts'
import type { RecordsPort } from '../store/records-port.ts'
import type { Bench } from './bench/bench.ts'
import type { ConsoleApp, ConsoleContext, SoftwareDesk } from './console-app.ts'
import type { LiveEvents } from './live-events.ts'
import { MessageWatch } from './messages/message-watch.ts'
import { MinuteSeries } from './records/minute-series.ts'
import { RecordsReader } from './records/records-reader.ts'
import type { WorkbenchPort } from './workbench-port.ts'

const MESSAGES_KEPT = 1000
const MESSAGES_PER_SECOND = 20
const SECRET_TRIES_MAX = 20
const FOLLOW_EVERY_MS = 15_000
const SOFTWARE_NEWS_MS = 500

interface ContextParts {
  readonly host: ConsoleHost
  readonly office: Office
  readonly live: LiveEvents
  /** Where transactions and batches are read; the file of the host when undefined. */
  readonly records?: RecordsPort | undefined
  /** Folder of the host's records. */
  readonly directory: string
  readonly secretTriesMax?: number | undefined
  readonly metrics?: HostMetrics | undefined
  readonly bench?: Bench | undefined
  readonly workbench?: WorkbenchPort | undefined
}

/** What the routes work on; ends with the app. */
export function openContext(
  app: ConsoleApp,
  {
    host,
    office,
    live,
    directory,
    metrics,
    bench,
    workbench,
    secretTriesMax = SECRET_TRIES_MAX,
    ...given
  }: ContextParts,
): ConsoleContext {
  const { nowMs } = office
  const messages = new MessageWatch({
    keptMax: MESSAGES_KEPT,
    perSecondMax: MESSAGES_PER_SECOND,
    nowMs,
    taken: (line) => live.publish('exchange', line),
  })
  const records = given.records ?? ownRecords(host)
  const endWatch = host.elsewhere?.exchanges(messages) ?? host.observe(messages)
  const minutes = new MinuteSeries(nowMs)
  const endMinutes = host.observe(minutes)
  const care = keepCare({ office, host, metrics }, (alarm) => live.publish('alarms', newsOf(alarm)))
  const retention = openRetention({ directory, host, office, plan: care.care.plan })
  const field = openFieldEstate({ directory, office: office.database, audit: office.audit, host, nowMs })
  const endSeen = host.observe(field.lastSeen)
  const software = openSoftware({ directory, office, host, field, live })
  const following = host.elsewhere === undefined ? undefined : followTerminals(host, field)
  app.addHook('onClose', () => {
    clearInterval(following)
    software.end()
    retention?.end()
    care.end()
    endWatch()
    endMinutes()
    endSeen()
    records.close()
  })
  const knowledge = openKnowledgeBase()
  return {
    office,
    field,
    host,
    live,
    messages,
    records,
    minutes,
    knowledge,
    care: care.care,
    retention,
    software: software.desk,
    bench,
    workbench,
    nowMs,
    secretTriesMax,
  }
}

/** Others change the rows too: the list follows them, at a moment when the store can be asked. */
function followTerminals({ store }: ConsoleHost, { terminals }: FieldEstate): NodeJS.Timeout {
  const follow = (): void => {
    try {
      terminals.follow(store.listTerminals(), store.listMerchants())
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
    }
  }
  return setInterval(follow, FOLLOW_EVERY_MS).unref()
}

function ownRecords({ store: { path } }: ConsoleHost): RecordsPort {
  invariant(path !== undefined, 'a host with a console has a file')
  return new RecordsReader(path)
}

/** Packages are offered while the console is open; pages hear of progress once in a while, not of each chunk. */
function openSoftware({
  directory,
  office,
  host,
  field,
  live,
}: Pick<ContextParts, 'directory' | 'office' | 'host' | 'live'> & { readonly field: FieldEstate }): {
  readonly desk: SoftwareDesk
  readonly end: () => void
} {
  const { database, audit, nowMs } = office
  const shelf = new PackageShelf({ directory, office: database, audit, nowMs })
  const rollouts = new Rollouts({
    office: database,
    audit,
    shelf,
    estate: host.estate,
    terminals: () => host.store.listTerminals(),
    typeOf: (tid) => field.terminals.get(tid).typeId ?? undefined,
    nowMs,
  })
  let timer: NodeJS.Timeout | undefined
  rollouts.onChange(() => {
    timer ??= setTimeout(() => {
      timer = undefined
      live.publish('software', {})
    }, SOFTWARE_NEWS_MS).unref()
  })
  host.catalogue.software = rollouts
  const published = host.elsewhere?.followRollouts(rollouts)
  const end = (): void => {
    published?.end()
    clearTimeout(timer)
    host.catalogue.software = undefined
  }
  return { desk: { shelf, rollouts }, end }
}

/** Pages hear of alarms that change. */
function newsOf({ number, kind, subject, clearedAtMs }: Alarm) {
  return { number, kind, subject, isUp: clearedAtMs === null }
}
