import type { AlarmView } from '../../host/console/api-types/care.ts'
import { AlarmRulesCard } from '../components/alarm-rules-card.tsx'
import { Badge } from '../components/badge.tsx'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { SelectField } from '../components/field.tsx'
import { Problem } from '../components/problem.tsx'
import { ruleValueText } from '../components/rule-value.ts'
import { Table } from '../components/table.tsx'
import { post, put } from '../state/api.ts'
import { formatDateTime, t } from '../state/language.ts'
import { go, query, setQuery } from '../state/router.ts'
import { may } from '../state/session.ts'
import { say, sayProblem } from '../state/toasts.ts'
import { useData } from '../state/use-data.ts'

/** What is wrong now, who has seen it, and what was wrong. */
export function AlarmsPage() {
  const state = query.value.get('state') === 'all' ? 'all' : 'up'
  const { data, problem, reload } = useData<{ readonly alarms: readonly AlarmView[] }>(
    `/api/alarms?state=${state}`,
    ['alarms'],
  )
  const acts = may(['technician', 'support', 'administrator'])
  return (
    <>
      {problem !== undefined && <Problem text={problem} onRetry={reload} />}
      <Card flush title={t({ zh: '告警', en: 'Alarms' })}>
        <div class="filters padded">
          <SelectField
            label={t({ zh: '显示', en: 'Show' })}
            value={state}
            onChange={(next) => setQuery({ state: next })}
            options={[
              { value: 'up', text: t({ zh: '当前告警', en: 'Those that are up' }) },
              { value: 'all', text: t({ zh: '全部', en: 'All' }) },
            ]}
          />
        </div>
        <Table
          label={t({ zh: '告警', en: 'Alarms' })}
          rows={data?.alarms}
          keyOf={({ number }) => number}
          empty={t({ zh: '没有告警。', en: 'Nothing is wrong.' })}
          columns={[
            { key: 'state', title: t({ zh: '状态', en: 'State' }), cell: (alarm) => <State alarm={alarm} /> },
            { key: 'name', title: t({ zh: '告警', en: 'Alarm' }), cell: ({ name }) => t(name) },
            {
              key: 'subject',
              title: t({ zh: '对象', en: 'Of' }),
              cell: ({ subject }) => <code>{subject}</code>,
            },
            {
              key: 'value',
              title: t({ zh: '现值 / 最差', en: 'Now / worst' }),
              number: true,
              cell: valueText,
            },
            {
              key: 'raised',
              title: t({ zh: '发生', en: 'Since' }),
              cell: ({ raisedAtMs }) => formatDateTime(raisedAtMs),
            },
            {
              key: 'acts',
              title: t({ zh: '处理', en: 'What to do' }),
              cell: (alarm) => <Deeds alarm={alarm} acts={acts} onDone={reload} />,
            },
          ]}
        />
      </Card>
      <AlarmRulesCard />
    </>
  )
}

function State({ alarm }: { readonly alarm: AlarmView }) {
  if (alarm.clearedAtMs !== null) return <Badge tone="good">{t({ zh: '已解除', en: 'Cleared' })}</Badge>
  const tone = alarm.severity === 'critical' ? 'bad' : 'warn'
  if (alarm.acknowledgedBy !== '')
    return (
      <Badge tone={tone}>
        {t({ zh: '已知悉', en: 'Seen by' })} {alarm.acknowledgedBy}
      </Badge>
    )
  return (
    <Badge tone={tone}>
      {alarm.severity === 'critical' ? t({ zh: '严重', en: 'Critical' }) : t({ zh: '警告', en: 'Warning' })}
    </Badge>
  )
}

interface DeedsProps {
  readonly alarm: AlarmView
  readonly acts: boolean
  readonly onDone: () => void
}

function Deeds({ alarm, acts, onDone }: DeedsProps) {
  const { number, version, knowledgeKey } = alarm
  const acknowledge = (): void => {
    put(`/api/alarms/${number}/acknowledgement`, { version }).then(onDone, sayProblem)
  }
  const openTicket = (): void => {
    post(`/api/alarms/${number}/ticket`).then(() => {
      say({ zh: '已建故障单。', en: 'There is a ticket.' })
      go('/tickets')
    }, sayProblem)
  }
  return (
    <span class="row">
      <Button onClick={() => go(`/knowledge?q=${knowledgeKey}`)}>{t({ zh: '说明', en: 'Explain' })}</Button>
      {acts && alarm.clearedAtMs === null && alarm.acknowledgedBy === '' && (
        <Button onClick={acknowledge}>{t({ zh: '知悉', en: 'Seen' })}</Button>
      )}
      {acts && <Button onClick={openTicket}>{t({ zh: '建故障单', en: 'Ticket' })}</Button>}
    </span>
  )
}

function valueText({ value, worst, unit }: AlarmView): string {
  return unit === 'flag' ? '' : `${ruleValueText(value, unit)} / ${ruleValueText(worst, unit)}`
}
