import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type {
  LoadOrder,
  LoadRunLine,
  LoadRunView,
  LoadSecondView,
} from '../../host/console/api-types/loads.ts'
import { Badge, type Tone } from '../components/badge.tsx'
import { Button } from '../components/button.tsx'
import { Card, Figure } from '../components/card.tsx'
import { Chart } from '../components/chart.tsx'
import { SelectField, TextAreaField, TextField } from '../components/field.tsx'
import { Problem } from '../components/problem.tsx'
import { Table } from '../components/table.tsx'
import { ask, post } from '../state/api.ts'
import { formatNumber, formatTime, type Text, t } from '../state/language.ts'
import { listen } from '../state/live.ts'
import { query, setQuery } from '../state/router.ts'
import { may } from '../state/session.ts'
import { sayProblem } from '../state/toasts.ts'
import { useData } from '../state/use-data.ts'

const STATUS: Readonly<Record<LoadRunLine['status'], readonly [Tone, Text]>> = {
  preparing: ['info', { zh: '准备终端', en: 'Preparing' }],
  running: ['info', { zh: '运行中', en: 'Running' }],
  good: ['good', { zh: '正常', en: 'Good' }],
  findings: ['bad', { zh: '有发现', en: 'Findings' }],
  stopped: ['quiet', { zh: '已停止', en: 'Stopped' }],
  failed: ['bad', { zh: '失败', en: 'Failed' }],
  interrupted: ['warn', { zh: '主机中途停止', en: 'Host ended' }],
}
const MIXES: Readonly<Record<LoadOrder['mix'], Text>> = {
  stripe: { zh: '磁条消费', en: 'Stripe sales' },
  chip: { zh: '芯片消费', en: 'Chip sales' },
  day: { zh: '营业日', en: 'A day' },
  own: { zh: '自定义（YAML）', en: 'Own (YAML)' },
}
const isUnderWay = ({ status }: LoadRunLine): boolean => status === 'running' || status === 'preparing'

/** Loads of this host, with plots that grow while one runs. */
export function LoadsPage() {
  const { data, problem, reload } = useData<readonly LoadRunLine[]>('/api/loads', ['load-run'])
  const shown = query.value.get('id') ?? data?.[0]?.id
  const mayRun = may(['technician', 'support', 'administrator'])
  return (
    <>
      {problem !== undefined && <Problem text={problem} onRetry={reload} />}
      {mayRun && <OrderCard isBusy={data?.some(isUnderWay) === true} />}
      {shown !== undefined && <RunCard key={shown} id={shown} mayRun={mayRun} />}
      <Card title={t({ zh: '历史', en: 'History' })} flush>
        <Table
          label={t({ zh: '历史', en: 'History' })}
          rows={data}
          keyOf={({ id }) => id}
          chosen={shown}
          onRow={({ id }) => setQuery({ id })}
          placeholders={3}
          empty={t({ zh: '还没有压测。', en: 'No load yet.' })}
          columns={[
            { key: 'at', title: t({ zh: '开始', en: 'Begun' }), cell: (run) => formatTime(run.startedAtMs) },
            { key: 'by', title: t({ zh: '谁', en: 'Who' }), cell: ({ by }) => <code>{by}</code> },
            { key: 'how', title: t({ zh: '方式', en: 'How' }), cell: ({ order }) => orderText(order) },
            {
              key: 'status',
              title: t({ zh: '结果', en: 'Result' }),
              cell: (run) => <StatusBadge run={run} />,
            },
            {
              key: 'rate',
              title: t({ zh: '应答/秒', en: 'Answered/s' }),
              number: true,
              cell: ({ figures }) => (figures === null ? '–' : formatNumber(figures.answeredPerSecond)),
            },
            {
              key: 'p99',
              title: 'p99 ms',
              number: true,
              cell: ({ figures }) => (figures === null ? '–' : formatNumber(figures.response.p99Ms, 1)),
            },
          ]}
        />
      </Card>
    </>
  )
}

