import { z } from 'zod'
import { CODE_HOURS_MAX } from '../../estate/activation-codes.ts'
import { TERMINAL_SORTS } from '../../estate/terminal-list.ts'
import { actorOf } from '../access.ts'
import {
  MERCHANT_USE,
  NEW_CODE,
  TERMINAL_DETAIL,
  TERMINAL_PAGE,
  TERMINAL_TYPE,
  TERMINAL_VIEW,
  TIER_VIEW,
} from '../api-types/estate.ts'
import type { ConsoleApp, ConsoleContext } from '../console-app.ts'
import { asked } from '../estate-problem.ts'

const READERS = ['technician', 'support', 'clerk', 'administrator', 'auditor'] as const
const HANDS = ['support', 'administrator'] as const
const TID = z.object({ tid: z.string().min(1).max(8) })
const PAGE_MAX = 200

/** Types, terminals and merchants of the estate. */
export function estateRoutes(app: ConsoleApp, context: ConsoleContext): void {
  listRoutes(app, context)
  terminalRoutes(app, context)
  merchantRoutes(app, context)
}

function listRoutes(app: ConsoleApp, { field }: ConsoleContext): void {
  app.route({
    method: 'GET',
    url: '/api/estate/types',
    config: { access: 'signedIn' },
    schema: {
      summary: 'Types of terminals and what they can do',
      tags: ['estate'],
      response: { 200: z.array(TERMINAL_TYPE) },
    },
    handler: () => [...field.types.values()],
  })
  app.route({
    method: 'GET',
    url: '/api/estate/terminals',
    config: { access: READERS },
    schema: {
      summary: 'Terminals, filtered, sorted and paged',
      tags: ['estate'],
      querystring: z.object({
        status: z.enum(['active', 'blocked']).optional(),
        typeId: z.string().max(32).optional(),
        mid: z.string().max(15).optional(),
        text: z.string().trim().min(1).max(60).optional(),
        sort: z.enum(TERMINAL_SORTS).default('tid'),
        order: z.enum(['up', 'down']).default('up'),
        limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(50),
        offset: z.coerce.number().int().min(0).default(0),
      }),
      response: { 200: TERMINAL_PAGE },
    },
    handler({ query: { order, ...filter } }) {
      field.lastSeen.write()
      const { terminals, total } = field.terminals.list({ ...filter, descending: order === 'down' })
      return { terminals: [...terminals], total }
    },
  })
}

function terminalRoutes(app: ConsoleApp, context: ConsoleContext): void {
  const { field, live } = context
  app.route({
    method: 'GET',
    url: '/api/estate/terminals/:tid',
    config: { access: READERS },
    schema: {
      summary: 'One terminal: identity, device, check values of its keys, jobs, codes',
      tags: ['estate'],
      params: TID,
      response: { 200: TERMINAL_DETAIL },
    },
    handler: ({ params }) => asked(() => detailOf(context, params.tid)),
  })
  app.route({
    method: 'PUT',
    url: '/api/estate/terminals/:tid/status',
    config: { access: HANDS },
    schema: {
      summary: 'Block a terminal, or let it work again',
      tags: ['estate'],
      params: TID,
      body: z.object({ status: z.enum(['active', 'blocked']), version: z.int() }),
      response: { 200: TERMINAL_VIEW },
    },
    handler(request) {
      const { tid } = request.params
      const { status, version } = request.body
      const terminal = asked(() => field.assignments.setStatus(actorOf(request), tid, status, version))
      live.publish('estate', { tid })
      return terminal
    },
  })
  app.route({
    method: 'POST',
    url: '/api/estate/terminals/:tid/codes',
    config: { access: HANDS },
    schema: {
      summary: 'A new activation code; it is in the answer and nowhere else',
      tags: ['estate'],
      params: TID,
      body: z.object({ hours: z.int().min(1).max(CODE_HOURS_MAX).default(72) }),
      response: { 200: NEW_CODE },
    },
    handler: (request) =>
      asked(() => field.codes.issue(actorOf(request), request.params.tid, request.body.hours)),
  })
}

function detailOf({ field, host }: ConsoleContext, tid: string) {
  field.lastSeen.write()
  const terminal = field.terminals.get(tid)
  const row = host.terminal(tid)
  return {
    terminal,
    device: field.stock.ofTerminal(tid) ?? null,
    keys: {
      pin: row?.pinKey?.checkValue ?? '',
      mac: row?.macKey?.checkValue ?? '',
      track: row?.trackKey?.checkValue ?? '',
    },
    signedIn: row?.signedIn ?? false,
    batchNumber: row?.batchNumber ?? 0,
    use: field.assignments.use(terminal.mid),
    orders: [...field.orders.list({ tid, limit: 20, offset: 0 }).orders],
    codes: [...field.codes.list(tid)],
  }
}

function merchantRoutes(app: ConsoleApp, { field }: ConsoleContext): void {
  const params = z.object({ mid: z.string().min(1).max(15) })
  app.route({
    method: 'GET',
    url: '/api/estate/tiers',
    config: { access: 'signedIn' },
    schema: {
      summary: 'Tiers of merchants and how many terminals they may have',
      tags: ['estate'],
      response: { 200: z.array(TIER_VIEW) },
    },
    handler: () => [...field.tiers.values()],
  })
  app.route({
    method: 'GET',
    url: '/api/estate/merchants/:mid',
    config: { access: READERS },
    schema: {
      summary: 'How many terminals a merchant has and may have',
      tags: ['estate'],
      params,
      response: { 200: MERCHANT_USE },
    },
    handler: ({ params: { mid } }) => asked(() => field.assignments.use(mid)),
  })
  app.route({
    method: 'PUT',
    url: '/api/estate/merchants/:mid',
    config: { access: ['clerk', 'administrator'] },
    schema: {
      summary: 'Tier, holder and further currencies of a merchant',
      tags: ['estate'],
      params,
      body: z.object({
        tier: z.string().max(32),
        holder: z.string().trim().max(80),
        currencies: z.array(z.string().trim().min(1).max(8)).max(24).optional(),
        version: z.int().min(0),
      }),
      response: { 200: MERCHANT_USE },
    },
    handler: (request) =>
      asked(() =>
        field.assignments.setMerchant(actorOf(request), { mid: request.params.mid, ...request.body }),
      ),
  })
}
