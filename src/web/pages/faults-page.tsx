import { useSignal } from '@preact/signals'
import type {
  FaultBehaviourView,
  FaultList,
  FaultOrder,
  FaultView,
} from '../../host/console/api-types/faults.ts'
import { Badge } from '../components/badge.tsx'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { SelectField, TextField } from '../components/field.tsx'
import { Problem } from '../components/problem.tsx'
import { Table } from '../components/table.tsx'
import { ask, put } from '../state/api.ts'
import { formatTime, type Text, t } from '../state/language.ts'
import { may } from '../state/session.ts'
import { sayProblem } from '../state/toasts.ts'
import { useData } from '../state/use-data.ts'

type Kind = FaultBehaviourView['kind']

const KINDS: Readonly<Record<Kind, Text>> = {
  respond: { zh: '返回指定应答码', en: 'Answers with a code' },
  delay: { zh: '延迟应答', en: 'Answers late' },
  ignore: { zh: '不处理，不应答', en: 'Does nothing, answers nothing' },
  loseReply: { zh: '已入账，应答丢失', en: 'Does it, loses the reply' },
  replyTwice: { zh: '应答发送两次', en: 'Answers twice' },
  wrongMac: { zh: '应答 MAC 错误', en: 'Answers with a wrong MAC' },
  disconnect: { zh: '不处理，断开连接', en: 'Does nothing, drops the line' },
  disconnectAfter: { zh: '已入账，随后断开连接', en: 'Does it, drops the line' },
  wrongStan: { zh: '应答流水号错误', en: 'Answers with another trace number' },
  wrongAmount: { zh: '应答金额错误', en: 'Answers with another amount' },
  wrongArpc: { zh: '应答 ARPC 错误', en: 'Answers with a wrong ARPC' },
  sendScript: { zh: '应答带发卡行脚本', en: 'Sends an issuer script' },
  approvePartially: { zh: '部分承兑', en: 'Approves a part' },
}
const NUMBER_FIELDS: Readonly<Partial<Record<Kind, { readonly label: Text; readonly first: string }>>> = {
  respond: { label: { zh: '应答码', en: 'Response code' }, first: '91' },
  delay: { label: { zh: '延迟（毫秒）', en: 'Delay (ms)' }, first: '3000' },
  approvePartially: { label: { zh: '百分比', en: 'Per cent' }, first: '50' },
}

/** What the host does wrong on purpose, to all terminals or to one, switched on and off while it runs. */
export function FaultsPage() {
  const { data, problem, reload } = useData<FaultList>('/api/faults', ['faults'])
  const maySwitch = may(['technician', 'support', 'administrator'])
  return (
    <>
      {problem !== undefined && <Problem text={problem} onRetry={reload} />}
      {data !== undefined && !data.canSwitch && (
        <p class="notice">
          {t({
            zh: '此处不能制造故障：主机以 --no-test-behaviour 启动，或多台主机共用此控制台。',
            en: 'No faults can be made here: the host was started with --no-test-behaviour, or this console serves several hosts.',
          })}
        </p>
      )}
      {maySwitch && data?.canSwitch === true && <SwitchCard onDone={reload} />}
      <Card title={t({ zh: '已打开的故障', en: 'Faults that are on' })} flush>
        <Table
          label={t({ zh: '已打开的故障', en: 'Faults that are on' })}
          rows={data?.faults}
          keyOf={({ tid }) => tid ?? 'all'}
          placeholders={2}
          empty={t({
            zh: '没有故障：主机正常应答。',
            en: 'None: the host answers as it should.',
          })}
          columns={[
            { key: 'tid', title: t({ zh: '终端', en: 'Terminal' }), cell: ({ tid }) => scopeText(tid) },
            {
              key: 'what',
              title: t({ zh: '行为', en: 'What it does' }),
              cell: ({ behaviour }) => <Badge tone="warn">{faultText(behaviour)}</Badge>,
            },
            {
              key: 'left',
              title: t({ zh: '剩余次数', en: 'Times left' }),
              number: true,
              cell: ({ timesLeft }) => timesLeft ?? t({ zh: '直到关闭', en: 'until off' }),
            },
            {
              key: 'acted',
              title: t({ zh: '已生效', en: 'Acted' }),
              number: true,
              cell: ({ actedTimes }) => actedTimes,
            },
            { key: 'by', title: t({ zh: '谁', en: 'Who' }), cell: ({ by }) => <code>{by}</code> },
            { key: 'since', title: t({ zh: '自', en: 'Since' }), cell: ({ sinceMs }) => formatTime(sinceMs) },
            {
              key: 'off',
              title: '',
              cell: (fault) => maySwitch && <OffButton fault={fault} onDone={reload} />,
            },
          ]}
        />
      </Card>
    </>
  )
}

