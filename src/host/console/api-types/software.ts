import { z } from 'zod'
import { DOWNLOAD_SETS, REQUESTABLE } from '../../core/download-sets.ts'

export const LOADABLE = z.enum(REQUESTABLE)
export type Loadable = z.infer<typeof LOADABLE>
const SET = z.enum(DOWNLOAD_SETS)
export type DownloadSetName = z.infer<typeof SET>

export const PACKAGE_VIEW = z.object({
  id: z.string(),
  name: z.string(),
  version: z.string(),
  minimumVersion: z.string(),
  terminalTypes: z.array(z.string()),
  size: z.number(),
  signer: z.string(),
  rollbackFrom: z.string().nullable(),
  addedAtMs: z.number(),
  addedBy: z.string(),
})
export type PackageView = z.infer<typeof PACKAGE_VIEW>

const RULE = {
  percent: z.int().min(1).max(100),
  failurePercentMax: z.int().min(0).max(100),
  failuresMin: z.int().min(1).max(1000),
}
export const ROLLOUT_ORDER = z.object({ packageId: z.string().regex(/^[0-9A-F]{64}$/), ...RULE })
export const ROLLOUT_CHANGE = z.object({
  version: z.int(),
  percent: RULE.percent.optional(),
  state: z.enum(['running', 'paused', 'stopped']).optional(),
})
export type RolloutChange = z.infer<typeof ROLLOUT_CHANGE>

export const ROLLOUT_VIEW = z.object({
  id: z.number(),
  packageId: z.string(),
  name: z.string(),
  packageVersion: z.string(),
  percent: z.number(),
  failurePercentMax: z.number(),
  failuresMin: z.number(),
  state: z.enum(['running', 'paused', 'stopped']),
  reason: z.enum(['person', 'failures']).nullable(),
  startedAtMs: z.number(),
  startedBy: z.string(),
  changedAtMs: z.number(),
  version: z.number(),
  counts: z.object({
    targets: z.number(),
    loading: z.number(),
    loaded: z.number(),
    active: z.number(),
    failed: z.number(),
  }),
})
export type RolloutView = z.infer<typeof ROLLOUT_VIEW>

export const SOFTWARE_OVERVIEW = z.object({
  /** Versions that terminals download now. */
  versions: z.record(SET, z.number()),
  packages: z.array(PACKAGE_VIEW),
  rollouts: z.array(ROLLOUT_VIEW),
})
export type SoftwareOverview = z.infer<typeof SOFTWARE_OVERVIEW>

export const TERMINAL_LOADS = z.object({
  tid: z.string(),
  /** Version of each set that it has in full; null for none. */
  sets: z.record(SET, z.number().nullable()),
  software: z
    .object({
      running: z.string(),
      version: z.string().nullable(),
      state: z.enum(['offered', 'loading', 'loaded', 'trial', 'active', 'refused', 'rolledBack']),
      percent: z.number().nullable(),
      reason: z.string().nullable(),
      atMs: z.number(),
    })
    .nullable(),
  /** What the header asks it for, now and then. */
  jobs: z.array(z.number()),
})
export type TerminalLoads = z.infer<typeof TERMINAL_LOADS>
export const TERMINAL_LOADS_PAGE = z.object({ terminals: z.array(TERMINAL_LOADS), total: z.number() })
export type TerminalLoadsPage = z.infer<typeof TERMINAL_LOADS_PAGE>
