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

/** A signed acceptance report, as a list shows it. */
export const ACCEPTANCE_REPORT = z.object({
  number: z.number(),
  serial: z.string(),
  software: z.string(),
  signedBy: z.string(),
  signedAtMs: z.number(),
  /** SHA-256 of the file and of the signer's public key, hexadecimal. */
  hash: z.string(),
  signer: z.string(),
})

/** What one operator did in training. */
export const OPERATOR_TRAINING = z.object({
  operator: z.string(),
  isDone: z.boolean(),
  exercises: z.array(z.object({ exercise: z.string(), title: TEXT, atMs: z.number().nullable() })),
})

export const COMMISSIONING_STEPS = z.object({
  tid: z.string(),
  stage: STAGE,
  steps: z.array(COMMISSIONING_STEP),
  /** Why it may not go live; empty when it may. */
  missing: z.array(TEXT),
  /** Whether all has passed, so that a person may sign for it. */
  isPassed: z.boolean(),
  /** Whether a signed report covers the evidence as it stands now. */
  isAccepted: z.boolean(),
  reports: z.array(ACCEPTANCE_REPORT),
  training: z.array(OPERATOR_TRAINING),
})
export type CommissioningView = z.infer<typeof COMMISSIONING_STEPS>
