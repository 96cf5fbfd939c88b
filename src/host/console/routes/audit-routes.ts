import { z } from 'zod'
import { AUDIT_ENTRY, AUDIT_VERDICT } from '../api-types/audit.ts'
import type { ConsoleApp, ConsoleContext } from '../console-app.ts'

const PAGE_MAX = 200

/** Who did what. */
export function auditRoutes(app: ConsoleApp, { office }: ConsoleContext): void {
  app.route({
    method: 'GET',
    url: '/api/audit',
    config: { access: ['administrator', 'auditor'] },
    schema: {
      summary: 'The audit log, newest first',
      tags: ['audit'],
      querystring: z.object({
        actor: z.string().max(64).optional(),
        action: z.string().max(64).optional(),
        subject: z.string().max(80).optional(),
        before: z.coerce.number().int().positive().optional(),
        limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(50),
      }),
      response: { 200: z.object({ entries: z.array(AUDIT_ENTRY) }) },
    },
    handler: ({ query }) => ({ entries: office.audit.list(query).map((entry) => ({ ...entry })) }),
  })
  app.route({
    method: 'POST',
    url: '/api/audit/verification',
    config: { access: ['administrator', 'auditor'] },
    schema: {
      summary: 'Walk the whole chain',
      tags: ['audit'],
      body: z.object({
        head: z
          .string()
          .regex(/^[0-9a-f]{64}$/)
          .optional(),
      }),
      response: {
        200: AUDIT_VERDICT,
      },
    },
    handler({ body }) {
      const { count, head, findings } = office.audit.verify(body.head)
      return { count, head, findings: [...findings] }
    },
  })
}
