import type { BothLanguages } from '../knowledge/knowledge-base.ts'

export type AlarmKind =
  | 'successRate'
  | 'reversalShare'
  | 'latencyP95'
  | 'silence'
  | 'batteryLow'
  | 'paperLow'
  | 'paperOut'
  | 'deviceFault'
  | 'storeTrouble'

/** Every terminal, and the estate: what a rule watches that names nothing else. */
export const EVERYTHING = ''

/** When an alarm is raised, and when it clears by itself: between the two nothing changes. */
export interface AlarmRule {
  readonly kind: AlarmKind
  /**
   * `EVERYTHING`, or what it watches in place of that rule: a terminal number, a merchant number, `estate`.
   */
  readonly subject: string
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
  readonly unit: 'share' | 'ms' | 'minutes' | 'percent' | 'count' | 'flag'
  /** What it watches. */
  readonly scope: 'terminal' | 'estate' | 'both'
  /** A merchant's terminals together may be watched. */
  readonly ofMerchants?: true
  /** Article of the knowledge base. */
  readonly knowledgeKey: string
  readonly usual: Omit<AlarmRule, 'kind' | 'subject' | 'version'>
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
    ofMerchants: true,
    usual: rule(0.7, 0.8, 20, 'critical'),
  },
  reversalShare: {
    name: { zh: '冲正过多', en: 'Many reversals' },
    bad: 'above',
    unit: 'share',
    scope: 'both',
    knowledgeKey: 'E-NO-REPLY',
    ofMerchants: true,
    usual: rule(0.1, 0.05, 10, 'warning'),
  },
  latencyP95: {
    name: { zh: '应答慢', en: 'Answers are slow' },
    bad: 'above',
    unit: 'ms',
    scope: 'both',
    ofMerchants: true,
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
  paperOut: {
    name: { zh: '缺纸', en: 'Out of paper' },
    bad: 'above',
    unit: 'flag',
    scope: 'terminal',
    knowledgeKey: 'E-PAPER',
    usual: rule(0.5, 0.5, 0, 'critical'),
  },
  deviceFault: {
    name: { zh: '设备故障', en: 'A device does not work' },
    bad: 'above',
    unit: 'count',
    scope: 'terminal',
    knowledgeKey: 'E-DEVICES',
    usual: rule(0, 0, 0, 'warning'),
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

/** What the values of a unit may be. */
const HIGHEST: Readonly<Record<RuleForm['unit'], number>> = {
  share: 1,
  ms: 600_000,
  minutes: 1440,
  percent: 100,
  count: 100,
  flag: 1,
}

/** Why a rule can't be as it was given; undefined when it can. */
export function ruleFault({ kind, raiseAt, clearAt, countMin }: AlarmRule): BothLanguages | undefined {
  const { bad, unit } = ALARM_RULES[kind]
  const highest = HIGHEST[unit]
  if (![raiseAt, clearAt].every((value) => value >= 0 && value <= highest))
    return {
      zh: `告警值与解除值须在 0 至 ${highest} 之间。`,
      en: `The values must be from 0 to ${highest}.`,
    }
  if (!Number.isInteger(countMin) || countMin < 0)
    return { zh: '最少笔数须为 0 或更大的整数。', en: 'The least count is a whole number from 0.' }
  if (bad === 'above' ? clearAt <= raiseAt : clearAt >= raiseAt) return undefined
  return {
    zh: '解除值须在告警值好的一侧，否则告警会反复。',
    en: 'The alarm must clear on the good side of where it is raised, or it would come and go.',
  }
}
