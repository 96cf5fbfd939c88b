import { useSignal } from '@preact/signals'
import { markupText, rateWithMarkup } from '../../base/conversion.ts'
import { currencyCode } from '../../base/money.ts'
import type { RatesSaved, RatesView } from '../../host/console/api-types/rates.ts'
import { Badge } from '../components/badge.tsx'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { FormDialog } from '../components/dialog.tsx'
import { TextAreaField } from '../components/field.tsx'
import { Problem } from '../components/problem.tsx'
import { type Rate, RateDialog, timeText } from '../components/rate-dialog.tsx'
import { Table } from '../components/table.tsx'
import { post, put } from '../state/api.ts'
import { t } from '../state/language.ts'
import { may } from '../state/session.ts'
import { say } from '../state/toasts.ts'
import { useData } from '../state/use-data.ts'

type Editing = { readonly kind: 'rate'; readonly rate: Rate | undefined } | { readonly kind: 'file' }

/** What cardholders are offered to pay in their own currency: rates, markup, how long, and whose cards. */
export function RatesPage() {
  const { data, problem, reload } = useData<RatesView>('/api/rates', ['rates', 'software'])
  const editing = useSignal<Editing | undefined>(undefined)
  const edits = may(['finance', 'administrator'])
  const done = ({ version, count }: RatesSaved): void => {
    editing.value = undefined
    say({
      zh: `汇率版本 ${version} 已生效，已通知 ${count} 台终端下载。`,
      en: `Rates ${version} are in force; terminals asked to load them: ${count}.`,
    })
    reload()
  }
  const current = editing.value
  return (
    <>
      {problem !== undefined && <Problem text={problem} onRetry={reload} />}
      <Card
        flush
        title={t({ zh: '外币汇率', en: 'Rates of foreign currencies' })}
        actions={
          edits &&
          data !== undefined && (
            <>
              <Button onClick={() => (editing.value = { kind: 'file' })}>
                {t({ zh: '导入文件', en: 'Import a file' })}
              </Button>
              <Button kind="primary" onClick={() => (editing.value = { kind: 'rate', rate: undefined })}>
                {t({ zh: '添加币种', en: 'Add a currency' })}
              </Button>
            </>
          )
        }
      >
        <p class="padded">{data === undefined ? '…' : introduction(data)}</p>
        <RateTable
          data={data}
          onEdit={edits ? (rate) => (editing.value = { kind: 'rate', rate }) : undefined}
        />
      </Card>
      {data !== undefined && current?.kind === 'rate' && (
        <RateDialog
          data={data}
          rate={current.rate}
          onClose={() => (editing.value = undefined)}
          onContent={async (content) =>
            done(await put<RatesSaved>('/api/rates', { ...content, version: data.version }))
          }
        />
      )}
      {data !== undefined && current?.kind === 'file' && (
        <FileDialog version={data.version} onClose={() => (editing.value = undefined)} onDone={done} />
      )}
    </>
  )
}

function introduction({ version, source, terminals: { count, upToDate } }: RatesView): string {
  return t({
    zh: `版本 ${version}，来源 ${source}。提供外币选择的终端 ${count} 台，其中 ${upToDate} 台已下载此版本。`,
    en: `Version ${version} by ${source}. Terminals that offer foreign currencies: ${count}; with this version: ${upToDate}.`,
  })
}

interface RateTableProps {
  readonly data: RatesView | undefined
  readonly onEdit: ((rate: Rate) => void) | undefined
}

