import { z } from 'zod'

const TEXT = z.object({ zh: z.string(), en: z.string() })
export const STAGE = z.enum(['commissioning', 'testing', 'live'])

/** One step on a terminal's way to its first real sale, as it stands now. */
export const COMMISSIONING_STEP = z.object({
  step: z.string(),
  title: TEXT,
  /** `none`: no evidence of this device yet. */
  verdict: z.enum(['passed', 'failed', 'none']),
  endedAtMs: z.number().nullable(),
  softwareVersion: z.string(),
  reasons: z.array(TEXT),
  figures: z.record(z.string(), z.union([z.number(), z.string()])),
})

export const COMMISSIONING_STEPS = z.object({
  tid: z.string(),
  stage: STAGE,
  steps: z.array(COMMISSIONING_STEP),
  /** Why it may not go live; empty when it may. */
  missing: z.array(TEXT),
})
export type CommissioningView = z.infer<typeof COMMISSIONING_STEPS>
