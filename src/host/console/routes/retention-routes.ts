import { z } from 'zod'
import { RETENTION, RETENTION_KINDS } from '../../retention/retention-policy.ts'
import { actorOf } from '../access.ts'
import { ARCHIVE_VERDICT, ARCHIVE_VIEW, RETENTION_POLICY, RETENTION_VIEW } from '../api-types/retention.ts'
import { cared } from '../care-problem.ts'
import type { ConsoleApp, ConsoleContext, RetentionDesk } from '../console-app.ts'
import { ConsoleProblem } from '../console-problem.ts'

const READERS = ['administrator', 'auditor'] as const

/** What is kept how long, and what leaves for an archive. */
export function retentionRoutes(app: ConsoleApp, context: ConsoleContext): void {
  readRoutes(app, context)
  writeRoutes(app, context)
}

function readRoutes(app: ConsoleApp, context: ConsoleContext): void {
  app.route({
    method: 'GET',
    url: '/api/retention',
    config: { access: READERS },
    schema: {
      summary: 'How long what is kept, what a run would take out now, and the archives',
      tags: ['retention'],
      response: { 200: RETENTION_VIEW },
    },
    handler() {
      const { retention } = deskOf(context)
      const plan = retention.plan()
      return {
        policy: retention.policy(),
        kinds: RETENTION_KINDS.map((kind) => ({ kind, ...RETENTION[kind] })),
        plan: { ...plan, counts: { ...plan.counts }, days: [...plan.days], stays: [...plan.stays] },
        archives: retention.archives().map((each) => ({ ...each, counts: { ...each.counts } })),
      }
    },
  })
  app.route({
    method: 'POST',
    url: '/api/retention/verification',
    config: { access: READERS },
    schema: {
      summary: 'Hold each archive against what was written',
      tags: ['retention'],
      response: { 200: z.object({ verdicts: z.array(ARCHIVE_VERDICT) }) },
    },
    handler: () => ({
      verdicts: deskOf(context)
        .retention.verify()
        .map(({ archive: { name }, isGood, fault }) => ({ name, isGood, fault: fault ?? null })),
    }),
  })
}

function writeRoutes(app: ConsoleApp, context: ConsoleContext): void {
  app.route({
    method: 'PUT',
    url: '/api/retention/policy',
    config: { access: ['administrator'] },
    schema: {
      summary: 'Change how long what is kept; 0 days: for ever',
      tags: ['retention'],
      body: RETENTION_POLICY,
      response: { 200: RETENTION_POLICY },
    },
    handler: (request) => cared(() => deskOf(context).retention.changePolicy(actorOf(request), request.body)),
  })
  app.route({
    method: 'POST',
    url: '/api/retention/runs',
    config: { access: ['administrator'] },
    schema: {
      summary: 'Take out what is older than it is kept; null when nothing is',
      tags: ['retention'],
      response: { 200: z.object({ archive: ARCHIVE_VIEW.nullable() }) },
    },
    handler(request) {
      const archive = cared(() => deskOf(context).planned.runNow(actorOf(request)))
      context.live.publish('maintenance', { tid: 'host' })
      return { archive: archive === undefined ? null : { ...archive, counts: { ...archive.counts } } }
    },
  })
}

/** @throws {ConsoleProblem} where records are kept in no file or database. */
function deskOf({ retention }: ConsoleContext): RetentionDesk {
  if (retention !== undefined) return retention
  throw new ConsoleProblem(404, 'notFound', {
    zh: '此主机的数据不在文件或数据库中：没有可归档的。',
    en: 'The records of this host are in no file or database: there is nothing to archive.',
  })
}
