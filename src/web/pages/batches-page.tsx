import type { BatchLine } from '../../host/console/api-types/transactions.ts'
import { Badge } from '../components/badge.tsx'
import { Card } from '../components/card.tsx'
import { SelectField, TextField } from '../components/field.tsx'
import { formatMoney } from '../components/money.tsx'
import { stateName } from '../components/names.ts'
import { Problem } from '../components/problem.tsx'
import { StateBadge } from '../components/state-badge.tsx'
import { Table } from '../components/table.tsx'
import { formatDateTime, t } from '../state/language.ts'
import { go, query, setQuery } from '../state/router.ts'
import { useData } from '../state/use-data.ts'

/** Batches, and whether terminal and host agreed. */
export function BatchesPage() {
  const wanted = new URLSearchParams()
  for (const key of ['tid', 'state']) {
    const value = query.value.get(key)
    if (value !== null && value !== '') wanted.set(key, value)
  }
  const { data, problem, reload } = useData<{ readonly batches: readonly BatchLine[] }>(
    `/api/batches?${wanted}`,
    ['exchange'],
  )
  return (
    <>
      {problem !== undefined && <Problem text={problem} onRetry={reload} />}
      <Card flush title={t({ zh: '批次与结算', en: 'Batches and settlement' })}>
        <div class="filters padded">
          <TextField
            label={t({ zh: '终端号', en: 'Terminal' })}
            type="search"
            value={query.value.get('tid') ?? ''}
            maxLength={8}
            onInput={(text) => setQuery({ tid: text })}
          />
          <SelectField
            label={t({ zh: '状态', en: 'State' })}
            value={query.value.get('state') ?? ''}
            onChange={(state) => setQuery({ state })}
            options={[
              { value: '', text: t({ zh: '全部', en: 'All' }) },
              ...['open', 'settling', 'closed'].map((state) => ({ value: state, text: t(stateName(state)) })),
            ]}
          />
        </div>
        <Table
          label={t({ zh: '批次', en: 'Batches' })}
          rows={data?.batches}
          keyOf={({ tid, batchNumber }) => `${tid}/${batchNumber}`}
          onRow={({ tid, batchNumber }) => go(`/batches/${tid}/${batchNumber}`)}
          empty={t({
            zh: '还没有批次：终端结算后出现。',
            en: 'No batch yet: it comes with the first settlement.',
          })}
          columns={[
            { key: 'tid', title: t({ zh: '终端', en: 'Terminal' }), cell: ({ tid }) => <code>{tid}</code> },
            {
              key: 'batch',
              title: t({ zh: '批次', en: 'Batch' }),
              cell: ({ batchNumber }) => <code>{String(batchNumber).padStart(6, '0')}</code>,
            },
            {
              key: 'state',
              title: t({ zh: '状态', en: 'State' }),
              cell: ({ state }) => <StateBadge state={state} />,
            },
            {
              key: 'agree',
              title: t({ zh: '对账', en: 'Agreed' }),
              cell: (batch) => <Balance batch={batch} />,
            },
            {
              key: 'total',
              title: t({ zh: '净额（内卡）', en: 'Net, domestic' }),
              number: true,
              cell: ({ hostTotals }) =>
                hostTotals === null ? '–' : formatMoney(net(hostTotals.domestic), '156'),
            },
            {
              key: 'foreign',
              title: t({ zh: '净额（外卡）', en: 'Net, foreign' }),
              number: true,
              cell: ({ hostTotals }) =>
                hostTotals === null ? '–' : formatMoney(net(hostTotals.foreign), '156'),
            },
            {
              key: 'closed',
              title: t({ zh: '结算时间', en: 'Closed' }),
              cell: ({ closedAtMs }) => (closedAtMs === null ? '–' : formatDateTime(closedAtMs)),
            },
          ]}
        />
      </Card>
    </>
  )
}

function net({
  debitMinor,
  creditMinor,
}: {
  readonly debitMinor: number
  readonly creditMinor: number
}): number {
  return debitMinor - creditMinor
}

/** Digits 31 and 62 of field 48: 1 balanced, 2 unbalanced, 3 error. */
export function Balance({ batch }: { readonly batch: Pick<BatchLine, 'domesticFlag' | 'foreignFlag'> }) {
  const flags = [batch.domesticFlag, batch.foreignFlag]
  if (flags.includes('3')) return <Badge tone="bad">{t({ zh: '出错', en: 'Error' })}</Badge>
  if (flags.includes('2')) return <Badge tone="warn">{t({ zh: '不平', en: 'Differs' })}</Badge>
  if (flags.includes('1')) return <Badge tone="good">{t({ zh: '平', en: 'Balanced' })}</Badge>
  return <span class="quiet">–</span>
}
