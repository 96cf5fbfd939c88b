import { z } from 'zod'
import { ORDER_STATES, orderMayBecome } from '../../estate/work-order-state.ts'
import { actorOf } from '../access.ts'
import { ORDER_KIND, ORDER_PAGE, ORDER_STATE, ORDER_VIEW, ORDER_WITH_NOTES } from '../api-types/estate.ts'
import type { ConsoleApp, ConsoleContext } from '../console-app.ts'
import { asked } from '../estate-problem.ts'

const READERS = ['technician', 'support', 'administrator', 'auditor'] as const
const NUMBER = z.object({ number: z.coerce.number().int().positive() })
const PLACE = z.string().trim().max(120)
const NOTE = z.string().trim().max(1000)

/** Jobs on the spot. */
export function workOrderRoutes(app: ConsoleApp, context: ConsoleContext): void {
  readRoutes(app, context)
  writeRoutes(app, context)
}

function readRoutes(app: ConsoleApp, { field }: ConsoleContext): void {
  app.route({
    method: 'GET',
    url: '/api/estate/orders',
    config: { access: READERS },
    schema: {
      summary: 'Work orders, newest first',
      tags: ['orders'],
      querystring: z.object({
        state: ORDER_STATE.optional(),
        technician: z.string().max(32).optional(),
        tid: z.string().max(8).optional(),
        limit: z.coerce.number().int().min(1).max(200).default(50),
        offset: z.coerce.number().int().min(0).default(0),
      }),
      response: { 200: ORDER_PAGE },
    },
    handler({ query }) {
      const { orders, total } = field.orders.list(query)
      return { orders: [...orders], total }
    },
  })
  app.route({
    method: 'GET',
    url: '/api/estate/orders/:number',
    config: { access: READERS },
    schema: {
      summary: 'One work order with its notes',
      tags: ['orders'],
      params: NUMBER,
      response: { 200: ORDER_WITH_NOTES },
    },
    handler({ params: { number } }) {
      const order = asked(() => field.orders.get(number))
      const next = ORDER_STATES.filter((state) => orderMayBecome(order.state, state))
      return { order, next, notes: [...field.orders.notes(number)] }
    },
  })
}

function writeRoutes(app: ConsoleApp, { field, live }: ConsoleContext): void {
  app.route({
    method: 'POST',
    url: '/api/estate/orders',
    config: { access: ['support', 'administrator'] },
    schema: {
      summary: 'A new work order',
      tags: ['orders'],
      body: z.object({
        kind: ORDER_KIND,
        tid: z.string().min(1).max(8),
        newSerial: z.string().max(32).optional(),
        place: PLACE.default(''),
        note: NOTE.default(''),
      }),
      response: { 201: ORDER_VIEW },
    },
    handler(request, reply) {
      const order = asked(() => field.orders.create(actorOf(request), request.body))
      live.publish('orders', { number: order.number })
      void reply.status(201)
      return order
    },
  })
  app.route({
    method: 'PUT',
    url: '/api/estate/orders/:number',
    config: { access: ['technician', 'support', 'administrator'] },
    schema: {
      summary: 'Go a step on, or change the appointment',
      tags: ['orders'],
      params: NUMBER,
      body: z.object({
        state: ORDER_STATE,
        technician: z.string().trim().max(32),
        appointmentMs: z.int().nullable(),
        place: PLACE,
        note: NOTE.default(''),
        version: z.int(),
      }),
      response: { 200: ORDER_VIEW },
    },
    handler(request) {
      const { number } = request.params
      const order = asked(() => field.orders.change(actorOf(request), number, request.body))
      live.publish('orders', { number })
      live.publish('estate', { tid: order.tid })
      return order
    },
  })
}
