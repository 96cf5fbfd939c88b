import { z } from 'zod'
import type { Alarm } from '../../monitoring/alarm-book.ts'
import { ALARM_RULES } from '../../monitoring/alarm-rules.ts'
import { actorOf } from '../access.ts'
import { ALARM_VIEW, type AlarmView, TICKET_VIEW } from '../api-types/care.ts'
import { cared } from '../care-problem.ts'
import type { ConsoleApp, ConsoleContext } from '../console-app.ts'
import { alarmRuleRoutes } from './alarm-rule-routes.ts'

const READERS = ['technician', 'support', 'administrator', 'auditor'] as const
const NUMBER = z.object({ number: z.coerce.number().int().positive() })

/** What is wrong now, what was, and from when on it counts as wrong. */
export function alarmRoutes(app: ConsoleApp, context: ConsoleContext): void {
  readRoutes(app, context)
  alarmDeeds(app, context)
  alarmRuleRoutes(app, context)
}

function readRoutes(app: ConsoleApp, { care }: ConsoleContext): void {
  app.route({
    method: 'GET',
    url: '/api/alarms',
    config: { access: READERS },
    schema: {
      summary: 'Alarms that are up, or all; newest first',
      tags: ['alarms'],
      querystring: z.object({
        state: z.enum(['up', 'all']).default('up'),
        subject: z.string().max(8).optional(),
        limit: z.coerce.number().int().min(1).max(500).default(100),
      }),
      response: { 200: z.object({ alarms: z.array(ALARM_VIEW) }) },
    },
    handler: ({ query }) => ({ alarms: care.alarms.list(query).map(alarmView) }),
  })
}

function alarmDeeds(app: ConsoleApp, { care, live }: ConsoleContext): void {
  app.route({
    method: 'PUT',
    url: '/api/alarms/:number/acknowledgement',
    config: { access: ['technician', 'support', 'administrator'] },
    schema: {
      summary: 'Somebody has seen it',
      tags: ['alarms'],
      params: NUMBER,
      body: z.object({ version: z.int() }),
      response: { 200: ALARM_VIEW },
    },
    handler(request) {
      const { number } = request.params
      const alarm = cared(() => care.alarms.acknowledge(actorOf(request), number, request.body.version))
      live.publish('alarms', {
        number,
        kind: alarm.kind,
        subject: alarm.subject,
        isUp: alarm.clearedAtMs === null,
      })
      return alarmView(alarm)
    },
  })
  app.route({
    method: 'POST',
    url: '/api/alarms/:number/ticket',
    config: { access: ['technician', 'support', 'administrator'] },
    schema: {
      summary: 'Open a ticket for it; the same one when there is one',
      tags: ['alarms', 'tickets'],
      params: NUMBER,
      body: z.object({ note: z.string().trim().max(1000).default('') }),
      response: { 201: TICKET_VIEW },
    },
    handler(request, reply) {
      const alarm = cared(() => care.alarms.get(request.params.number))
      const { name, knowledgeKey } = ALARM_RULES[alarm.kind]
      const ticket = care.tickets.open(actorOf(request), {
        title: `${name.zh} ${name.en}`,
        severity: alarm.severity === 'critical' ? 'critical' : 'normal',
        source: 'alarm',
        subject: alarm.subject,
        knowledgeKey,
        alarmNumber: alarm.number,
        note: request.body.note,
      })
      live.publish('tickets', { number: ticket.number })
      void reply.status(201)
      return ticket
    },
  })
}

function alarmView(alarm: Alarm): AlarmView {
  const { name, unit, knowledgeKey } = ALARM_RULES[alarm.kind]
  return { ...alarm, name, unit, knowledgeKey }
}
