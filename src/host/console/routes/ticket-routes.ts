import { z } from 'zod'
import { ticketMayBecome } from '../../monitoring/tickets.ts'
import { actorOf } from '../access.ts'
import {
  TICKET_SEVERITY,
  TICKET_SOURCE,
  TICKET_STATE,
  TICKET_VIEW,
  TICKET_WITH_NOTES,
} from '../api-types/care.ts'
import { cared } from '../care-problem.ts'
import type { ConsoleApp, ConsoleContext } from '../console-app.ts'
import { notFound } from '../console-problem.ts'

const READERS = ['technician', 'support', 'administrator', 'auditor'] as const
const WORKERS = ['technician', 'support', 'administrator'] as const
const NUMBER = z.object({ number: z.coerce.number().int().positive() })
const NOTE = z.string().trim().max(2000)
const ESTATE = 'estate'

/** Incidents: who looks after what. */
export function ticketRoutes(app: ConsoleApp, context: ConsoleContext): void {
  readRoutes(app, context)
  writeRoutes(app, context)
}

function readRoutes(app: ConsoleApp, { care }: ConsoleContext): void {
  app.route({
    method: 'GET',
    url: '/api/tickets',
    config: { access: READERS },
    schema: {
      summary: 'Tickets: those that are not solved first, the most urgent of them first',
      tags: ['tickets'],
      querystring: z.object({
        state: z.union([TICKET_STATE, z.literal('unsolved')]).optional(),
        subject: z.string().max(8).optional(),
        assignee: z.string().max(32).optional(),
        limit: z.coerce.number().int().min(1).max(500).default(100),
      }),
      response: { 200: z.object({ tickets: z.array(TICKET_VIEW) }) },
    },
    handler: ({ query }) => ({ tickets: [...care.tickets.list(query)] }),
  })
  app.route({
    method: 'GET',
    url: '/api/tickets/:number',
    config: { access: READERS },
    schema: {
      summary: 'One ticket with its notes',
      tags: ['tickets'],
      params: NUMBER,
      response: { 200: TICKET_WITH_NOTES },
    },
    handler({ params: { number } }) {
      const ticket = cared(() => care.tickets.get(number))
      return { ticket, next: [...ticketMayBecome(ticket.state)], notes: [...care.tickets.notes(number)] }
    },
  })
}

function writeRoutes(app: ConsoleApp, { care, knowledge, live }: ConsoleContext): void {
  app.route({
    method: 'POST',
    url: '/api/tickets',
    config: { access: WORKERS },
    schema: {
      summary: "A new ticket, by hand or from a terminal's message",
      tags: ['tickets'],
      body: z.object({
        title: z.string().trim().min(1).max(200),
        severity: TICKET_SEVERITY.default('normal'),
        source: TICKET_SOURCE.exclude(['alarm']).default('hand'),
        subject: z.string().max(8).default(ESTATE),
        knowledgeKey: z.string().max(32).default(''),
        note: NOTE.default(''),
      }),
      response: { 201: TICKET_VIEW },
    },
    handler(request, reply) {
      const { subject, title, knowledgeKey } = request.body
      if (subject !== ESTATE && !care.terminals().has(subject))
        throw notFound({ zh: '此终端', en: 'such terminal' })
      // What was typed as the title is often the message itself.
      const article = knowledge.find(knowledgeKey === '' ? title : knowledgeKey)
      const ticket = care.tickets.open(actorOf(request), {
        ...request.body,
        knowledgeKey: article?.key ?? '',
      })
      live.publish('tickets', { number: ticket.number })
      void reply.status(201)
      return ticket
    },
  })
  app.route({
    method: 'PUT',
    url: '/api/tickets/:number',
    config: { access: WORKERS },
    schema: {
      summary: 'Go a step on, hand over, or add a note',
      tags: ['tickets'],
      params: NUMBER,
      body: z.object({
        state: TICKET_STATE,
        severity: TICKET_SEVERITY,
        assignee: z.string().trim().max(32),
        note: NOTE.default(''),
        version: z.int(),
      }),
      response: { 200: TICKET_VIEW },
    },
    handler(request) {
      const { number } = request.params
      const ticket = cared(() => care.tickets.change(actorOf(request), number, request.body))
      live.publish('tickets', { number })
      return ticket
    },
  })
}
