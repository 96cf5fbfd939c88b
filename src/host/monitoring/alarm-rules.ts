import type { BothLanguages } from '../knowledge/knowledge-base.ts'

export type AlarmKind =
  | 'successRate'
  | 'reversalShare'
  | 'latencyP95'
  | 'silence'
  | 'batteryLow'
  | 'paperLow'
  | 'storeTrouble'

/** When an alarm is raised, and when it clears by itself: between the two nothing changes. */
export interface AlarmRule {
  readonly kind: AlarmKind
  readonly enabled: boolean
  /** Beyond it the alarm is raised. Shares 0 to 1, milliseconds, percent, minutes. */
  readonly raiseAt: number
  /** On the good side of it the alarm clears. */
  readonly clearAt: number
  /** Fewer decided requests in the window say nothing. */
  readonly countMin: number
  readonly severity: 'warning' | 'critical'
  readonly version: number
}

interface RuleForm {
  readonly name: BothLanguages
  /** Whether a value above or below the threshold is bad. */
  readonly bad: 'above' | 'below'
  readonly unit: 'share' | 'ms' | 'minutes' | 'percent' | 'flag'
  /** What it watches. */
  readonly scope: 'terminal' | 'estate' | 'both'
  /** Article of the knowledge base. */
  readonly knowledgeKey: string
  readonly usual: Omit<AlarmRule, 'kind' | 'version'>
}

const rule = (
  raiseAt: number,
  clearAt: number,
  countMin: number,
  severity: AlarmRule['severity'],
): RuleForm['usual'] => ({ enabled: true, raiseAt, clearAt, countMin, severity })

/** All rules with their usual thresholds. */
export const ALARM_RULES: { readonly [kind in AlarmKind]: RuleForm } = {
  successRate: {
    name: { zh: '成功率低', en: 'Success rate is low' },
    bad: 'below',
    unit: 'share',
    scope: 'both',
    knowledgeKey: '91',
    usual: rule(0.7, 0.8, 20, 'critical'),
  },
  reversalShare: {
    name: { zh: '冲正过多', en: 'Many reversals' },
    bad: 'above',
    unit: 'share',
    scope: 'both',
    knowledgeKey: 'E-NO-REPLY',
    usual: rule(0.1, 0.05, 10, 'warning'),
  },
  latencyP95: {
    name: { zh: '应答慢', en: 'Answers are slow' },
    bad: 'above',
    unit: 'ms',
    scope: 'estate',
    knowledgeKey: '68',
    usual: rule(1000, 500, 20, 'critical'),
  },
  silence: {
    name: { zh: '终端失联', en: 'Terminal is silent' },
    bad: 'above',
    unit: 'minutes',
    scope: 'terminal',
    knowledgeKey: 'E-NO-CONNECTION',
    usual: rule(120, 5, 0, 'warning'),
  },
  batteryLow: {
    name: { zh: '电池电量低', en: 'Battery is low' },
    bad: 'below',
    unit: 'percent',
    scope: 'terminal',
    knowledgeKey: 'E-BATTERY',
    usual: rule(15, 25, 0, 'warning'),
  },
  paperLow: {
    name: { zh: '纸将尽', en: 'Paper is near its end' },
    bad: 'above',
    unit: 'flag',
    scope: 'terminal',
    knowledgeKey: 'E-PAPER-LOW',
    usual: rule(0.5, 0.5, 0, 'warning'),
  },
  storeTrouble: {
    name: { zh: '主机无法记账', en: 'The host can not record' },
    bad: 'above',
    unit: 'flag',
    scope: 'estate',
    knowledgeKey: '96',
    usual: rule(0.5, 0.5, 0, 'critical'),
  },
}

export const ALARM_KINDS = Object.keys(ALARM_RULES) as readonly AlarmKind[]

/** What `value` means for an alarm that is up, or not. */
export function judge(rule: AlarmRule, value: number, isUp: boolean): boolean {
  const isAbove = ALARM_RULES[rule.kind].bad === 'above'
  if (isUp) return isAbove ? value > rule.clearAt : value < rule.clearAt
  return isAbove ? value > rule.raiseAt : value < rule.raiseAt
}

/** Why a rule can't be as it was given; undefined when it can. */
export function ruleFault({ kind, raiseAt, clearAt }: AlarmRule): BothLanguages | undefined {
  const isAbove = ALARM_RULES[kind].bad === 'above'
  if (isAbove ? clearAt <= raiseAt : clearAt >= raiseAt) return undefined
  return {
    zh: '解除值须在告警值好的一侧，否则告警会反复。',
    en: 'The alarm must clear on the good side of where it is raised, or it would come and go.',
  }
}
