import { z } from 'zod'
import { actorOf } from '../access.ts'
import { DEVICE_PAGE, DEVICE_STATE, DEVICE_VIEW, TERMINAL_VIEW } from '../api-types/estate.ts'
import type { ConsoleApp, ConsoleContext } from '../console-app.ts'
import { ConsoleProblem } from '../console-problem.ts'
import { asked } from '../estate-problem.ts'

const READERS = ['technician', 'support', 'administrator', 'auditor'] as const
const HANDS = ['support', 'administrator'] as const
const SERIAL = z.object({ serial: z.string().min(1).max(32) })
/** Some 25 bytes a device. */
const FILE_SIZE_MAX = 500_000

/** Devices in stock and where they go. */
export function stockRoutes(app: ConsoleApp, context: ConsoleContext): void {
  deliveryRoutes(app, context)
  deviceRoutes(app, context)
}

function deliveryRoutes(app: ConsoleApp, { field, live }: ConsoleContext): void {
  app.route({
    method: 'GET',
    url: '/api/estate/devices',
    config: { access: READERS },
    schema: {
      summary: 'Devices, filtered and paged',
      tags: ['stock'],
      querystring: z.object({
        state: DEVICE_STATE.optional(),
        typeId: z.string().max(32).optional(),
        text: z.string().trim().min(1).max(32).optional(),
        limit: z.coerce.number().int().min(1).max(200).default(50),
        offset: z.coerce.number().int().min(0).default(0),
      }),
      response: { 200: DEVICE_PAGE },
    },
    handler({ query }) {
      const { devices, total } = field.stock.list(query)
      return { devices: [...devices], total }
    },
  })
  app.route({
    method: 'POST',
    url: '/api/estate/deliveries',
    config: { access: HANDS },
    schema: {
      summary: 'Take a delivery into stock from CSV: all of it, or nothing',
      tags: ['stock'],
      body: z.object({ name: z.string().trim().min(1).max(60), csv: z.string().max(FILE_SIZE_MAX) }),
      response: { 201: z.object({ count: z.number() }) },
    },
    handler(request, reply) {
      const { name, csv } = request.body
      const outcome = field.stock.import(actorOf(request), name, csv)
      if (outcome.kind === 'faulty') {
        const { faults } = outcome
        throw new ConsoleProblem(
          400,
          'faultyLines',
          {
            zh: `有 ${faults.length} 行有误，没有导入任何设备：请更正后再导入。`,
            en: `Lines that are wrong: ${faults.length}. Nothing was taken: correct them and import again.`,
          },
          faults.slice(0, 100),
        )
      }
      live.publish('stock', {})
      void reply.status(201)
      return { count: outcome.count }
    },
  })
}

function deviceRoutes(app: ConsoleApp, { field, live }: ConsoleContext): void {
  app.route({
    method: 'PUT',
    url: '/api/estate/devices/:serial',
    config: { access: HANDS },
    schema: {
      summary: 'Back into stock after a repair, or to scrap',
      tags: ['stock'],
      params: SERIAL,
      body: z.object({ state: z.enum(['inStock', 'scrapped']), version: z.int() }),
      response: { 200: DEVICE_VIEW },
    },
    handler(request) {
      const { state, version } = request.body
      const { serial } = request.params
      const device = asked(() => field.stock.changeByHand(actorOf(request), serial, state, version))
      live.publish('stock', { serial })
      return device
    },
  })
  app.route({
    method: 'POST',
    url: '/api/estate/devices/:serial/assignment',
    config: { access: HANDS },
    schema: {
      summary: 'Make the device a terminal of a merchant, within the limit of its tier',
      tags: ['stock'],
      params: SERIAL,
      body: z.object({
        mid: z.string().regex(/^[0-9A-Za-z]{15}$/, '15 letters or digits'),
        tid: z
          .string()
          .regex(/^[0-9A-Za-z]{8}$/, '8 letters or digits')
          .optional(),
      }),
      response: { 201: TERMINAL_VIEW },
    },
    handler(request, reply) {
      const { serial } = request.params
      const terminal = asked(() => field.assignments.assign(actorOf(request), { serial, ...request.body }))
      live.publish('estate', { tid: terminal.tid })
      void reply.status(201)
      return terminal
    },
  })
}