function SwitchCard({ onDone }: { readonly onDone: () => void }) {
  const kind = useSignal<Kind>('respond')
  const value = useSignal(NUMBER_FIELDS.respond?.first ?? '')
  const tid = useSignal('')
  const times = useSignal('1')
  const numberField = NUMBER_FIELDS[kind.value]
  const turnOn = (event: Event): void => {
    event.preventDefault()
    const order: FaultOrder = {
      tid: tid.value.trim() === '' ? null : tid.value.trim(),
      behaviour: behaviourOf(kind.value, value.value),
      times: times.value === '' ? null : Number(times.value),
    }
    put('/api/faults', order).then(onDone, sayProblem)
  }
  return (
    <Card title={t({ zh: '打开故障', en: 'Switch a fault on' })}>
      <form class="stack" onSubmit={turnOn}>
        <div class="filters">
          <SelectField
            label={t({ zh: '行为', en: 'What the host does' })}
            value={kind.value}
            options={(Object.keys(KINDS) as Kind[]).map((each) => ({ value: each, text: t(KINDS[each]) }))}
            onChange={(next) => {
              kind.value = next
              value.value = NUMBER_FIELDS[next]?.first ?? ''
            }}
          />
          {numberField !== undefined && (
            <TextField
              label={t(numberField.label)}
              value={value.value}
              maxLength={6}
              required
              onInput={(text) => (value.value = text)}
            />
          )}
          <TextField
            label={t({ zh: '终端号（空：全部）', en: 'Terminal (empty: all)' })}
            value={tid.value}
            maxLength={8}
            onInput={(text) => (tid.value = text)}
          />
          <TextField
            label={t({ zh: '次数（空：直到关闭）', en: 'Times (empty: until off)' })}
            type="number"
            value={times.value}
            onInput={(text) => (times.value = text)}
          />
        </div>
        <div class="row apart">
          <p class="quiet">
            {t({
              zh: '作用于消费、退货、余额查询和预授权；撤销与冲正照常，主机重启后关闭。每次开关都记入审计日志。',
              en: 'Acts on sales, refunds, balances and pre-authorisations; voids and reversals go on as always. Off at a restart, and in the audit log.',
            })}
          </p>
          <Button type="submit" kind="danger">
            {t({ zh: '打开', en: 'Switch on' })}
          </Button>
        </div>
      </form>
    </Card>
  )
}

function OffButton({ fault: { tid }, onDone }: { readonly fault: FaultView; readonly onDone: () => void }) {
  return (
    <Button onClick={() => void ask('DELETE', `/api/faults/${tid ?? 'all'}`).then(onDone, sayProblem)}>
      {t({ zh: '关闭', en: 'Switch off' })}
    </Button>
  )
}

function behaviourOf(kind: Kind, value: string): FaultBehaviourView {
  if (kind === 'respond') return { kind, responseCode: value.trim().toUpperCase() }
  if (kind === 'delay') return { kind, delayMs: Number(value) }
  if (kind === 'approvePartially') return { kind, percent: Number(value) }
  return { kind }
}

function faultText(behaviour: FaultBehaviourView): string {
  const text = t(KINDS[behaviour.kind])
  if (behaviour.kind === 'respond') return `${text}: ${behaviour.responseCode}`
  if (behaviour.kind === 'delay') return `${text}: ${behaviour.delayMs} ms`
  if (behaviour.kind === 'approvePartially') return `${text}: ${behaviour.percent} %`
  return text
}

function scopeText(tid: string | null) {
  return tid === null ? t({ zh: '全部', en: 'All' }) : <code>{tid}</code>
}