function RateTable({ data, onEdit }: RateTableProps) {
  const title = t({ zh: '外币汇率', en: 'Rates of foreign currencies' })
  const base = currencyCode(data?.base ?? '')
  const cards = (currency: string): string =>
    (data?.ranges ?? []).flatMap((each) => (each.currency === currency ? [`${each.prefix}…`] : [])).join(' ')
  return (
    <Table
      label={title}
      rows={data?.rates}
      keyOf={({ currency }) => currency}
      empty={t({ zh: '没有汇率：终端不提供外币选择。', en: 'No rates: terminals offer no currencies.' })}
      onRow={onEdit}
      columns={[
        {
          key: 'currency',
          title: t({ zh: '币种', en: 'Currency' }),
          cell: ({ currency }) => (
            <>
              <strong>{currencyCode(currency)}</strong> <code>{currency}</code>
            </>
          ),
        },
        {
          key: 'rate',
          title: t({ zh: `1 ${base} 折合`, en: `For 1 ${base}` }),
          number: true,
          cell: ({ rate }) => rate,
        },
        {
          key: 'markup',
          title: t({ zh: '加价', en: 'Markup' }),
          number: true,
          cell: ({ markupBasisPoints }) => markupText(markupBasisPoints),
        },
        {
          key: 'offered',
          title: t({ zh: '持卡人汇率', en: 'Offered at' }),
          number: true,
          cell: rateWithMarkup,
        },
        { key: 'state', title: t({ zh: '状态', en: 'State' }), cell: (rate) => <Validity rate={rate} /> },
        {
          key: 'until',
          title: t({ zh: '有效期', en: 'Valid' }),
          cell: ({ validFrom, validUntil }) => (
            <span class="two-lines">
              <span>{timeText(validFrom)} –</span> <span>{timeText(validUntil)}</span>
            </span>
          ),
        },
        {
          key: 'cards',
          title: t({ zh: '卡段', en: 'Cards' }),
          cell: ({ currency }) => <code>{cards(currency) || '–'}</code>,
        },
      ]}
    />
  )
}

function Validity({ rate: { validFrom, validUntil } }: { readonly rate: Rate }) {
  const now = new Date()
  const two = (value: number): string => String(value).padStart(2, '0')
  const digits = [
    String(now.getFullYear()),
    ...[now.getMonth() + 1, now.getDate(), now.getHours(), now.getMinutes(), now.getSeconds()].map(two),
  ].join('')
  if (digits < validFrom) return <Badge tone="warn">{t({ zh: '未生效', en: 'Not yet' })}</Badge>
  if (digits > validUntil) return <Badge tone="bad">{t({ zh: '已过期', en: 'Over' })}</Badge>
  return <Badge tone="good">{t({ zh: '有效', en: 'In force' })}</Badge>
}

interface FileDialogProps {
  readonly version: number
  readonly onClose: () => void
  readonly onDone: (saved: RatesSaved) => void
}

function FileDialog({ version, onClose, onDone }: FileDialogProps) {
  const text = useSignal('')
  const take = (file: File | undefined): void => {
    void file?.text().then((content) => {
      text.value = content
    })
  }
  return (
    <FormDialog
      wide
      title={t({ zh: '导入汇率文件', en: 'Import a file of rates' })}
      onClose={onClose}
      submit={{ zh: '导入', en: 'Import' }}
      onSubmit={async () => onDone(await post<RatesSaved>('/api/rates/file', { version, text: text.value }))}
    >
      <p>
        {t({
          zh: '文件替换全部汇率。每行：base,CNY；source,名称；rate,USD,0.140625,300,20260101000000,20261231235959；range,411111,USD。也可用 JSON。',
          en: 'The file takes the place of all rates. Lines: base,CNY; source,NAME; rate,USD,0.140625,300,20260101000000,20261231235959; range,411111,USD. JSON is taken too.',
        })}
      </p>
      <input
        type="file"
        accept=".csv,.json,.txt"
        aria-label={t({ zh: '选择文件', en: 'Choose a file' })}
        onChange={(event) => take(event.currentTarget.files?.[0])}
      />
      <TextAreaField
        label={t({ zh: '文件内容', en: 'Content of the file' })}
        value={text.value}
        onInput={(value) => {
          text.value = value
        }}
      />
    </FormDialog>
  )
}
