import type { TransactionLine, TransactionList } from '../../host/console/api-types/transactions.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { SelectField, TextField } from '../components/field.tsx'
import { formatMoney } from '../components/money.tsx'
import { kindName, stateName, TRANSACTION_KINDS } from '../components/names.ts'
import { Problem } from '../components/problem.tsx'
import { CodeBadge, StateBadge } from '../components/state-badge.tsx'
import { type Column, Table } from '../components/table.tsx'
import { formatTime, t } from '../state/language.ts'
import { go, query, setQuery } from '../state/router.ts'
import { useData } from '../state/use-data.ts'

const FILTERS = ['tid', 'mid', 'state', 'kind', 'responseCode', 'panEnd', 'before'] as const

/** What was paid, newest first. */
export function TransactionsPage() {
  const wanted = new URLSearchParams()
  for (const key of FILTERS) {
    const value = query.value.get(key)
    if (value !== null && value !== '') wanted.set(key, value)
  }
  const isFirst = !wanted.has('before')
  const { data, problem, reload } = useData<TransactionList>(
    `/api/transactions?${wanted}`,
    isFirst ? ['exchange'] : [],
  )
  return (
    <>
      {problem !== undefined && <Problem text={problem} onRetry={reload} />}
      <Card flush title={t({ zh: '交易', en: 'Transactions' })}>
        <Filters />
        <Table
          label={t({ zh: '交易', en: 'Transactions' })}
          rows={data?.transactions}
          keyOf={({ id }) => id}
          onRow={({ id }) => go(`/transactions/${id}`)}
          placeholders={12}
          empty={
            data !== undefined && data.next !== null
              ? t({
                  zh: '最近五万笔中没有符合的：可继续向前查找。',
                  en: 'None among the last 50 000: go on to older ones.',
                })
              : t({ zh: '没有符合条件的交易。', en: 'No transaction fits.' })
          }
          columns={transactionColumns()}
        />
        <div class="row end padded">
          {!isFirst && (
            <Button onClick={() => setQuery({ before: undefined })}>{t({ zh: '最新', en: 'Newest' })}</Button>
          )}
          <Button
            disabled={data === undefined || data.next === null}
            onClick={() => setQuery({ before: String(data?.next) })}
          >
            {t({ zh: '更早', en: 'Older' })}
          </Button>
        </div>
      </Card>
    </>
  )
}

/** Columns of a list of transactions, wherever it stands. */
export function transactionColumns(): readonly Column<TransactionLine>[] {
  return [
    { key: 'at', title: t({ zh: '时间', en: 'Time' }), cell: ({ receivedAtMs }) => formatTime(receivedAtMs) },
    { key: 'tid', title: t({ zh: '终端', en: 'Terminal' }), cell: ({ tid }) => <code>{tid}</code> },
    {
      key: 'trace',
      title: t({ zh: '批次 / 流水', en: 'Batch / trace' }),
      cell: ({ batchNumber, stan }) => (
        <code>
          {String(batchNumber).padStart(6, '0')} {String(stan).padStart(6, '0')}
        </code>
      ),
    },
    { key: 'kind', title: t({ zh: '类型', en: 'Kind' }), cell: ({ kind }) => t(kindName(kind)) },
    {
      key: 'amount',
      title: t({ zh: '金额', en: 'Amount' }),
      number: true,
      // With a tip that came later it is more than what was asked for.
      cell: ({ requestedMinor, approvedMinor, tipMinor, currency }) =>
        formatMoney(tipMinor === null ? requestedMinor : approvedMinor, currency),
    },
    {
      key: 'card',
      title: t({ zh: '卡号', en: 'Card' }),
      cell: ({ panTruncated }) => <code>{panTruncated}</code>,
    },
    {
      key: 'state',
      title: t({ zh: '状态', en: 'State' }),
      cell: ({ state }) => <StateBadge state={state} />,
    },
    {
      key: 'code',
      title: t({ zh: '应答码', en: 'Code' }),
      cell: ({ responseCode }) => <CodeBadge code={responseCode} />,
    },
  ]
}

function Filters() {
  const value = (key: string): string => query.value.get(key) ?? ''
  const set = (key: string) => (text: string) => setQuery({ [key]: text, before: undefined })
  const all = { value: '', text: t({ zh: '全部', en: 'All' }) }
  return (
    <div class="filters padded">
      <TextField
        label={t({ zh: '终端号', en: 'Terminal' })}
        type="search"
        value={value('tid')}
        onInput={set('tid')}
        maxLength={8}
      />
      <SelectField
        label={t({ zh: '类型', en: 'Kind' })}
        value={value('kind')}
        onChange={set('kind')}
        options={[all, ...TRANSACTION_KINDS.map((kind) => ({ value: kind, text: t(kindName(kind)) }))]}
      />
      <SelectField
        label={t({ zh: '状态', en: 'State' })}
        value={value('state')}
        onChange={set('state')}
        options={[
          all,
          ...['approved', 'declined', 'voided', 'reversed'].map((state) => ({
            value: state,
            text: t(stateName(state)),
          })),
        ]}
      />
      <TextField
        label={t({ zh: '应答码', en: 'Code' })}
        type="search"
        value={value('responseCode')}
        onInput={set('responseCode')}
        maxLength={2}
      />
      <TextField
        label={t({ zh: '卡号末四位', en: 'Last four of the card' })}
        type="search"
        value={value('panEnd')}
        onInput={(text) => set('panEnd')(text.replace(/\D/g, ''))}
        inputMode="numeric"
        maxLength={4}
      />
    </div>
  )
}
