import { parseStatusItems } from '../../iso8583/subfields/status-items.ts'
import type { TerminalRow } from '../core/records.ts'
import { JOBS, withJob } from '../core/terminal-jobs.ts'
import type { Office } from '../office/open-office.ts'
import type { ConsoleHost } from '../service/console-host.ts'
import { type Alarm, AlarmBook, type Measurement } from './alarm-book.ts'
import { type Figures, LiveFigures } from './live-figures.ts'
import { HOST, MaintenancePlan, type TerminalStatus } from './maintenance-plan.ts'
import { OfflineLosses } from './offline-losses.ts'
import { devicesOfStatus } from './status-devices.ts'
import { Tickets } from './tickets.ts'

/** Figures of an overview: the estate in one look. */
export interface EstateSummary {
  readonly figures: Figures
  readonly terminals: number
  /** Heard within the last five minutes. */
  readonly active: number
  readonly alarmsUp: number
  readonly alarmsCritical: number
  readonly ticketsUnsolved: number
}

export interface EstateCareOptions {
  readonly office: Pick<Office, 'database' | 'audit' | 'nowMs'>
  readonly host: Pick<ConsoleHost, 'store' | 'observe' | 'estate'>
  /** Why the host can't record now; undefined while all is well. */
  readonly trouble?: () => string | undefined
}

const ACTIVE_MS = 5 * 60_000
/** A terminal that was not heard today is off, not silent. */
const SILENT_MAX_MS = 24 * 3_600_000
/** The list of terminals changes seldom and is long. */
const TERMINALS_KEPT_MS = 30_000

/** Looks after the estate: what it does now, what is wrong, who sees to it, what is due. */
export class EstateCare {
  readonly figures: LiveFigures
  readonly alarms: AlarmBook
  readonly tickets: Tickets
  readonly plan: MaintenancePlan
  readonly #options: EstateCareOptions
  readonly #stops: readonly (() => void)[]
  readonly #sinceMs: number
  readonly #losses: OfflineLosses
  #terminals: ReadonlyMap<string, TerminalRow> = new Map()
  #terminalsAtMs = Number.NEGATIVE_INFINITY