function OrderCard({ isBusy }: { readonly isBusy: boolean }) {
  const values = useSignal({ terminals: '32', connections: '4', pace: '100', seconds: '20', warmup: '2' })
  const pacing = useSignal<'open' | 'closed'>('open')
  const mix = useSignal<LoadOrder['mix']>('stripe')
  const mixText = useSignal(
    'weights:\n  saleStripe: 4\n  balance: 1\namounts:\n  leastMinor: 100\n  mostMinor: 30000\n',
  )
  const start = (event: Event): void => {
    event.preventDefault()
    const { terminals, connections, pace, seconds, warmup } = values.value
    const order: LoadOrder = {
      terminals: Number(terminals),
      connections: Number(connections),
      pacing:
        pacing.value === 'open'
          ? { kind: 'open', ratePerSecond: Number(pace) }
          : { kind: 'closed', outstanding: Number(pace) },
      mix: mix.value,
      mixText: mix.value === 'own' ? mixText.value : null,
      seconds: Number(seconds),
      warmupSeconds: Number(warmup),
    }
    post<LoadRunLine>('/api/loads', order).then(({ id }) => setQuery({ id }), sayProblem)
  }
  const field = (key: keyof typeof values.value, label: Text) => (
    <TextField
      type="number"
      required
      label={t(label)}
      value={values.value[key]}
      onInput={(text) => (values.value = { ...values.value, [key]: text })}
    />
  )
  return (
    <Card title={t({ zh: '压测本主机', en: 'Load this host' })}>
      <form class="stack" onSubmit={start}>
        <div class="filters">
          <SelectField
            label={t({ zh: '方式', en: 'Pacing' })}
            value={pacing.value}
            options={[
              { value: 'open', text: t({ zh: '开环：固定到达率', en: 'Open loop: a rate' }) },
              { value: 'closed', text: t({ zh: '闭环：固定在途数', en: 'Closed loop: so many under way' }) },
            ]}
            onChange={(next) => {
              pacing.value = next
              values.value = { ...values.value, pace: next === 'open' ? '100' : '4' }
            }}
          />
          {pacing.value === 'open'
            ? field('pace', { zh: '每秒（≤ 5000）', en: 'A second (≤ 5000)' })
            : field('pace', { zh: '每连接在途（≤ 32）', en: 'On each line (≤ 32)' })}
          {field('terminals', { zh: '终端（≤ 200）', en: 'Terminals (≤ 200)' })}
          {field('connections', { zh: '连接（≤ 64）', en: 'Connections (≤ 64)' })}
          {field('seconds', { zh: '秒（≤ 600）', en: 'Seconds (≤ 600)' })}
          {field('warmup', { zh: '预热秒', en: 'Warm-up seconds' })}
          <SelectField
            label={t({ zh: '交易组合', en: 'Mix' })}
            value={mix.value}
            options={Object.entries(MIXES).map(([value, text]) => ({
              value: value as LoadOrder['mix'],
              text: t(text),
            }))}
            onChange={(next) => (mix.value = next)}
          />
        </div>
        {mix.value === 'own' && (
          <TextAreaField
            label={t({ zh: '交易组合（YAML）', en: 'Mix (YAML)' })}
            value={mixText.value}
            onInput={(text) => (mixText.value = text)}
          />
        )}
        <div class="row apart">
          <p class="notice">
            {t({
              zh: '注意：会注册虚拟终端和测试卡，并在本主机账上写入测试交易。',
              en: 'This registers virtual terminals and test cards, and writes test transactions into the books of this host.',
            })}
          </p>
          <Button type="submit" kind="primary" disabled={isBusy}>
            {t({ zh: '开始', en: 'Start' })}
          </Button>
        </div>
      </form>
    </Card>
  )
}

function RunCard({ id, mayRun }: { readonly id: string; readonly mayRun: boolean }) {
  const { data, problem, reload } = useData<LoadRunView>(`/api/loads/${id}`, ['load-run'])
  const fresh = useSignal<readonly LoadSecondView[]>([])
  useEffect(
    () =>
      listen('load-second', (said) => {
        const { id: of, second } = said as { readonly id: string; readonly second: LoadSecondView }
        if (of === id) fresh.value = [...fresh.value, second]
      }),
    [id],
  )
  const last = data?.series.at(-1)?.second ?? -1
  const series = [...(data?.series ?? []), ...fresh.value.filter(({ second }) => second > last)]
  const stop = (): void => void ask('DELETE', `/api/loads/${id}`).then(reload, sayProblem)
  return (
    <Card
      title={
        <span class="row">
          {t({ zh: '压测', en: 'Load' })} <code>{id}</code>
          {data !== undefined && <StatusBadge run={data} />}
        </span>
      }
      actions={
        <>
          {data?.hasReport === true && (
            <a class="button" href={`/api/loads/${id}/report`} target="_blank" rel="noreferrer">
              {t({ zh: '报告', en: 'Report' })}
            </a>
          )}
          {mayRun && data !== undefined && isUnderWay(data) && (
            <Button kind="danger" onClick={stop}>
              {t({ zh: '停止', en: 'Stop' })}
            </Button>
          )}
        </>
      }
    >
      <div class="stack">
        {problem !== undefined && <Problem text={problem} onRetry={reload} />}
        {data?.problem != null && <p class="problem">{data.problem}</p>}
        {data?.figures?.findings.map((finding) => (
          <p class="problem" key={finding}>
            {finding}
          </p>
        ))}
        <Figures last={series.at(-1)} run={data} />
        {data !== undefined && <Plots startedAtMs={data.startedAtMs} series={series} />}
      </div>
    </Card>
  )
}

