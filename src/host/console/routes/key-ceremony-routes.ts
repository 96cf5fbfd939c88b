import { z } from 'zod'
import type { Ceremony } from '../../estate/key-ceremony.ts'
import { actorOf } from '../access.ts'
import { CEREMONY_VIEW, COMPONENT_PAGE } from '../api-types/estate.ts'
import type { ConsoleApp, ConsoleContext } from '../console-app.ts'
import { asked } from '../estate-problem.ts'

const ID = z.object({ id: z.coerce.number().int().positive() })
/** Anybody whom the acquirer trusts with a page; three different people print the three. */
const CUSTODIANS = ['administrator', 'support', 'technician', 'reviewer'] as const

/** Master keys in three components. Each step needs a second factor. */
export function keyCeremonyRoutes(app: ConsoleApp, context: ConsoleContext): void {
  beginRoutes(app, context)
  pageRoute(app, context)
  endRoutes(app, context)
}

function beginRoutes(app: ConsoleApp, { field }: ConsoleContext): void {
  app.route({
    method: 'GET',
    url: '/api/estate/ceremonies',
    config: { access: [...CUSTODIANS, 'auditor'] },
    schema: {
      summary: 'Key ceremonies, newest first; check values, never keys',
      tags: ['keys'],
      response: { 200: z.array(CEREMONY_VIEW) },
    },
    handler: () => field.ceremonies.list(50).map(show),
  })
  app.route({
    method: 'POST',
    url: '/api/estate/ceremonies',
    config: { access: ['administrator'], secondFactor: true },
    schema: {
      summary: 'Make a master key in three components for a terminal',
      tags: ['keys'],
      body: z.object({ tid: z.string().min(1).max(8) }),
      response: { 201: CEREMONY_VIEW },
    },
    handler(request, reply) {
      const ceremony = asked(() => field.ceremonies.begin(actorOf(request), request.body.tid))
      void reply.status(201)
      return show(ceremony)
    },
  })
}

function pageRoute(app: ConsoleApp, { field }: ConsoleContext): void {
  app.route({
    method: 'POST',
    url: '/api/estate/ceremonies/:id/components/:position',
    config: { access: CUSTODIANS, secondFactor: true },
    schema: {
      summary: 'The page of one custodian, once; nobody gets two',
      tags: ['keys'],
      params: ID.extend({ position: z.coerce.number().int().min(1).max(3) }),
      response: { 200: COMPONENT_PAGE },
    },
    handler(request, reply) {
      const { id, position } = request.params
      void reply.header('cache-control', 'no-store')
      const page = asked(() => field.ceremonies.print(actorOf(request), id, position))
      return { ...page, groups: [...page.groups] }
    },
  })
}

function endRoutes(app: ConsoleApp, { field, live }: ConsoleContext): void {
  app.route({
    method: 'POST',
    url: '/api/estate/ceremonies/:id/use',
    config: { access: ['administrator'], secondFactor: true },
    schema: {
      summary: 'The terminal shows this check value: use the key from now on',
      tags: ['keys'],
      params: ID,
      body: z.object({
        checkValue: z.string().regex(/^[0-9A-Fa-f]{6,8}$/, '6 to 8 hexadecimal digits'),
        version: z.int(),
      }),
      response: { 200: CEREMONY_VIEW },
    },
    handler(request) {
      const { checkValue, version } = request.body
      const { id } = request.params
      const ceremony = asked(() => field.ceremonies.loaded(actorOf(request), id, checkValue, version))
      live.publish('estate', { tid: ceremony.tid })
      return show(ceremony)
    },
  })
  app.route({
    method: 'POST',
    url: '/api/estate/ceremonies/:id/cancellation',
    config: { access: ['administrator'], secondFactor: true },
    schema: {
      summary: 'Give a ceremony up; what was not printed is destroyed',
      tags: ['keys'],
      params: ID,
      body: z.object({ version: z.int() }),
      response: { 200: CEREMONY_VIEW },
    },
    handler: (request) =>
      show(asked(() => field.ceremonies.cancel(actorOf(request), request.params.id, request.body.version))),
  })
}

function show({ components, ...ceremony }: Ceremony) {
  return { ...ceremony, components: [...components] }
}
