import Database from 'better-sqlite3'
import type { TerminalRow, TerminalSoftware } from '../core/records.ts'
import type { SoftwareOffer, SoftwareSource } from '../core/software-source.ts'
import { JOBS, withJob } from '../core/terminal-jobs.ts'
import type { AuditLog } from '../office/audit-log.ts'
import type { OfficeDatabase } from '../office/office-database.ts'
import type { Estate } from './estate.ts'
import { changedByOther, EstateRefusal, notThere } from './estate-refusal.ts'
import type { PackageShelf, ShelvedPackage } from './package-shelf.ts'
import type { SoftwarePlan } from './planned-software.ts'
import {
  countStates,
  hasResult,
  isTarget,
  isTooBad,
  mayFollow,
  type ReachedStates,
  type RolloutCounts,
  type RolloutRule,
} from './rollout-plan.ts'

export type RolloutState = 'running' | 'paused' | 'stopped'

export interface Rollout extends RolloutRule {
  readonly id: number
  readonly packageId: string
  readonly state: RolloutState
  /** `failures`: it stopped by itself. */
  readonly reason: 'person' | 'failures' | null
  readonly startedAtMs: number
  readonly startedBy: string
  readonly changedAtMs: number
  readonly version: number
}

export type RolloutOrder = RolloutRule & { readonly packageId: string }

export interface RolloutChange {
  readonly version: number
  /** It only grows. */
  readonly percent?: number | undefined
  readonly state?: RolloutState | undefined
}

interface Parts {
  readonly office: OfficeDatabase
  readonly audit: AuditLog
  readonly shelf: PackageShelf
  readonly estate: Estate
  readonly terminals: () => readonly TerminalRow[]
  /** Type of a terminal; undefined when nobody knows it. */
  readonly typeOf: (tid: string) => string | undefined
  readonly nowMs: () => number
}

const STEPS = [
  `CREATE TABLE rollout_orders (
     id INTEGER PRIMARY KEY, packageId TEXT NOT NULL REFERENCES software_packages (id), percent INTEGER NOT NULL,
     failurePercentMax INTEGER NOT NULL, failuresMin INTEGER NOT NULL, state TEXT NOT NULL, reason TEXT,
     startedAtMs INTEGER NOT NULL, startedBy TEXT NOT NULL, changedAtMs INTEGER NOT NULL, version INTEGER NOT NULL) STRICT;`,
]

/**
 * Brings a package to terminals, a part of them first, and stops by itself when too many fail. One roll-out at a time. What
 * became of it at a terminal stands in the terminal's row, committed with the answer to whoever said it.
 */
export class Rollouts implements SoftwareSource {
  readonly #parts: Parts
  /** The one that is not stopped: it is asked for with each chunk. */
  #open: Rollout | undefined
  #package: ShelvedPackage | undefined
  /** Results of the open one, by terminal. */
  readonly #active = new Set<string>()
  readonly #failed = new Set<string>()
  #listener: () => void = () => {}
  /** Terminals that the open one is for, when it was last started or widened. */
  #targetCount = 0

  constructor(parts: Parts) {
    this.#parts = parts
    parts.office.migrate('rollout', STEPS)
    this.#reopen(this.list().find(({ state }) => state !== 'stopped'))
  }

  /** Hears of each change at a terminal or of a roll-out; one listener. */
  onChange(listener: () => void): void {
    this.#listener = listener
  }

  /** Newest first. */
  list(): readonly Rollout[] {
    return this.#parts.office.db
      .prepare<[], Rollout>('SELECT * FROM rollout_orders ORDER BY id DESC LIMIT 20')
      .all()
  }

