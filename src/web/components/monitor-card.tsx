import type { FiguresView, MonitorRow } from '../../host/console/api-types/care.ts'
import { formatDateTime, formatNumber, formatPercent, type Text, t } from '../state/language.ts'
import { useData } from '../state/use-data.ts'
import { Badge } from './badge.tsx'
import { Card } from './card.tsx'
import { BatteryBadge, PaperBadge } from './supply-badges.tsx'

interface Monitored {
  readonly figures: FiguresView
  readonly status: MonitorRow['status']
}

const DEVICES: Readonly<Record<string, Text>> = {
  keyboard: { zh: '键盘', en: 'keys' },
  pinPad: { zh: '密码键盘', en: 'PIN pad' },
  cardReader: { zh: '读卡器', en: 'card reader' },
  printer: { zh: '打印机', en: 'printer' },
  display: { zh: '显示屏', en: 'display' },
}

/** What one terminal did within the last hour, and how it stands. */
export function MonitorCard({ tid }: { readonly tid: string }) {
  const { data } = useData<Monitored>(`/api/monitoring/terminals/${tid}`, ['exchange', 'alarms'])
  const figures = data?.figures
  const status = data?.status ?? null
  const broken = Object.entries(status?.devices ?? {}).filter(([, works]) => !works)
  const share = (value: number | null | undefined): string =>
    value === null || value === undefined ? '–' : formatPercent(value)
  const facts: readonly (readonly [Text, preact.ComponentChildren])[] = [
    [
      { zh: '成功率', en: 'Success' },
      `${share(figures?.successRate)} (${formatNumber(figures?.decided ?? 0)})`,
    ],
    [
      { zh: '冲正', en: 'Reversals' },
      `${formatNumber(figures?.reversals ?? 0)} (${share(figures?.reversalShare)})`,
    ],
    [
      { zh: '主机用时 p50 / p95', en: 'Host time p50 / p95' },
      `${figures?.p50Ms ?? '–'} / ${figures?.p95Ms ?? '–'} ms`,
    ],
    [
      { zh: '应答码', en: 'Answers' },
      <code key="codes">{figures?.codes.map(({ code, count }) => `${code}×${count}`).join(' ') || '–'}</code>,
    ],
    [{ zh: '电池', en: 'Battery' }, <BatteryBadge key="battery" status={status} />],
    [{ zh: '纸', en: 'Paper' }, <PaperBadge key="paper" status={status} />],
    [{ zh: '软件版本', en: 'Software' }, <code key="version">{status?.softwareVersion ?? '–'}</code>],
    [
      { zh: '设备', en: 'Devices' },
      broken.length === 0 ? (
        status === null ? (
          '–'
        ) : (
          t({ zh: '全部正常', en: 'all work' })
        )
      ) : (
        <span key="devices" class="row">
          {broken.map(([name]) => (
            <Badge key={name} tone="bad">
              {t(DEVICES[name] ?? { zh: name, en: name })}
            </Badge>
          ))}
        </span>
      ),
    ],
    [{ zh: '上次状态', en: 'Last status' }, status === null ? '–' : formatDateTime(status.atMs)],
  ]
  return (
    <Card title={t({ zh: '近一小时与状态', en: 'The last hour, and how it stands' })}>
      <dl class="pairs">
        {facts.map(([name, value]) => (
          <>
            <dt>{t(name)}</dt>
            <dd>{value}</dd>
          </>
        ))}
      </dl>
    </Card>
  )
}
