import { z } from 'zod'
import { HOST, needlessTasks } from '../../monitoring/maintenance-plan.ts'
import { actorOf } from '../access.ts'
import { DUE_TASK_VIEW, EVIDENCE_VIEW, POLICY_VIEW, TASK_KIND } from '../api-types/care.ts'
import { cared } from '../care-problem.ts'
import type { ConsoleApp, ConsoleContext } from '../console-app.ts'
import { notFound } from '../console-problem.ts'

const READERS = ['technician', 'support', 'administrator', 'auditor'] as const
const TID = z.object({ tid: z.string().max(8) })
const DAYS_MAX = 3650
/** Hosts that share a database leave that to it. */
const NO_RETENTION = ['retention'] as const
const DAYS = z.number().int().min(0).max(DAYS_MAX)

/** What is due at each terminal, and what shows that it was done. */
export function maintenanceRoutes(app: ConsoleApp, context: ConsoleContext): void {
  readRoutes(app, context)
  policyRoutes(app, context)
  writeRoutes(app, context)
}

function readRoutes(app: ConsoleApp, { care, field, retention }: ConsoleContext): void {
  app.route({
    method: 'GET',
    url: '/api/maintenance/tasks',
    config: { access: READERS },
    schema: {
      summary: 'Due tasks, the longest overdue first',
      tags: ['maintenance'],
      querystring: z.object({
        tid: z.string().max(8).optional(),
        overdue: z.enum(['only', 'all']).default('all'),
        limit: z.coerce.number().int().min(1).max(1000).default(200),
      }),
      response: { 200: z.object({ tasks: z.array(DUE_TASK_VIEW), overdue: z.number() }) },
    },
    handler({ query: { tid, overdue, limit } }) {
      const types = field.terminals.types()
      const terminals = care
        .dueTerminals()
        .filter((each) => tid === undefined || each.tid === tid)
        .map((each) => {
          if (each.tid === HOST) return retention === undefined ? { ...each, needless: NO_RETENTION } : each
          const type = field.types.get(types.get(each.tid) ?? '')
          return type === undefined ? each : { ...each, needless: needlessTasks(type) }
        })
      const all = care.plan.due(terminals)
      const late = all.filter(({ isOverdue }) => isOverdue)
      return { tasks: (overdue === 'only' ? late : all).slice(0, limit), overdue: late.length }
    },
  })
  app.route({
    method: 'GET',
    url: '/api/maintenance/terminals/:tid/evidence',
    config: { access: READERS },
    schema: {
      summary: 'What was done at a terminal, newest first',
      tags: ['maintenance'],
      params: TID,
      response: { 200: z.object({ evidence: z.array(EVIDENCE_VIEW) }) },
    },
    handler: ({ params: { tid } }) => ({ evidence: [...care.plan.evidence(tid, 100)] }),
  })
  app.route({
    method: 'GET',
    url: '/api/maintenance/policy',
    config: { access: READERS },
    schema: { summary: 'How often what is due', tags: ['maintenance'], response: { 200: POLICY_VIEW } },
    handler: () => care.plan.policy(),
  })
}

function policyRoutes(app: ConsoleApp, { care }: ConsoleContext): void {
  app.route({
    method: 'PUT',
    url: '/api/maintenance/policy',
    config: { access: ['administrator'] },
    schema: {
      summary: 'Change how often what is due; 0 days: never',
      tags: ['maintenance'],
      body: z.object({
        days: z.object({
          softwareCheck: DAYS,
          hardwareCheck: DAYS,
          backup: DAYS,
          cleaning: DAYS,
          battery: DAYS,
          paper: DAYS,
          restoreDrill: DAYS,
          retention: DAYS,
        }),
        version: z.int(),
      }),
      response: { 200: POLICY_VIEW },
    },
    handler: (request) => cared(() => care.plan.changePolicy(actorOf(request), request.body)),
  })
}

function writeRoutes(app: ConsoleApp, { care, live, nowMs }: ConsoleContext): void {
  const known = (tid: string): void => {
    if (tid !== HOST && !care.terminals().has(tid)) throw notFound({ zh: '此终端', en: 'such terminal' })
  }
  app.route({
    method: 'POST',
    url: '/api/maintenance/terminals/:tid/evidence',
    config: { access: ['technician', 'support', 'administrator'] },
    schema: {
      summary: 'Somebody did it',
      tags: ['maintenance'],
      params: TID,
      body: z.object({ kind: TASK_KIND, isGood: z.boolean(), note: z.string().trim().max(1000).default('') }),
      response: { 201: EVIDENCE_VIEW },
    },
    handler(request, reply) {
      const { tid } = request.params
      known(tid)
      const evidence = { ...request.body, tid, atMs: nowMs(), actor: actorOf(request) }
      care.plan.note(evidence)
      live.publish('maintenance', { tid })
      void reply.status(201)
      return evidence
    },
  })
  app.route({
    method: 'POST',
    url: '/api/maintenance/terminals/:tid/self-check',
    config: { access: ['technician', 'support', 'administrator'] },
    schema: {
      summary:
        'Ask a terminal from afar: it checks its devices after its next transaction and sends what it found',
      tags: ['maintenance'],
      params: TID,
      response: { 202: z.object({ tid: z.string() }) },
    },
    handler(request, reply) {
      const { tid } = request.params
      if (!care.terminals().has(tid)) throw notFound({ zh: '此终端', en: 'such terminal' })
      care.askForStatus(actorOf(request), tid)
      void reply.status(202)
      return { tid }
    },
  })
}
