import { z } from 'zod'
import type { TerminalRow } from '../core/records.ts'
import type { SoftwareOffer, SoftwareSource } from '../core/software-source.ts'
import { isTarget, mayFollow } from './rollout-plan.ts'

/** A roll-out that runs, as hosts need it that have no back office. */
export const SOFTWARE_PLAN = z.object({
  /** SHA-256 of the package's file, hexadecimal. */
  id: z.string(),
  version: z.string(),
  minimumVersion: z.string(),
  rollbackFrom: z.string().nullable(),
  size: z.number(),
  percent: z.number(),
  /** Terminals of the package's types; null: of any type. */
  tids: z.array(z.string()).nullable(),
})
export type SoftwarePlan = z.infer<typeof SOFTWARE_PLAN>

/** Offers the package of a plan that the back office made elsewhere. What terminals say of it stands in their rows. */
export class PlannedSoftware implements SoftwareSource {
  #plan: SoftwarePlan | undefined
  #tids: ReadonlySet<string> | undefined
  #file: Uint8Array | undefined

  /** Undefined ends it. */
  follow(plan: SoftwarePlan | undefined, file: Uint8Array | undefined): void {
    this.#plan = file === undefined ? undefined : plan
    this.#tids = plan?.tids == null ? undefined : new Set(plan.tids)
    this.#file = file
  }

  offer(terminal: TerminalRow, version: string): SoftwareOffer | undefined {
    const plan = this.#plan
    if (plan === undefined || !mayFollow(plan, version)) return undefined
    if (!isTarget(terminal, plan, (tid) => this.#tids?.has(tid) !== false)) return undefined
    return { id: plan.id, version: plan.version, size: plan.size }
  }

  chunk(_terminal: TerminalRow, id: string, offset: number, size: number): Uint8Array | undefined {
    return this.#plan?.id === id ? this.#file?.subarray(offset, offset + size) : undefined
  }

  heard(): void {}
}
