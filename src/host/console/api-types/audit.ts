import { z } from 'zod'

export const AUDIT_ENTRY = z.object({
  number: z.number(),
  atMs: z.number(),
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  detail: z.record(z.string(), z.unknown()),
  tag: z.string(),
})
export type AuditEntryView = z.infer<typeof AUDIT_ENTRY>

export const AUDIT_VERDICT = z.object({
  count: z.number(),
  head: z.string(),
  findings: z.array(z.object({ number: z.number(), kind: z.enum(['gap', 'altered', 'cutOff']) })),
})
export type AuditVerdictView = z.infer<typeof AUDIT_VERDICT>
