import { z } from 'zod'
import type { TerminalRow } from '../../core/records.ts'
import { requestDownload } from '../../estate/request-download.ts'
import type { Rollout } from '../../estate/rollouts.ts'
import { actorOf } from '../access.ts'
import {
  LOADABLE,
  PACKAGE_VIEW,
  ROLLOUT_CHANGE,
  ROLLOUT_ORDER,
  ROLLOUT_VIEW,
  type RolloutView,
  SOFTWARE_OVERVIEW,
  TERMINAL_LOADS_PAGE,
  type TerminalLoads,
} from '../api-types/software.ts'
import type { ConsoleApp, ConsoleContext } from '../console-app.ts'
import { notFound } from '../console-problem.ts'
import { asked } from '../estate-problem.ts'

const READERS = ['technician', 'support', 'administrator', 'auditor'] as const
const HANDS = ['support', 'administrator'] as const
/** A package of 4 MiB in base 64. */
const UPLOAD_SIZE_MAX = 6 * 1024 * 1024
const PAGE_MAX = 200
const ALL = 'all'

/** Software packages, their roll-outs, and what terminals have loaded. */
export function softwareRoutes(app: ConsoleApp, context: ConsoleContext): void {
  packageRoutes(app, context)
  rolloutRoutes(app, context)
  loadRoutes(app, context)
  requestRoutes(app, context)
}

function packageRoutes(app: ConsoleApp, context: ConsoleContext): void {
  const { software, host, live } = context
  app.route({
    method: 'GET',
    url: '/api/software',
    config: { access: READERS },
    schema: {
      summary: 'Versions of what terminals download, packages and roll-outs',
      tags: ['software'],
      response: { 200: SOFTWARE_OVERVIEW },
    },
    handler() {
      return {
        versions: host.downloads.versions(),
        packages: software.shelf.list().map((each) => ({ ...each, terminalTypes: [...each.terminalTypes] })),
        rollouts: software.rollouts.list().map((each) => rolloutView(context, each)),
      }
    },
  })
  app.route({
    method: 'POST',
    url: '/api/software/packages',
    bodyLimit: UPLOAD_SIZE_MAX,
    config: { access: HANDS },
    schema: {
      summary: 'Take in a signed package: its file in base 64',
      tags: ['software'],
      body: z.object({ content: z.base64() }),
      response: { 200: PACKAGE_VIEW },
    },
    handler(request) {
      const bytes = new Uint8Array(Buffer.from(request.body.content, 'base64'))
      const added = asked(() => software.shelf.add(actorOf(request), bytes))
      live.publish('software', {})
      return { ...added, terminalTypes: [...added.terminalTypes] }
    },
  })
}

function rolloutRoutes(app: ConsoleApp, context: ConsoleContext): void {
  const { software, live } = context
  app.route({
    method: 'POST',
    url: '/api/software/rollouts',
    config: { access: HANDS },
    schema: {
      summary: 'Bring a package to a part of the terminals',
      tags: ['software'],
      body: ROLLOUT_ORDER,
      response: { 200: ROLLOUT_VIEW },
    },
    handler: (request) =>
      rolloutView(
        context,
        asked(() => software.rollouts.start(actorOf(request), request.body)),
      ),
  })
  app.route({
    method: 'PUT',
    url: '/api/software/rollouts/:id',
    config: { access: HANDS },
    schema: {
      summary: 'Widen, pause, resume or stop a roll-out',
      tags: ['software'],
      params: z.object({ id: z.coerce.number().int() }),
      body: ROLLOUT_CHANGE,
      response: { 200: ROLLOUT_VIEW },
    },
    handler(request) {
      const { id } = request.params
      const changed = asked(() => software.rollouts.change(actorOf(request), id, request.body))
      live.publish('software', {})
      return rolloutView(context, changed)
    },
  })
}

