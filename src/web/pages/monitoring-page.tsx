import type { MonitorRow } from '../../host/console/api-types/care.ts'
import { Badge } from '../components/badge.tsx'
import { Card } from '../components/card.tsx'
import { SelectField, TextField } from '../components/field.tsx'
import { Problem } from '../components/problem.tsx'
import { BatteryBadge, PaperBadge } from '../components/supply-badges.tsx'
import { type Column, Table } from '../components/table.tsx'
import { formatDateTime, formatNumber, formatPercent, t } from '../state/language.ts'
import { go, query, setQuery } from '../state/router.ts'
import { useData } from '../state/use-data.ts'

const CODES_SHOWN = 3

/** Each terminal or merchant: its last hour, its supplies, what is wrong; the worst first. */
export function MonitoringPage() {
  const by = query.value.get('by') === 'merchant' ? 'merchant' : 'terminal'
  const find = query.value.get('find') ?? ''
  const { data, problem, reload } = useData<{ readonly rows: readonly MonitorRow[]; readonly total: number }>(
    `/api/monitoring/list?by=${by}&find=${encodeURIComponent(find)}`,
    ['exchange', 'alarms'],
  )
  return (
    <>
      {problem !== undefined && <Problem text={problem} onRetry={reload} />}
      <Card
        flush
        title={t({ zh: '监控（近一小时）', en: 'Monitoring, the last hour' })}
        actions={
          data !== undefined && (
            <span class="note">
              {t({
                zh: `显示 ${data.rows.length} / ${data.total}`,
                en: `${data.rows.length} of ${data.total}`,
              })}
            </span>
          )
        }
      >
        <div class="filters padded">
          <SelectField
            label={t({ zh: '按', en: 'By' })}
            value={by}
            onChange={(next) => setQuery({ by: next })}
            options={[
              { value: 'terminal', text: t({ zh: '终端', en: 'Terminal' }) },
              { value: 'merchant', text: t({ zh: '商户', en: 'Merchant' }) },
            ]}
          />
          <TextField
            label={t({ zh: '查找', en: 'Find' })}
            type="search"
            value={find}
            onInput={(text) => setQuery({ find: text })}
            placeholder={t({ zh: '号码或商户名', en: 'Number or name' })}
          />
        </div>
        <Table
          label={t({ zh: '监控', en: 'Monitoring' })}
          rows={data?.rows}
          keyOf={({ subject }) => subject}
          onRow={by === 'terminal' ? ({ subject }) => go(`/estate/${subject}`) : undefined}
          empty={t({ zh: '没有符合的。', en: 'Nothing is like that.' })}
          columns={[...nameColumns(by), ...figureColumns(), ...(by === 'terminal' ? statusColumns() : [])]}
        />
      </Card>
    </>
  )
}

function nameColumns(by: 'terminal' | 'merchant'): readonly Column<MonitorRow>[] {
  return [
    {
      key: 'subject',
      title: by === 'terminal' ? t({ zh: '终端', en: 'Terminal' }) : t({ zh: '商户', en: 'Merchant' }),
      cell: ({ subject, merchantName }) => (
        <>
          <code>{subject}</code>
          <br />
          <span class="hint">{merchantName || '–'}</span>
        </>
      ),
    },
    alarmColumn(),
  ]
}

function figureColumns(): readonly Column<MonitorRow>[] {
  return [
    {
      key: 'success',
      title: t({ zh: '成功率', en: 'Success' }),
      number: true,
      cell: ({ figures: { successRate, decided } }) =>
        `${successRate === null ? '–' : formatPercent(successRate)} (${formatNumber(decided)})`,
    },
    {
      key: 'latency',
      title: 'p95',
      number: true,
      cell: ({ figures: { p95Ms } }) => (p95Ms === null ? '–' : `${formatNumber(p95Ms)} ms`),
    },
    {
      key: 'reversals',
      title: t({ zh: '冲正', en: 'Reversals' }),
      number: true,
      cell: ({ figures: { reversals } }) => formatNumber(reversals),
    },
    {
      key: 'codes',
      title: t({ zh: '应答码', en: 'Answers' }),
      cell: ({ figures: { codes } }) =>
        codes.length === 0 ? (
          '–'
        ) : (
          <code>
            {codes
              .slice(0, CODES_SHOWN)
              .map(({ code, count }) => `${code}×${count}`)
              .join(' ')}
          </code>
        ),
    },
  ]
}

function statusColumns(): readonly Column<MonitorRow>[] {
  return [
    {
      key: 'battery',
      title: t({ zh: '电池', en: 'Battery' }),
      cell: ({ status }) => <BatteryBadge status={status} />,
    },
    {
      key: 'paper',
      title: t({ zh: '纸', en: 'Paper' }),
      cell: ({ status }) => <PaperBadge status={status} />,
    },
    {
      key: 'version',
      title: t({ zh: '版本', en: 'Version' }),
      cell: ({ status }) =>
        status?.softwareVersion === undefined ? '–' : <code>{status.softwareVersion}</code>,
    },
    {
      key: 'seen',
      title: t({ zh: '最近通信', en: 'Last heard' }),
      cell: ({ figures: { lastSeenMs } }) => (lastSeenMs === null ? '–' : formatDateTime(lastSeenMs)),
    },
  ]
}

function alarmColumn(): Column<MonitorRow> {
  return {
    key: 'alarms',
    title: t({ zh: '告警', en: 'Alarms' }),
    cell: ({ alarms }) =>
      alarms.length === 0 ? (
        '–'
      ) : (
        <span class="row">
          {alarms.map(({ kind, name, severity }) => (
            <Badge key={kind} tone={severity === 'critical' ? 'bad' : 'warn'}>
              {t(name)}
            </Badge>
          ))}
        </span>
      ),
  }
}
