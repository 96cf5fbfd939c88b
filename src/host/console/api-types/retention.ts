import { z } from 'zod'

const TEXT = z.object({ zh: z.string(), en: z.string() })
const DAYS = z.object({
  transactions: z.number(),
  explains: z.number(),
  signatures: z.number(),
  care: z.number(),
  audit: z.number(),
})

export const RETENTION_POLICY = z.object({ days: DAYS, version: z.number() })
export type RetentionPolicyView = z.infer<typeof RETENTION_POLICY>

export const ARCHIVE_VIEW = z.object({
  id: z.number(),
  name: z.string(),
  sha256: z.string(),
  ranAtMs: z.number(),
  actor: z.string(),
  counts: z.record(z.string(), z.number()),
})

export const RETENTION_VIEW = z.object({
  policy: RETENTION_POLICY,
  /** What each kind is called, what is usual, and what nobody may go below. */
  kinds: z.array(z.object({ kind: DAYS.keyof(), name: TEXT, usual: z.number(), least: z.number() })),
  /** What a run would take out now. */
  plan: z.object({
    counts: z.record(z.string(), z.number()),
    total: z.number(),
    days: z.array(z.string()),
    stays: z.array(z.object({ tid: z.string(), fromDay: z.string() })),
    /** Of the file; not there for a shared database. */
    space: z.object({ fileBytes: z.number(), freeBytes: z.number() }).optional(),
  }),
  archives: z.array(ARCHIVE_VIEW),
})
export type RetentionView = z.infer<typeof RETENTION_VIEW>

export const ARCHIVE_VERDICT = z.object({
  name: z.string(),
  isGood: z.boolean(),
  fault: z.string().nullable(),
})
export type ArchiveVerdictView = z.infer<typeof ARCHIVE_VERDICT>
