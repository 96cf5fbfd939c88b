import type { BatchDetail } from '../../host/console/api-types/transactions.ts'
import { Badge, type Tone } from '../components/badge.tsx'
import { Card } from '../components/card.tsx'
import { formatMoney } from '../components/money.tsx'
import { Problem } from '../components/problem.tsx'
import { StateBadge } from '../components/state-badge.tsx'
import { Table } from '../components/table.tsx'
import type { PageProps } from '../page.ts'
import { formatDateTime, type Text, t } from '../state/language.ts'
import { go } from '../state/router.ts'
import { useData } from '../state/use-data.ts'
import { Balance } from './batches-page.tsx'
import { transactionColumns } from './transactions-page.tsx'

const RESULTS: Readonly<Record<string, readonly [Text, Tone]>> = {
  matched: [{ zh: '一致', en: 'Matched' }, 'good'],
  differs: [{ zh: '金额不同', en: 'Differs' }, 'bad'],
  extra: [{ zh: '主机没有', en: 'Not at the host' }, 'bad'],
  missing: [{ zh: '终端没有', en: 'Not at the terminal' }, 'bad'],
}

/** One batch: both sides' totals, its transactions, what was uploaded. */
export function BatchPage({ params }: PageProps) {
  const { data, problem, reload } = useData<BatchDetail>(
    `/api/batches/${params['tid'] ?? ''}/${params['batchNumber'] ?? ''}`,
  )
  if (problem !== undefined) return <Problem text={problem} onRetry={reload} />
  if (data === undefined) return <Card>…</Card>
  return (
    <>
      <Card
        title={
          <span class="row">
            {t({ zh: '终端', en: 'Terminal' })} <code>{data.tid}</code> {t({ zh: '批次', en: 'batch' })}{' '}
            <code>{String(data.batchNumber).padStart(6, '0')}</code> <StateBadge state={data.state} />
            <Balance batch={data} />
          </span>
        }
        actions={data.closedAtMs !== null && <span class="quiet">{formatDateTime(data.closedAtMs)}</span>}
        flush
      >
        <Totals data={data} />
      </Card>
      <Card flush title={t({ zh: '交易', en: 'Transactions' })}>
        <Table
          label={t({ zh: '交易', en: 'Transactions' })}
          rows={data.transactions}
          keyOf={({ id }) => id}
          onRow={({ id }) => go(`/transactions/${id}`)}
          empty={t({ zh: '没有交易。', en: 'No transaction.' })}
          columns={transactionColumns()}
        />
      </Card>
      {data.uploads.length > 0 && <Uploads data={data} />}
    </>
  )
}

function Totals({ data: { terminalTotals, hostTotals } }: { readonly data: BatchDetail }) {
  const sides = [
    { key: 'terminal', name: t({ zh: '终端', en: 'Terminal' }), totals: terminalTotals },
    { key: 'host', name: t({ zh: '主机', en: 'Host' }), totals: hostTotals },
  ].flatMap(({ key, name, totals }) =>
    totals === null
      ? []
      : (['domestic', 'foreign'] as const).map((card) => ({
          key: `${key} ${card}`,
          name,
          card: card === 'domestic' ? t({ zh: '内卡', en: 'Domestic' }) : t({ zh: '外卡', en: 'Foreign' }),
          totals: totals[card],
        })),
  )
  return (
    <Table
      label={t({ zh: '合计', en: 'Totals' })}
      rows={sides}
      keyOf={({ key }) => key}
      empty={t({ zh: '尚未结算。', en: 'Not settled yet.' })}
      columns={[
        { key: 'side', title: t({ zh: '哪一方', en: 'Side' }), cell: ({ name }) => name },
        { key: 'card', title: t({ zh: '卡类', en: 'Cards' }), cell: ({ card }) => card },
        {
          key: 'debitCount',
          title: t({ zh: '借记笔数', en: 'Debits' }),
          number: true,
          cell: ({ totals }) => totals.debitCount,
        },
        {
          key: 'debit',
          title: t({ zh: '借记金额', en: 'Debit amount' }),
          number: true,
          cell: ({ totals }) => formatMoney(totals.debitMinor, '156'),
        },
        {
          key: 'creditCount',
          title: t({ zh: '贷记笔数', en: 'Credits' }),
          number: true,
          cell: ({ totals }) => totals.creditCount,
        },
        {
          key: 'credit',
          title: t({ zh: '贷记金额', en: 'Credit amount' }),
          number: true,
          cell: ({ totals }) => formatMoney(totals.creditMinor, '156'),
        },
      ]}
    />
  )
}

function Uploads({ data }: { readonly data: BatchDetail }) {
  return (
    <Card flush title={t({ zh: '批上送', en: 'Batch upload' })}>
      <Table
        label={t({ zh: '批上送', en: 'Batch upload' })}
        rows={data.uploads}
        keyOf={({ stan, kind }) => `${kind} ${stan}`}
        empty=""
        columns={[
          {
            key: 'stan',
            title: t({ zh: '流水号', en: 'Trace' }),
            cell: ({ stan }) => <code>{String(stan).padStart(6, '0')}</code>,
          },
          {
            key: 'card',
            title: t({ zh: '卡号', en: 'Card' }),
            cell: ({ panTruncated }) => <code>{panTruncated}</code>,
          },
          {
            key: 'amount',
            title: t({ zh: '金额', en: 'Amount' }),
            number: true,
            cell: ({ amountMinor }) => formatMoney(amountMinor, '156'),
          },
          {
            key: 'result',
            title: t({ zh: '结果', en: 'Result' }),
            cell: ({ result }) => {
              const [text, tone] = RESULTS[result] ?? [{ zh: result, en: result }, 'quiet']
              return <Badge tone={tone}>{t(text)}</Badge>
            },
          },
        ]}
      />
    </Card>
  )
}
