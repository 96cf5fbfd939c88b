import type { DueTaskView } from '../../host/console/api-types/care.ts'
import { Badge } from '../components/badge.tsx'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { SelectField } from '../components/field.tsx'
import { Problem } from '../components/problem.tsx'
import { Table } from '../components/table.tsx'
import { post } from '../state/api.ts'
import { formatDateTime, type Text, t } from '../state/language.ts'
import { go, query, setQuery } from '../state/router.ts'
import { may } from '../state/session.ts'
import { say, sayProblem } from '../state/toasts.ts'
import { useData } from '../state/use-data.ts'

const KINDS: { readonly [kind in DueTaskView['kind']]: Text } = {
  softwareCheck: { zh: '软件检查', en: 'Software check' },
  hardwareCheck: { zh: '硬件检查', en: 'Hardware check' },
  backup: { zh: '备份', en: 'Backup' },
  cleaning: { zh: '清洁', en: 'Cleaning' },
  battery: { zh: '电池', en: 'Battery' },
  paper: { zh: '纸卷', en: 'Paper' },
  restoreDrill: { zh: '恢复演练', en: 'Restore drill' },
  retention: { zh: '数据保留', en: 'Retention' },
}

/** What is due at each terminal. */
export function MaintenancePage() {
  const overdue = query.value.get('overdue') === 'only' ? 'only' : 'all'
  const { data, problem, reload } = useData<{
    readonly tasks: readonly DueTaskView[]
    readonly overdue: number
  }>(`/api/maintenance/tasks?overdue=${overdue}`, ['maintenance'])
  const acts = may(['technician', 'support', 'administrator'])
  return (
    <>
      {problem !== undefined && <Problem text={problem} onRetry={reload} />}
      <Card
        flush
        title={t({
          zh: `维护计划（逾期 ${data?.overdue ?? 0}）`,
          en: `Maintenance plan (${data?.overdue ?? 0} overdue)`,
        })}
      >
        <div class="filters padded">
          <SelectField
            label={t({ zh: '显示', en: 'Show' })}
            value={overdue}
            onChange={(next) => setQuery({ overdue: next })}
            options={[
              { value: 'all', text: t({ zh: '全部', en: 'All' }) },
              { value: 'only', text: t({ zh: '仅逾期', en: 'Overdue only' }) },
            ]}
          />
        </div>
        <Table
          label={t({ zh: '任务', en: 'Tasks' })}
          rows={data?.tasks}
          keyOf={({ tid, kind }) => `${tid} ${kind}`}
          empty={t({ zh: '没有到期任务。', en: 'Nothing is due.' })}
          columns={[
            {
              key: 'tid',
              title: t({ zh: '终端', en: 'Terminal' }),
              cell: ({ tid }) => (tid === 'host' ? t({ zh: '主机', en: 'The host' }) : <code>{tid}</code>),
            },
            { key: 'kind', title: t({ zh: '任务', en: 'Task' }), cell: ({ kind }) => t(KINDS[kind]) },
            { key: 'due', title: t({ zh: '到期', en: 'Due' }), cell: (task) => <Due task={task} /> },
            {
              key: 'done',
              title: t({ zh: '上次', en: 'Last done' }),
              cell: ({ doneAtMs }) => (doneAtMs === null ? '–' : formatDateTime(doneAtMs)),
            },
            {
              key: 'acts',
              title: t({ zh: '处理', en: 'What to do' }),
              cell: (task) => (acts ? <Deeds task={task} onDone={reload} /> : ''),
            },
          ]}
        />
      </Card>
    </>
  )
}

function Due({ task: { dueAtMs, isOverdue, wasBad } }: { readonly task: DueTaskView }) {
  return (
    <span class="row">
      {formatDateTime(dueAtMs)}
      {wasBad && <Badge tone="bad">{t({ zh: '有故障', en: 'Found a fault' })}</Badge>}
      {isOverdue && !wasBad && <Badge tone="warn">{t({ zh: '逾期', en: 'Overdue' })}</Badge>}
    </span>
  )
}

function Deeds({ task: { tid, kind }, onDone }: { readonly task: DueTaskView; readonly onDone: () => void }) {
  const path = `/api/maintenance/terminals/${tid}`
  const done = (): void => {
    post(`${path}/evidence`, { kind, isGood: true }).then(onDone, sayProblem)
  }
  const check = (): void => {
    post(`${path}/self-check`).then(
      () =>
        say({
          zh: '终端下次交易后自检并上报。',
          en: 'The terminal checks itself after its next transaction.',
        }),
      sayProblem,
    )
  }
  return (
    <span class="row">
      <Button onClick={done}>{t({ zh: '已完成', en: 'Done' })}</Button>
      {kind === 'retention' && (
        <Button onClick={() => go('/retention')}>{t({ zh: '打开', en: 'Open' })}</Button>
      )}
      {(kind === 'hardwareCheck' || kind === 'softwareCheck') && (
        <Button onClick={check}>{t({ zh: '远程自检', en: 'Check from afar' })}</Button>
      )}
    </span>
  )
}