  constructor(options: EstateCareOptions) {
    const { office, host } = options
    const { database, audit, nowMs } = office
    this.#options = options
    this.#sinceMs = nowMs()
    this.alarms = new AlarmBook(database, audit, nowMs)
    this.tickets = new Tickets(database, audit, nowMs)
    this.plan = new MaintenancePlan(database, audit, nowMs)
    this.terminals()
    // On the path of every answer: a list that is half a minute old will do, and nobody makes it be read anew.
    this.figures = new LiveFigures((tid) => this.#terminals.has(tid))
    const losses = new OfflineLosses()
    this.#losses = losses
    this.#stops = [host.observe(this.figures), host.observe(losses)]
  }

  /** All terminals by number, at most half a minute old. */
  terminals(): ReadonlyMap<string, TerminalRow> {
    const nowMs = this.#options.office.nowMs()
    if (nowMs - this.#terminalsAtMs > TERMINALS_KEPT_MS) {
      this.#terminals = new Map(this.#options.host.store.listTerminals().map((row) => [row.tid, row]))
      this.#terminalsAtMs = nowMs
    }
    return this.#terminals
  }

  summary(): EstateSummary {
    const nowMs = this.#options.office.nowMs()
    return {
      figures: this.figures.estate(nowMs),
      terminals: this.terminals().size,
      active: this.figures.activeCount(nowMs, ACTIVE_MS),
      alarmsUp: this.alarms.upCount(),
      alarmsCritical: this.alarms.upCount('critical'),
      ticketsUnsolved: this.tickets.unsolvedCount(),
    }
  }

  /** Of one merchant's terminals together. */
  merchantFigures(mid: string): Figures {
    const tids = [...this.terminals().values()].filter((row) => row.mid === mid).map(({ tid }) => tid)
    return this.figures.sum(tids, this.#options.office.nowMs())
  }

  /** Looks at everything once; returns the alarms that were raised or cleared. */
  watch(): readonly Alarm[] {
    this.terminals()
    this.#openLossTickets()
    this.#takeStatuses()
    return this.alarms.take(this.#measurements(this.#options.office.nowMs()))
  }

  /** The terminal's next reply asks it for its status; what it says becomes evidence. */
  askForStatus(actor: string, tid: string): void {
    const { office, host } = this.#options
    host.estate.changeTerminal(tid, (row) => withJob(row, JOBS.statusUpload))
    office.audit.append({ actor, action: 'maintenance.checkAsked', subject: tid })
  }

  /** The host and its terminals with the moment from which their tasks count. */
  dueTerminals(): readonly { readonly tid: string; readonly sinceMs: number }[] {
    const terminals = [...this.terminals().values()]
      .filter(({ status }) => status === 'active')
      .map(({ tid, signedInAtMs }) => ({ tid, sinceMs: signedInAtMs ?? this.#sinceMs }))
    return [{ tid: HOST, sinceMs: this.plan.hostSinceMs() }, ...terminals]
  }

  close(): void {
    for (const stop of this.#stops) stop()
  }

  /** What terminals sent of themselves since the last look becomes evidence. */
  #takeStatuses(): void {
    for (const { tid, setup } of this.#terminals.values()) {
      const status = setup?.status
      if (status === undefined || (this.plan.status(tid)?.atMs ?? 0) >= status.atMs) continue
      const { softwareVersion, paper, battery, backups = [] } = parseStatusItems(status.text)
      for (const { kind, atS, digest } of backups) this.plan.noteBackup(tid, kind, atS * 1000, digest)
      this.plan.takeStatus({
        tid,
        atMs: status.atMs,
        devices: devicesOfStatus(status.text),
        softwareVersion,
        paper,
        batteryPercent: battery?.percent,
        isCharging: battery?.isCharging,
      })
    }
  }

  /** The merchant has lost money: somebody must see to it. A refusal that is told again is no second loss. */
  #openLossTickets(): void {
    for (const { tid, stan, rrn, responseCode, panTruncated } of this.#losses.take()) {
      if (!this.#terminals.has(tid)) continue
      const title = `离线交易被拒 Offline sale refused ${stan} (${rrn})`
      if (this.tickets.list({ subject: tid, limit: 1000 }).some((each) => each.title === title)) continue
      this.tickets.open('system', {
        title,
        severity: 'high',
        source: 'offlineLoss',
        subject: tid,
        knowledgeKey: 'E-OFFLINE-LOSS',
        note: `${responseCode} ${panTruncated}`,
      })
    }
  }

  #measurements(nowMs: number): readonly Measurement[] {
    const watched = new Set(this.alarms.rules.list().map(({ subject }) => subject))
    const found: Measurement[] = [...this.#figuresOf('estate', this.figures.estate(nowMs), watched)]
    for (const tid of this.figures.heard()) {
      const figures = this.figures.terminal(tid, nowMs)
      found.push(...this.#figuresOf(tid, figures, watched), silence(tid, figures, nowMs))
    }
    found.push(...this.#merchantFigures(nowMs, watched))
    for (const status of this.plan.statuses()) found.push(...suppliesOf(status))
    const isInTrouble = this.#options.trouble?.() !== undefined
    found.push({ kind: 'storeTrouble', subject: 'estate', value: Number(isInTrouble), count: 1 })
    return found
  }

  #figuresOf(
    subject: string,
    { decided, successRate, reversalShare, p95Ms }: Figures,
    watched: ReadonlySet<string>,
  ): readonly Measurement[] {
    return [
      { kind: 'successRate', subject, value: successRate, count: decided },
      { kind: 'reversalShare', subject, value: reversalShare, count: decided },
      // Of single terminals only where somebody asked for it: a slow host would raise one for each.
      ...(subject === 'estate' || watched.has(subject)
        ? ([{ kind: 'latencyP95', subject, value: p95Ms, count: decided }] as const)
        : []),
    ]
  }

  /** A merchant's terminals together, where somebody has set a rule for it. */
  #merchantFigures(nowMs: number, watched: ReadonlySet<string>): readonly Measurement[] {
    const byMid = new Map<string, string[]>()
    for (const { tid, mid } of this.#terminals.values())
      if (watched.has(mid)) byMid.set(mid, [...(byMid.get(mid) ?? []), tid])
    return [...byMid].flatMap(([mid, tids]) => this.#figuresOf(mid, this.figures.sum(tids, nowMs), watched))
  }
}

/** What a terminal said of paper, battery and devices; a printer without paper is no broken one. */
function suppliesOf({ tid, batteryPercent, paper, devices }: TerminalStatus): readonly Measurement[] {
  const isOut = paper === 'out'
  const broken = Object.entries(devices).filter(([name, works]) => !works && !(isOut && name === 'printer'))
  return [
    { kind: 'batteryLow', subject: tid, value: batteryPercent, count: 1 },
    { kind: 'paperLow', subject: tid, value: known(paper, Number(paper === 'nearEnd')), count: 1 },
    { kind: 'paperOut', subject: tid, value: known(paper, Number(isOut)), count: 1 },
    { kind: 'deviceFault', subject: tid, value: broken.length, count: 1 },
  ]
}

function known(said: unknown, value: number): number | undefined {
  return said === undefined ? undefined : value
}

function silence(subject: string, { lastSeenMs }: Figures, nowMs: number): Measurement {
  const silentMs = lastSeenMs === undefined ? undefined : nowMs - lastSeenMs
  const value = silentMs === undefined || silentMs > SILENT_MAX_MS ? undefined : silentMs / 60_000
  return { kind: 'silence', subject, value, count: 1 }
}