function Figures({
  last,
  run,
}: {
  readonly last: LoadSecondView | undefined
  readonly run: LoadRunView | undefined
}) {
  const figures = run?.figures
  const show = (value: number | undefined, digits = 0): string =>
    value === undefined ? '–' : formatNumber(value, digits)
  const failed = figures?.failed ?? last?.failed
  return (
    <div class="grid figures">
      <Figure
        label={t({ zh: '应答/秒', en: 'Answered a second' })}
        value={show(figures?.answeredPerSecond ?? last?.answered)}
        note={`${t({ zh: '应到', en: 'offered' })} ${show(figures?.offeredPerSecond ?? last?.offered)}`}
      />
      <Figure label="p50 ms" value={show(figures?.response.p50Ms ?? last?.p50Ms, 1)} />
      <Figure label="p99 ms" value={show(figures?.response.p99Ms ?? last?.p99Ms, 1)} />
      <Figure label="p99.9 ms" value={show(figures?.response.p999Ms ?? last?.p999Ms, 1)} />
      <Figure
        label={t({ zh: '失败', en: 'Failed' })}
        value={show(failed)}
        note={faultsText(figures?.faults ?? last?.faults ?? {})}
      />
    </div>
  )
}

function Plots({
  startedAtMs,
  series,
}: {
  readonly startedAtMs: number
  readonly series: readonly LoadSecondView[]
}) {
  const times = series.map(({ second }) => Math.round(startedAtMs / 1000) + second)
  const of = (take: (second: LoadSecondView) => number) => series.map(take)
  const faults = [...new Set(series.flatMap((second) => Object.keys(second.faults)))]
  const perSecond = t({ zh: '每秒应到与应答', en: 'Offered and answered a second' })
  const latency = t({ zh: '响应时间（毫秒）', en: 'Response time (ms)' })
  const errors = t({ zh: '每秒失败', en: 'Failures a second' })
  return (
    <div class="grid two">
      <figure class="stack">
        <figcaption class="quiet">{perSecond}</figcaption>
        <Chart
          label={perSecond}
          times={times}
          lines={[
            { label: t({ zh: '应到', en: 'offered' }), colour: '--ink-3', values: of((s) => s.offered) },
            { label: t({ zh: '应答', en: 'answered' }), colour: '--accent', values: of((s) => s.answered) },
          ]}
        />
      </figure>
      <figure class="stack">
        <figcaption class="quiet">{latency}</figcaption>
        <Chart
          label={latency}
          times={times}
          lines={[
            { label: 'p50', colour: '--good', values: of((s) => s.p50Ms) },
            { label: 'p99', colour: '--accent', values: of((s) => s.p99Ms) },
            { label: 'p99.9', colour: '--bad', values: of((s) => s.p999Ms) },
          ]}
        />
      </figure>
      {faults.length > 0 && (
        <figure class="stack">
          <figcaption class="quiet">{errors}</figcaption>
          <Chart
            label={errors}
            times={times}
            lines={faults.map((fault, at) => ({
              label: fault,
              colour: ['--bad', '--warn', '--info', '--accent'][at % 4] ?? '--bad',
              values: of((second) => second.faults[fault] ?? 0),
            }))}
          />
        </figure>
      )}
    </div>
  )
}

function StatusBadge({ run: { status } }: { readonly run: LoadRunLine }) {
  const [tone, text] = STATUS[status]
  return <Badge tone={tone}>{t(text)}</Badge>
}

function orderText({ pacing, mix, seconds, connections }: LoadOrder): string {
  const how = pacing.kind === 'open' ? `${pacing.ratePerSecond}/s` : `${connections} × ${pacing.outstanding}`
  return `${t(MIXES[mix])} · ${how} · ${seconds} s`
}

function faultsText(faults: Readonly<Record<string, number>>): string {
  return Object.entries(faults)
    .filter(([, times]) => times > 0)
    .map(([fault, times]) => `${fault} ${times}`)
    .join(', ')
}
