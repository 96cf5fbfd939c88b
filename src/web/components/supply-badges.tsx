import type { MonitorRow } from '../../host/console/api-types/care.ts'
import { t } from '../state/language.ts'
import { Badge } from './badge.tsx'

type Status = NonNullable<MonitorRow['status']>

const LOW_PERCENT = 15
const MEDIUM_PERCENT = 30

/** How full a terminal's battery is; a dash where it does not say. */
export function BatteryBadge({ status }: { readonly status: Status | null }) {
  const percent = status?.batteryPercent
  if (percent === undefined) return <>–</>
  const tone = percent < LOW_PERCENT ? 'bad' : percent < MEDIUM_PERCENT ? 'warn' : 'good'
  return (
    <Badge tone={tone}>
      {percent} %{status?.isCharging === true ? ` ${t({ zh: '充电中', en: 'charging' })}` : ''}
    </Badge>
  )
}

/** Paper of a terminal's printer; a dash where it does not say. */
export function PaperBadge({ status }: { readonly status: Status | null }) {
  switch (status?.paper) {
    case 'ok':
      return <Badge tone="good">{t({ zh: '有纸', en: 'In' })}</Badge>
    case 'nearEnd':
      return <Badge tone="warn">{t({ zh: '将尽', en: 'Near its end' })}</Badge>
    case 'out':
      return <Badge tone="bad">{t({ zh: '缺纸', en: 'Out' })}</Badge>
    default:
      return <>–</>
  }
}
