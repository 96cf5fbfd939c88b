import type { RuleView } from '../../host/console/api-types/care.ts'
import { t } from '../state/language.ts'

/** A value of an alarm or of its rule with its unit; nothing for a yes or no. */
export function ruleValueText(value: number, unit: RuleView['unit']): string {
  if (unit === 'flag') return ''
  if (unit === 'share') return `${Math.round(value * 1000) / 10} %`
  if (unit === 'percent') return `${Math.round(value)} %`
  if (unit === 'count') return String(value)
  return unit === 'ms' ? `${Math.round(value)} ms` : `${Math.round(value)} min`
}

/** What stands behind the name of a field for such a value. */
export function ruleUnit(unit: RuleView['unit']): string {
  if (unit === 'share' || unit === 'percent') return t({ zh: '（%）', en: ' (%)' })
  if (unit === 'ms') return t({ zh: '（毫秒）', en: ' (ms)' })
  return unit === 'minutes' ? t({ zh: '（分钟）', en: ' (minutes)' }) : ''
}
