import type { BothLanguages } from '../knowledge/knowledge-base.ts'

/** How many days what is kept; 0: for ever. */
export interface RetentionDays {
  /** Transactions of cleared days, with ledger entries, items, holds and records of batch uploads. */
  readonly transactions: number
  /** Why frames were rejected and requests refused. */
  readonly explains: number
  /** Signatures from terminals' screens. */
  readonly signatures: number
  /** Cleared alarms, closed tickets, evidence of maintenance that newer evidence has replaced. */
  readonly care: number
  /** Entries of the audit log. */
  readonly audit: number
}
export type RetentionKind = keyof RetentionDays

export interface RetentionPolicy {
  readonly days: RetentionDays
  readonly version: number
}

interface Form {
  readonly name: BothLanguages
  readonly usual: number
  /** Nobody may set less, but 0. Chargebacks come within half a year. */
  readonly least: number
}

/** Each kind with what is usual. */
export const RETENTION: { readonly [kind in RetentionKind]: Form } = {
  transactions: {
    name: { zh: '已清算的交易', en: 'Cleared transactions' },
    usual: 1095,
    least: 180,
  },
  explains: { name: { zh: '拒绝说明', en: 'Explanations of refusals' }, usual: 90, least: 7 },
  signatures: { name: { zh: '屏幕签名', en: 'Signatures' }, usual: 730, least: 180 },
  care: {
    name: { zh: '已结束的告警、故障单与维护记录', en: 'Alarms, tickets and maintenance that are over' },
    usual: 730,
    least: 30,
  },
  audit: { name: { zh: '审计日志', en: 'Audit log' }, usual: 0, least: 365 },
}

export const RETENTION_KINDS = Object.keys(RETENTION) as readonly RetentionKind[]
const DAYS_MAX = 36_500

export const USUAL_DAYS = Object.fromEntries(
  RETENTION_KINDS.map((kind) => [kind, RETENTION[kind].usual]),
) as unknown as RetentionDays

/** Why these days can't be; undefined when they can. */
export function retentionFault(days: RetentionDays): BothLanguages | undefined {
  for (const kind of RETENTION_KINDS) {
    const { name, least } = RETENTION[kind]
    const value = days[kind]
    if (Number.isInteger(value) && (value === 0 || (value >= least && value <= DAYS_MAX))) continue
    return {
      zh: `${name.zh}：请输入 0（永久保留）或 ${least} 至 ${DAYS_MAX} 天。`,
      en: `${name.en}: 0 keeps them for ever, otherwise ${least} to ${DAYS_MAX} days.`,
    }
  }
  return undefined
}
