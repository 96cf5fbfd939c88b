import type { ComponentChildren } from 'preact'
import type { SummaryView } from '../../host/console/api-types/care.ts'
import type { MinutesView } from '../../host/console/api-types/overview.ts'
import type { TransactionList } from '../../host/console/api-types/transactions.ts'
import { Badge } from '../components/badge.tsx'
import { Card, Figure } from '../components/card.tsx'
import { Chart } from '../components/chart.tsx'
import { Problem } from '../components/problem.tsx'
import { Table } from '../components/table.tsx'
import { formatNumber, formatPercent, t } from '../state/language.ts'
import { go } from '../state/router.ts'
import { may } from '../state/session.ts'
import { useData } from '../state/use-data.ts'
import { transactionColumns } from './transactions-page.tsx'

const LAST = 8
const MINUTE_S = 60

/** The estate in one look: figures, the last hour, the last payments. */
export function OverviewPage() {
  const { data, problem, reload } = useData<SummaryView>('/api/monitoring', ['exchange', 'alarms'])
  return (
    <>
      {problem !== undefined && <Problem text={problem} onRetry={reload} />}
      <Figures data={data} />
      <LastHour />
      <div class="grid two">
        {may(['support', 'technician', 'finance', 'administrator', 'auditor']) && <LastTransactions />}
        <Codes data={data} />
      </div>
    </>
  )
}

/** A dash where nothing is known yet. */
function known<T>(value: T | null | undefined, show: (value: T) => ComponentChildren): ComponentChildren {
  return value === undefined || value === null ? '–' : show(value)
}

function Figures({ data }: { readonly data: SummaryView | undefined }) {
  const figures = data?.figures
  const count = (value: number): string => formatNumber(value)
  const ms = (value: number): string => `${formatNumber(value)} ms`
  const share = (value: number): string => formatPercent(value)
  return (
    <div class="grid figures">
      <Figure
        label={t({ zh: '成功率（近一小时）', en: 'Success, last hour' })}
        value={known(figures?.successRate, share)}
        note={known(figures?.decided, (decided) => t({ zh: `${decided} 笔`, en: `${decided} decided` }))}
      />
      <Figure
        label={t({ zh: '主机用时 p95', en: 'Host time, p95' })}
        value={known(figures?.p95Ms, ms)}
        note={known(figures?.p50Ms, (value) => `p50 ${ms(value)}`)}
      />
      <Figure
        label={t({ zh: '冲正', en: 'Reversals' })}
        value={known(figures?.reversals, count)}
        note={known(figures?.reversalShare, share)}
      />
      <Figure
        label={t({ zh: '活跃终端', en: 'Terminals heard' })}
        value={known(data?.active, count)}
        note={known(data?.terminals, (all) => t({ zh: `共 ${all} 台`, en: `of ${all}` }))}
      />
      <Figure
        label={t({ zh: '告警', en: 'Alarms' })}
        value={<a href="/alarms">{known(data?.alarmsUp, count)}</a>}
        note={known(data?.alarmsCritical, (critical) => (
          <Badge tone={critical > 0 ? 'bad' : 'good'}>
            {t({ zh: `${critical} 条严重`, en: `${critical} critical` })}
          </Badge>
        ))}
      />
      <Figure
        label={t({ zh: '未解决故障单', en: 'Tickets open' })}
        value={<a href="/tickets">{known(data?.ticketsUnsolved, count)}</a>}
      />
    </div>
  )
}

function LastHour() {
  const { data } = useData<MinutesView>('/api/overview/minutes', ['exchange'])
  const minutes = data?.minutes ?? []
  return (
    <Card title={t({ zh: '最近一小时，每分钟交易数', en: 'The last hour, payments a minute' })}>
      <Chart
        label={t({ zh: '每分钟成功、拒绝与冲正的笔数', en: 'Approved, declined and reversed a minute' })}
        isCount
        times={minutes.map(({ minute }) => minute * MINUTE_S)}
        lines={[
          {
            label: t({ zh: '成功', en: 'Approved' }),
            colour: '--good',
            values: minutes.map(({ approved }) => approved),
          },
          {
            label: t({ zh: '拒绝', en: 'Declined' }),
            colour: '--bad',
            values: minutes.map(({ declined }) => declined),
          },
          {
            label: t({ zh: '冲正', en: 'Reversed' }),
            colour: '--warn',
            values: minutes.map(({ reversed }) => reversed),
          },
        ]}
        format={(value) => formatNumber(value)}
      />
    </Card>
  )
}

function LastTransactions() {
  const { data } = useData<TransactionList>(`/api/transactions?limit=${LAST}`, ['exchange'])
  const shown = ['at', 'kind', 'amount', 'state', 'code']
  return (
    <Card
      flush
      title={t({ zh: '最近的交易', en: 'The last transactions' })}
      actions={<a href="/transactions">{t({ zh: '全部', en: 'All' })}</a>}
    >
      <Table
        label={t({ zh: '最近的交易', en: 'The last transactions' })}
        rows={data?.transactions}
        keyOf={({ id }) => id}
        onRow={({ id }) => go(`/transactions/${id}`)}
        placeholders={LAST}
        empty={t({
          zh: '还没有交易：在“终端（可操作）”页做一笔。',
          en: 'None yet: make one on the page “Terminal to touch”.',
        })}
        columns={transactionColumns().filter(({ key }) => shown.includes(key))}
      />
    </Card>
  )
}

function Codes({ data }: { readonly data: SummaryView | undefined }) {
  const codes = data?.figures.codes ?? []
  const total = codes.reduce((sum, { count }) => sum + count, 0)
  return (
    <Card flush title={t({ zh: '应答码（近一小时）', en: 'Answers, last hour' })}>
      <Table
        label={t({ zh: '应答码', en: 'Answers' })}
        rows={data === undefined ? undefined : codes}
        keyOf={({ code }) => code}
        onRow={({ code }) => go(`/knowledge?q=${code}`)}
        placeholders={4}
        empty={t({ zh: '还没有应答。', en: 'Nothing was answered yet.' })}
        columns={[
          { key: 'code', title: t({ zh: '应答码', en: 'Code' }), cell: ({ code }) => <code>{code}</code> },
          {
            key: 'count',
            title: t({ zh: '笔数', en: 'Count' }),
            number: true,
            cell: ({ count }) => formatNumber(count),
          },
          {
            key: 'share',
            title: t({ zh: '占比', en: 'Share' }),
            number: true,
            cell: ({ count }) => formatPercent(total === 0 ? 0 : count / total),
          },
        ]}
      />
    </Card>
  )
}