  /** `reached`: how many terminals stand in each state with its package. */
  counts({ id }: Rollout, reached: ReachedStates): RolloutCounts {
    return countStates(reached, this.#open?.id === id ? this.#targetCount : 0)
  }

  /** @throws {EstateRefusal} when another one is open or the package is not there. */
  start(actor: string, order: RolloutOrder): Rollout {
    const { office, audit, shelf, nowMs } = this.#parts
    const shelved = shelf.get(order.packageId)
    if (shelf.file(shelved.id) === undefined)
      throw new EstateRefusal('notNow', {
        zh: '软件包文件缺失或已损坏：请重新上传。',
        en: 'The file of the package is gone or damaged: upload it again.',
      })
    if (this.#open !== undefined)
      throw new EstateRefusal('notNow', {
        zh: '已有发布在进行：请先停止它。',
        en: 'Another roll-out is open: stop it first.',
      })
    const started = office.transaction(() => {
      const atMs = nowMs()
      const { lastInsertRowid } = office.db
        .prepare(
          `INSERT INTO rollout_orders VALUES (NULL, :packageId, :percent, :failurePercentMax, :failuresMin, 'running', NULL,
             :atMs, :actor, :atMs, 1)`,
        )
        .run({ ...order, actor, atMs })
      audit.append({
        actor,
        action: 'rollout.started',
        subject: String(lastInsertRowid),
        detail: { name: shelved.name, version: shelved.version, percent: order.percent },
      })
      return this.#get(Number(lastInsertRowid))
    })
    this.#reopen(started)
    this.#askTerminals()
    return started
  }

  /** @throws {EstateRefusal} when somebody was faster, or it is over. */
  change(actor: string, id: number, { version, percent, state }: RolloutChange): Rollout {
    const present = this.#get(id)
    if (present.version !== version) throw changedByOther(present)
    if (present.state === 'stopped')
      throw new EstateRefusal('notNow', {
        zh: '该发布已停止：请新建发布。',
        en: 'This roll-out was stopped: start a new one.',
      })
    if (percent !== undefined && percent < present.percent)
      throw new EstateRefusal('badInput', {
        zh: '比例只能增大：已发布的终端不会收回，请用回退包。',
        en: 'The percentage only grows: what terminals have is taken back by a package that leads back.',
      })
    const next: Rollout = {
      ...present,
      percent: percent ?? present.percent,
      state: state ?? present.state,
      reason: state === 'stopped' ? 'person' : null,
    }
    const changed = this.#store(actor, next)
    this.#reopen(changed.state === 'stopped' ? undefined : changed)
    if (changed.state === 'running') this.#askTerminals()
    return changed
  }

  offer(terminal: TerminalRow, version: string): SoftwareOffer | undefined {
    const [open, shelved] = [this.#open, this.#package]
    if (open?.state !== 'running' || shelved === undefined || !mayFollow(shelved, version)) return undefined
    if (!this.#targets(shelved, open.percent)(terminal)) return undefined
    return { id: shelved.id, version: shelved.version, size: shelved.size }
  }

  /** The one that runs, for hosts without a back office; undefined when none does. */
  plan(): SoftwarePlan | undefined {
    const [open, shelved] = [this.#open, this.#package]
    if (open?.state !== 'running' || shelved === undefined) return undefined
    const { id, version, minimumVersion, rollbackFrom, size, terminalTypes } = shelved
    const tids =
      terminalTypes.length === 0
        ? null
        : this.#parts
            .terminals()
            .flatMap(({ tid }) => (terminalTypes.includes(this.#parts.typeOf(tid) ?? '') ? [tid] : []))
    return { id, version, minimumVersion, rollbackFrom, size, percent: open.percent, tids }
  }

  /** Terminals told other hosts what became of the package: looks at all rows, and judges. */
  refresh(): void {
    const open = this.#open
    if (open === undefined) return
    this.#reopen(open)
    const shelved = this.#package
    if (this.#open?.state !== 'running' || shelved === undefined) return
    // Who came to a host that did not know of it yet went away with nothing, and is asked again.
    const isMeant = this.#targets(shelved, open.percent)
    const isForgotten = (row: TerminalRow): boolean => isMeant(row) && withJob(row, JOBS.software) !== row
    if (this.#parts.terminals().some(isForgotten)) this.#askTerminals()
    else this.#listener()
  }

  chunk(_terminal: TerminalRow, id: string, offset: number, size: number): Uint8Array | undefined {
    if (this.#open?.state !== 'running' || this.#open.packageId !== id) return undefined
    return this.#parts.shelf.file(id)?.subarray(offset, offset + size)
  }

  heard({ tid, setup }: TerminalRow): void {
    const software = setup?.software
    const open = this.#open
    if (open !== undefined && software?.packageId === open.packageId && hasResult(software, open.packageId)) {
      this.#note(tid, software)
      this.#judge(open)
    }
    this.#listener()
  }

  #note(tid: string, { state }: TerminalSoftware): void {
    const [into, outOf] = state === 'active' ? [this.#active, this.#failed] : [this.#failed, this.#active]
    into.add(tid)
    outOf.delete(tid)
  }

  #judge(open: Rollout): void {
    if (!isTooBad(open, { active: this.#active.size, failed: this.#failed.size })) return
    // From this moment nobody is offered it, whatever the disk says.
    this.#open = undefined
    try {
      this.#store('system', { ...open, state: 'stopped', reason: 'failures' })
    } catch (error) {
      // An answer to a terminal waits for this: it must not fail with the back office's disk. The next start judges again.
      if (!(error instanceof Database.SqliteError)) throw error
    }
  }

  #store(actor: string, next: Rollout): Rollout {
    const { office, audit, nowMs } = this.#parts
    const { id, percent, state, reason } = next
    return office.transaction(() => {
      office.db
        .prepare(
          `UPDATE rollout_orders SET percent = :percent, state = :state, reason = :reason, changedAtMs = :atMs,
             version = version + 1 WHERE id = :id`,
        )
        .run({ id, percent, state, reason, atMs: nowMs() })
      audit.append({
        actor,
        action: 'rollout.changed',
        subject: String(id),
        detail: { percent, state, ...(reason === null ? {} : { reason }) },
      })
      return this.#get(id)
    })
  }

  #get(id: number): Rollout {
    const found = this.#parts.office.db
      .prepare<[number], Rollout>('SELECT * FROM rollout_orders WHERE id = ?')
      .get(id)
    if (found === undefined) throw notThere('此发布', 'roll-out of this number')
    return found
  }

  /** What terminals have said already counts. */
  #reopen(open: Rollout | undefined): void {
    this.#open = open
    this.#active.clear()
    this.#failed.clear()
    this.#package = open === undefined ? undefined : this.#parts.shelf.find(open.packageId)
    if (open === undefined || this.#package === undefined) return
    const isTarget = this.#targets(this.#package, open.percent)
    this.#targetCount = 0
    for (const row of this.#parts.terminals()) {
      const { tid, setup } = row
      const software = setup?.software
      if (software?.packageId === open.packageId || isTarget(row)) this.#targetCount++
      if (software !== undefined && hasResult(software, open.packageId)) this.#note(tid, software)
    }
    this.#judge(open)
  }

  /** The header of their next answer asks them to come. */
  #askTerminals(): void {
    const [open, shelved] = [this.#open, this.#package]
    if (open === undefined || shelved === undefined) return
    const isTarget = this.#targets(shelved, open.percent)
    this.#parts.estate.changeTerminals((row) => (isTarget(row) ? withJob(row, JOBS.software) : row))
    this.#listener()
  }

  #targets(shelved: ShelvedPackage, percent: number): (row: TerminalRow) => boolean {
    const { terminalTypes } = shelved
    const isOfType = (tid: string): boolean =>
      terminalTypes.length === 0 || terminalTypes.includes(this.#parts.typeOf(tid) ?? '')
    return (row) => isTarget(row, { ...shelved, percent }, isOfType)
  }
}
