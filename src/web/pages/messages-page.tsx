import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Exchange, ExchangeLine } from '../../host/console/api-types/messages.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { CheckField, TextField } from '../components/field.tsx'
import { formatMoney } from '../components/money.tsx'
import { kindName } from '../components/names.ts'
import { Problem } from '../components/problem.tsx'
import { CodeBadge } from '../components/state-badge.tsx'
import { Table } from '../components/table.tsx'
import { Tabs } from '../components/tabs.tsx'
import { Inspector } from '../inspector/inspector.tsx'
import { formatTime, t } from '../state/language.ts'
import { listen } from '../state/live.ts'
import { query, setQuery } from '../state/router.ts'
import { useData } from '../state/use-data.ts'

interface List {
  readonly exchanges: readonly ExchangeLine[]
  readonly leftOut: number
}

const SHOWN = 60

/** The messages as they come, and each under the glass. */
export function MessagesPage() {
  const tid = query.value.get('tid') ?? ''
  const chosen = query.value.get('number')
  const { data, problem, reload } = useData<List>(
    `/api/messages?limit=${SHOWN}${tid === '' ? '' : `&tid=${tid}`}`,
  )
  const fresh = useSignal<readonly ExchangeLine[]>([])
  const isLive = useSignal(true)
  useEffect(() => {
    fresh.value = []
    return listen('exchange', (line) => {
      const exchange = line as ExchangeLine
      if (isLive.value && (tid === '' || exchange.tid === tid))
        fresh.value = [exchange, ...fresh.value].slice(0, SHOWN)
    })
  }, [tid])
  const known = new Set(fresh.value.map(({ number }) => number))
  const rows =
    data === undefined
      ? undefined
      : [...fresh.value, ...data.exchanges.filter(({ number }) => !known.has(number))].slice(0, SHOWN)
  return (
    <>
      {problem !== undefined && <Problem text={problem} onRetry={reload} />}
      {chosen !== null && <ExchangeCard number={chosen} />}
      <Card
        flush
        title={t({ zh: '最近的报文', en: 'The last messages' })}
        actions={
          <CheckField
            label={t({ zh: '实时', en: 'Live' })}
            checked={isLive.value}
            onChange={(on) => (isLive.value = on)}
          />
        }
      >
        <div class="filters padded">
          <TextField
            label={t({ zh: '终端号', en: 'Terminal' })}
            type="search"
            value={tid}
            maxLength={8}
            onInput={(text) => setQuery({ tid: text })}
            hint={
              data !== undefined && data.leftOut > 0
                ? t({
                    zh: `高负载时只取样，略去 ${data.leftOut} 条`,
                    en: `Under load a sample: ${data.leftOut} left out`,
                  })
                : undefined
            }
          />
        </div>
        <Table
          label={t({ zh: '报文', en: 'Messages' })}
          rows={rows}
          keyOf={({ number }) => number}
          chosen={chosen === null ? undefined : Number(chosen)}
          onRow={({ number }) => setQuery({ number: String(number) })}
          placeholders={12}
          empty={t({
            zh: '还没有报文：在终端上做一笔交易。',
            en: 'No message yet: make a transaction at a terminal.',
          })}
          columns={[
            { key: 'at', title: t({ zh: '时间', en: 'Time' }), cell: ({ atMs }) => formatTime(atMs) },
            { key: 'tid', title: t({ zh: '终端', en: 'Terminal' }), cell: (row) => <code>{row.tid}</code> },
            { key: 'mti', title: t({ zh: '类型', en: 'Type' }), cell: (row) => <code>{row.mti}</code> },
            { key: 'what', title: t({ zh: '业务', en: 'What' }), cell: (row) => t(kindName(row.operation)) },
            {
              key: 'stan',
              title: t({ zh: '流水号', en: 'Trace' }),
              number: true,
              cell: ({ stan }) => stan ?? '–',
            },
            {
              key: 'amount',
              title: t({ zh: '金额', en: 'Amount' }),
              number: true,
              cell: ({ amountMinor }) => (amountMinor === null ? '–' : formatMoney(amountMinor, '156')),
            },
            {
              key: 'card',
              title: t({ zh: '卡号', en: 'Card' }),
              cell: (row) => <code>{row.panTruncated}</code>,
            },
            {
              key: 'code',
              title: t({ zh: '应答', en: 'Answer' }),
              cell: (row) => <CodeBadge code={row.responseCode} />,
            },
            { key: 'took', title: 'ms', number: true, cell: ({ tookMs }) => tookMs.toFixed(1) },
          ]}
        />
      </Card>
    </>
  )
}

function ExchangeCard({ number }: { readonly number: string }) {
  const { data, problem } = useData<Exchange>(`/api/messages/${number}`)
  const side = useSignal<'request' | 'reply'>('request')
  const message = data?.[side.value]
  return (
    <Card
      title={
        <span class="row">
          {t({ zh: '报文', en: 'Message' })} {number}
          {data !== undefined && <CodeBadge code={data.responseCode} />}
        </span>
      }
      actions={
        <Button onClick={() => setQuery({ number: undefined })}>{t({ zh: '关闭', en: 'Close' })}</Button>
      }
    >
      <div class="stack">
        {problem !== undefined && <Problem text={problem} />}
        {data !== undefined && data.reason !== '' && (
          <p class="notice">
            {data.reason}
            {data.responseCode !== '' && (
              <>
                {' '}
                <a href={`/knowledge?q=${data.responseCode}`}>{t({ zh: '知识库', en: 'Knowledge base' })}</a>
              </>
            )}
          </p>
        )}
        <Tabs
          label={t({ zh: '请求与应答', en: 'Request and reply' })}
          chosen={side.value}
          onChoose={(key) => (side.value = key)}
          tabs={[
            { key: 'request', text: `${t({ zh: '请求', en: 'Request' })} ${data?.request?.mti ?? ''}` },
            { key: 'reply', text: `${t({ zh: '应答', en: 'Reply' })} ${data?.reply?.mti ?? ''}` },
          ]}
        />
        {message === null && (
          <p class="empty">
            {side.value === 'reply'
              ? t({ zh: '没有应答。', en: 'Nothing was answered.' })
              : t({
                  zh: '无法解析，因此不显示。',
                  en: 'It is no message of this dialect: nothing of it is shown.',
                })}
          </p>
        )}
        {message !== null && message !== undefined && <Inspector message={message} />}
      </div>
    </Card>
  )
}
