import type { RetentionArchive } from '../core/retention-port.ts'
import { CareRefusal } from '../monitoring/care-refusal.ts'
import { HOST, type MaintenancePlan } from '../monitoring/maintenance-plan.ts'
import { ArchiveError } from './archive-file.ts'
import type { HostRetention } from './host-retention.ts'

/** Retention as a task of the maintenance plan: what it did is its evidence. */
export class PlannedRetention {
  readonly #retention: HostRetention
  readonly #plan: MaintenancePlan
  readonly #nowMs: () => number

  constructor(retention: HostRetention, plan: MaintenancePlan, nowMs: () => number) {
    this.#retention = retention
    this.#plan = plan
    this.#nowMs = nowMs
  }

  /** Does it if the plan says that it is due, and no more than once a day when it fails. Returns whether it was. */
  runIfDue(): boolean {
    const tasks = this.#plan.due([{ tid: HOST, sinceMs: this.#plan.hostSinceMs() }])
    const task = tasks.find(({ kind }) => kind === 'retention')
    if (task?.isOverdue !== true) return false
    if (task.wasBad && this.#nowMs() - task.dueAtMs < DAY_MS) return false
    try {
      this.runNow('system')
    } catch (error) {
      if (!(error instanceof CareRefusal || error instanceof ArchiveError)) throw error
    }
    return true
  }

  /** @throws {CareRefusal | ArchiveError} and the evidence says why. */
  runNow(actor: string): RetentionArchive | undefined {
    const evidence = { tid: HOST, kind: 'retention', atMs: this.#nowMs(), actor } as const
    try {
      const archive = this.#retention.run(actor)
      const note =
        archive === undefined ? 'nothing was old enough' : `${archive.name} sha256 ${archive.sha256}`
      this.#plan.note({ ...evidence, isGood: true, note })
      return archive
    } catch (error) {
      const note = error instanceof Error ? error.message : 'failed'
      this.#plan.note({ ...evidence, isGood: false, note })
      throw error
    }
  }
}

const DAY_MS = 86_400_000
