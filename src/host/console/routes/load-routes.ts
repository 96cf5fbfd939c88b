import { z } from 'zod'
import type { Role } from '../../office/roles.ts'
import { actorOf } from '../access.ts'
import { LOAD_ORDER, LOAD_RUN, LOAD_RUN_LINE, type LoadOrder } from '../api-types/loads.ts'
import type { LoadRuns } from '../bench/bench.ts'
import type { ConsoleApp, ConsoleContext } from '../console-app.ts'
import { notFound } from '../console-problem.ts'
import { noBench, runUnderWay } from './scenario-routes.ts'

const RUNNERS: readonly Role[] = ['technician', 'support', 'administrator']
const LOOKERS: readonly Role[] = [...RUNNERS, 'auditor']
const ID = z.object({ id: z.string().regex(/^[0-9]{8}T[0-9]{6}-[0-9a-f]{8}$/, 'an id of the list') })
/** A report has its style within, and nothing that runs or loads. Source: W3C CSP Level 3. */
const REPORT_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"

/** Loads against this host. */
export function loadRoutes(app: ConsoleApp, context: ConsoleContext): void {
  const { bench, live } = context
  const end = bench?.loads.listen((run, second) =>
    second === undefined
      ? live.publish('load-run', run)
      : live.publish('load-second', { id: run.id, second }),
  )
  if (end !== undefined) app.addHook('onClose', () => end())
  lookRoutes(app, context)
  orderRoutes(app, context)
}

function lookRoutes(app: ConsoleApp, { bench }: ConsoleContext): void {
  app.route({
    method: 'GET',
    url: '/api/loads',
    config: { access: LOOKERS },
    schema: {
      summary: 'Loads of this host, newest first',
      tags: ['loads'],
      response: { 200: z.array(LOAD_RUN_LINE) },
    },
    handler: () => [...runsOf(bench?.loads).runs()],
  })
  app.route({
    method: 'GET',
    url: '/api/loads/:id',
    config: { access: LOOKERS },
    schema: {
      summary: 'One load, second by second',
      tags: ['loads'],
      params: ID,
      response: { 200: LOAD_RUN },
    },
    handler: ({ params: { id } }) => known(runsOf(bench?.loads), id),
  })
  app.route({
    method: 'GET',
    url: '/api/loads/:id/report',
    config: { access: LOOKERS },
    schema: { summary: 'Its report, as HTML', tags: ['loads'], params: ID },
    handler({ params: { id } }, reply) {
      const report = runsOf(bench?.loads).reportOf(id)
      if (report === undefined) throw notFound({ zh: `压测报告 ${id}`, en: `report of load ${id}` })
      return reply
        .header('content-security-policy', REPORT_POLICY)
        .header('cache-control', 'no-store')
        .type('text/html; charset=utf-8')
        .send(report)
    },
  })
}

function orderRoutes(app: ConsoleApp, { bench, office }: ConsoleContext): void {
  app.route({
    method: 'POST',
    url: '/api/loads',
    config: { access: RUNNERS },
    schema: {
      summary: 'Load this host: writes test transactions into its books; one load at a time',
      tags: ['loads'],
      body: LOAD_ORDER,
      response: { 201: LOAD_RUN_LINE },
    },
    async handler(request, reply) {
      const actor = actorOf(request)
      const run = runsOf(bench?.loads).start(request.body, actor)
      if (run === undefined) throw runUnderWay()
      office.audit.append({
        actor,
        action: 'load.start',
        subject: run.id,
        detail: detailOf(request.body),
      })
      return reply.status(201).send(run)
    },
  })
  app.route({
    method: 'DELETE',
    url: '/api/loads/:id',
    config: { access: RUNNERS },
    schema: {
      summary: 'Stop a load; what is under way is waited for, and its report is written',
      tags: ['loads'],
      params: ID,
      response: { 200: LOAD_RUN_LINE },
    },
    handler(request) {
      const { id } = request.params
      const loads = runsOf(bench?.loads)
      known(loads, id)
      if (loads.stop(id)) office.audit.append({ actor: actorOf(request), action: 'load.stop', subject: id })
      const { series: _series, ...line } = known(loads, id)
      return line
    },
  })
}

function detailOf({ terminals, connections, pacing, mix, seconds }: LoadOrder) {
  return { terminals, connections, pacing, mix, seconds }
}

function known(loads: LoadRuns, id: string) {
  const run = loads.find(id)
  if (run === undefined) throw notFound({ zh: `压测 ${id}`, en: `load ${id}` })
  return run
}

function runsOf(loads: LoadRuns | undefined): LoadRuns {
  if (loads !== undefined) return loads
  throw noBench()
}
