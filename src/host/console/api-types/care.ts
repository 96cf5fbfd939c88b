import { z } from 'zod'

const TEXT = z.object({ zh: z.string(), en: z.string() })

export const ARTICLE_VIEW = z.object({
  key: z.string(),
  kind: z.enum(['responseCode', 'terminalMessage']),
  title: TEXT,
  means: TEXT,
  cashier: TEXT,
  technician: TEXT,
  host: TEXT,
})
export type ArticleView = z.infer<typeof ARTICLE_VIEW>

export const FIGURES_VIEW = z.object({
  decided: z.number(),
  approved: z.number(),
  successRate: z.number().nullable(),
  reversals: z.number(),
  reversalShare: z.number().nullable(),
  p50Ms: z.number().nullable(),
  p95Ms: z.number().nullable(),
  codes: z.array(z.object({ code: z.string(), count: z.number() })),
  lastSeenMs: z.number().nullable(),
})
export type FiguresView = z.infer<typeof FIGURES_VIEW>

export const SUMMARY_VIEW = z.object({
  figures: FIGURES_VIEW,
  terminals: z.number(),
  active: z.number(),
  alarmsUp: z.number(),
  alarmsCritical: z.number(),
  ticketsUnsolved: z.number(),
})
export type SummaryView = z.infer<typeof SUMMARY_VIEW>

export const STATUS_VIEW = z.object({
  tid: z.string(),
  atMs: z.number(),
  devices: z.record(z.string(), z.boolean()),
  softwareVersion: z.string().optional(),
  batteryPercent: z.number().optional(),
  isCharging: z.boolean().optional(),
  paper: z.enum(['ok', 'nearEnd', 'out']).optional(),
})

/** One line of the monitoring: a terminal, or the terminals of a merchant together. */
export const MONITOR_ROW = z.object({
  /** Terminal or merchant number. */
  subject: z.string(),
  mid: z.string(),
  merchantName: z.string(),
  figures: FIGURES_VIEW,
  /** What the terminal last said of itself; null for a merchant. */
  status: STATUS_VIEW.nullable(),
  alarms: z.array(z.object({ kind: z.string(), name: TEXT, severity: z.enum(['warning', 'critical']) })),
})
export type MonitorRow = z.infer<typeof MONITOR_ROW>

export const ALARM_KIND = z.enum([
  'successRate',
  'reversalShare',
  'latencyP95',
  'silence',
  'batteryLow',
  'paperLow',
  'paperOut',
  'deviceFault',
  'storeTrouble',
])

export const RULE_VIEW = z.object({
  kind: ALARM_KIND,
  /** Terminal, merchant, `estate`; empty: everything that has no rule of its own. */
  subject: z.string(),
  name: TEXT,
  unit: z.enum(['share', 'ms', 'minutes', 'percent', 'count', 'flag']),
  scope: z.enum(['terminal', 'estate', 'both']),
  ofMerchants: z.boolean(),
  bad: z.enum(['above', 'below']),
  enabled: z.boolean(),
  raiseAt: z.number(),
  clearAt: z.number(),
  countMin: z.number(),
  severity: z.enum(['warning', 'critical']),
  version: z.number(),
})
export type RuleView = z.infer<typeof RULE_VIEW>

export const ALARM_VIEW = z.object({
  number: z.number(),
  kind: ALARM_KIND,
  name: TEXT,
  unit: RULE_VIEW.shape.unit,
  knowledgeKey: z.string(),
  subject: z.string(),
  severity: z.enum(['warning', 'critical']),
  raisedAtMs: z.number(),
  value: z.number(),
  worst: z.number(),
  acknowledgedBy: z.string(),
  acknowledgedAtMs: z.number().nullable(),
  clearedAtMs: z.number().nullable(),
  version: z.number(),
})
export type AlarmView = z.infer<typeof ALARM_VIEW>

export const TICKET_STATE = z.enum(['open', 'working', 'waiting', 'solved', 'closed'])
export const TICKET_SEVERITY = z.enum(['low', 'normal', 'high', 'critical'])
export const TICKET_SOURCE = z.enum(['hand', 'alarm', 'terminalMessage', 'offlineLoss'])

export const TICKET_VIEW = z.object({
  number: z.number(),
  title: z.string(),
  state: TICKET_STATE,
  severity: TICKET_SEVERITY,
  source: TICKET_SOURCE,
  subject: z.string(),
  knowledgeKey: z.string(),
  alarmNumber: z.number().nullable(),
  assignee: z.string(),
  openedBy: z.string(),
  openedAtMs: z.number(),
  answeredAtMs: z.number().nullable(),
  solvedAtMs: z.number().nullable(),
  version: z.number(),
})
export type TicketView = z.infer<typeof TICKET_VIEW>

export const TICKET_WITH_NOTES = z.object({
  ticket: TICKET_VIEW,
  next: z.array(TICKET_STATE),
  notes: z.array(z.object({ atMs: z.number(), actor: z.string(), state: TICKET_STATE, note: z.string() })),
})
export type TicketWithNotes = z.infer<typeof TICKET_WITH_NOTES>

export const TASK_KIND = z.enum([
  'softwareCheck',
  'hardwareCheck',
  'backup',
  'cleaning',
  'battery',
  'paper',
  'restoreDrill',
  'retention',
])

export const POLICY_VIEW = z.object({
  days: z.object({
    softwareCheck: z.number(),
    hardwareCheck: z.number(),
    backup: z.number(),
    cleaning: z.number(),
    battery: z.number(),
    paper: z.number(),
    restoreDrill: z.number(),
    retention: z.number(),
  }),
  version: z.number(),
})

export const DUE_TASK_VIEW = z.object({
  tid: z.string(),
  kind: TASK_KIND,
  doneAtMs: z.number().nullable(),
  dueAtMs: z.number(),
  isOverdue: z.boolean(),
  wasBad: z.boolean(),
})
export type DueTaskView = z.infer<typeof DUE_TASK_VIEW>

export const EVIDENCE_VIEW = z.object({
  kind: TASK_KIND,
  tid: z.string(),
  atMs: z.number(),
  actor: z.string(),
  isGood: z.boolean(),
  note: z.string(),
})