function loadRoutes(app: ConsoleApp, { records }: ConsoleContext): void {
  app.route({
    method: 'GET',
    url: '/api/software/terminals',
    config: { access: READERS },
    schema: {
      summary: 'What each terminal has loaded',
      tags: ['software'],
      querystring: z.object({
        text: z.string().trim().max(8).optional(),
        limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(50),
        offset: z.coerce.number().int().min(0).default(0),
      }),
      response: { 200: TERMINAL_LOADS_PAGE },
    },
    handler({ query: { text = '', limit, offset } }) {
      const { rows, total } = records.setups(text, limit, offset)
      return { terminals: rows.map(loadsOf), total }
    },
  })
}

function requestRoutes(app: ConsoleApp, { host, office, live }: ConsoleContext): void {
  app.route({
    method: 'POST',
    url: '/api/software/terminals/:tid/loads',
    config: { access: ['technician', ...HANDS] },
    schema: {
      summary: 'Ask a terminal, or all, to load a set after its current transaction',
      tags: ['software'],
      params: z.object({ tid: z.string().regex(/^(all|[0-9A-Za-z]{8})$/, 'a terminal, or all') }),
      body: z.object({ set: LOADABLE }),
      response: { 200: z.object({ count: z.number() }) },
    },
    handler(request) {
      const { tid } = request.params
      const { set } = request.body
      if (tid !== ALL && host.terminal(tid) === undefined)
        throw notFound({ zh: `终端 ${tid}`, en: `terminal ${tid}` })
      office.audit.append({
        actor: actorOf(request),
        action: 'download.asked',
        subject: tid,
        detail: { set },
      })
      const count = requestDownload(
        host.estate,
        set,
        tid === ALL ? { kind: 'all' } : { kind: 'terminal', tid },
      )
      live.publish('software', {})
      return { count }
    },
  })
  app.route({
    method: 'POST',
    url: '/api/software/merchants/:mid/loads',
    config: { access: ['technician', ...HANDS] },
    schema: {
      summary: 'Ask the terminals of a merchant to load a set after their current transaction',
      tags: ['software'],
      params: z.object({ mid: z.string().regex(/^[0-9A-Za-z]{15}$/, 'a merchant') }),
      body: z.object({ set: LOADABLE }),
      response: { 200: z.object({ count: z.number() }) },
    },
    handler(request) {
      const { mid } = request.params
      const { set } = request.body
      if (!host.estate.hasMerchant(mid)) throw notFound({ zh: `商户 ${mid}`, en: `merchant ${mid}` })
      office.audit.append({
        actor: actorOf(request),
        action: 'download.asked',
        subject: mid,
        detail: { set },
      })
      const count = requestDownload(host.estate, set, { kind: 'merchant', mid })
      live.publish('software', {})
      return { count }
    },
  })
}

function rolloutView({ software, records }: ConsoleContext, rollout: Rollout): RolloutView {
  const { name, version: packageVersion } = software.shelf.get(rollout.packageId)
  const counts = software.rollouts.counts(rollout, records.softwareStates(rollout.packageId))
  return { ...rollout, name, packageVersion, counts }
}

function loadsOf({
  tid,
  setup,
  processingRequest,
}: Pick<TerminalRow, 'tid' | 'setup' | 'processingRequest'>): TerminalLoads {
  const loaded = (set: keyof TerminalLoads['sets']): number | null => setup?.sets[set]?.loaded ?? null
  const software = setup?.software
  return {
    tid,
    sets: {
      parameters: loaded('parameters'),
      caKeys: loaded('caKeys'),
      applications: loaded('applications'),
      blacklist: loaded('blacklist'),
      contactless: loaded('contactless'),
      rates: loaded('rates'),
    },
    software:
      software === undefined
        ? null
        : {
            running: software.running,
            version: software.version ?? null,
            state: software.state,
            percent: software.percent ?? null,
            reason: software.reason ?? null,
            atMs: software.atMs,
          },
    jobs: [...(processingRequest === 0 ? [] : [processingRequest]), ...(setup?.jobs ?? [])],
  }
}
