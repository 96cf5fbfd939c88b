import { z } from 'zod'
import { ALARM_RULES } from '../../monitoring/alarm-rules.ts'
import type { Figures } from '../../monitoring/live-figures.ts'
import { type WatchedRow, watchList } from '../../monitoring/watch-list.ts'
import {
  FIGURES_VIEW,
  type FiguresView,
  MONITOR_ROW,
  type MonitorRow,
  STATUS_VIEW,
  SUMMARY_VIEW,
} from '../api-types/care.ts'
import type { ConsoleApp, ConsoleContext } from '../console-app.ts'
import { notFound } from '../console-problem.ts'

const READERS = ['technician', 'support', 'finance', 'administrator', 'auditor'] as const

/** What the estate, a merchant or a terminal did within the last hour. */
export function monitoringRoutes(app: ConsoleApp, context: ConsoleContext): void {
  listRoute(app, context)
  figureRoutes(app, context)
}

function listRoute(app: ConsoleApp, { care, host, nowMs }: ConsoleContext): void {
  app.route({
    method: 'GET',
    url: '/api/monitoring/list',
    config: { access: READERS },
    schema: {
      summary:
        'Terminals or merchants with their last hour, battery, paper, version and alarms; the worst first',
      tags: ['monitoring'],
      querystring: z.object({
        by: z.enum(['terminal', 'merchant']).default('terminal'),
        find: z.string().trim().max(40).default(''),
        limit: z.coerce.number().int().min(1).max(500).default(100),
      }),
      response: { 200: z.object({ rows: z.array(MONITOR_ROW), total: z.number() }) },
    },
    handler({ query }) {
      const { rows, total } = watchList(care, host.store.listMerchants(), query, nowMs())
      return { rows: rows.map(rowView), total }
    },
  })
}

function rowView({ figures, status, alarms, ...row }: WatchedRow): MonitorRow {
  return {
    ...row,
    figures: figuresView(figures),
    status: status ?? null,
    alarms: alarms.map(({ kind, severity }) => ({ kind, severity, name: ALARM_RULES[kind].name })),
  }
}

function figureRoutes(app: ConsoleApp, { care, nowMs }: ConsoleContext): void {
  app.route({
    method: 'GET',
    url: '/api/monitoring',
    config: { access: READERS },
    schema: { summary: 'The estate in one look', tags: ['monitoring'], response: { 200: SUMMARY_VIEW } },
    handler() {
      const { figures, ...summary } = care.summary()
      return { ...summary, figures: figuresView(figures) }
    },
  })
  app.route({
    method: 'GET',
    url: '/api/monitoring/terminals/:tid',
    config: { access: READERS },
    schema: {
      summary: 'One terminal: figures of the last hour and its last status',
      tags: ['monitoring'],
      params: z.object({ tid: z.string().max(8) }),
      response: { 200: z.object({ figures: FIGURES_VIEW, status: STATUS_VIEW.nullable() }) },
    },
    handler({ params: { tid } }) {
      if (!care.terminals().has(tid)) throw notFound({ zh: '此终端', en: 'such terminal' })
      return {
        figures: figuresView(care.figures.terminal(tid, nowMs())),
        status: care.plan.status(tid) ?? null,
      }
    },
  })
  app.route({
    method: 'GET',
    url: '/api/monitoring/merchants/:mid',
    config: { access: READERS },
    schema: {
      summary: 'One merchant: figures of the last hour',
      tags: ['monitoring'],
      params: z.object({ mid: z.string().max(15) }),
      response: { 200: FIGURES_VIEW },
    },
    handler: ({ params: { mid } }) => figuresView(care.merchantFigures(mid)),
  })
}

/** JSON has no undefined and no infinity: above the last class of latency, ten seconds are said. */
function figuresView(figures: Figures): FiguresView {
  const { successRate, reversalShare, p50Ms, p95Ms, lastSeenMs, codes } = figures
  return {
    ...figures,
    codes: [...codes],
    successRate: successRate ?? null,
    reversalShare: reversalShare ?? null,
    p50Ms: finite(p50Ms),
    p95Ms: finite(p95Ms),
    lastSeenMs: lastSeenMs ?? null,
  }
}

const LATENCY_SAID_MAX_MS = 10_000

function finite(value: number | undefined): number | null {
  return value === undefined ? null : Math.min(value, LATENCY_SAID_MAX_MS)
}
