import { useSignal } from '@preact/signals'
import type { RuleView } from '../../host/console/api-types/care.ts'
import { ask, put } from '../state/api.ts'
import { t } from '../state/language.ts'
import { may } from '../state/session.ts'
import { say, sayProblem } from '../state/toasts.ts'
import { useData } from '../state/use-data.ts'
import { Badge } from './badge.tsx'
import { Button } from './button.tsx'
import { Card } from './card.tsx'
import { Problem } from './problem.tsx'
import { RuleDialog } from './rule-dialog.tsx'
import { ruleValueText } from './rule-value.ts'
import { Table } from './table.tsx'

/** From when on something is an alarm; administrators change it. */
export function AlarmRulesCard() {
  const { data, problem, reload } = useData<{ readonly rules: readonly RuleView[] }>('/api/alarm-rules', [
    'alarms',
  ])
  const edited = useSignal<RuleView | 'new' | undefined>(undefined)
  const acts = may(['administrator'])
  return (
    <>
      {problem !== undefined && <Problem text={problem} onRetry={reload} />}
      <Card
        flush
        title={t({ zh: '告警规则', en: 'Alarm rules' })}
        actions={
          acts && (
            <Button onClick={() => (edited.value = 'new')}>{t({ zh: '新增规则', en: 'Add a rule' })}</Button>
          )
        }
      >
        <Table
          label={t({ zh: '告警规则', en: 'Alarm rules' })}
          rows={data?.rules}
          keyOf={({ kind, subject }) => `${kind} ${subject}`}
          empty=""
          columns={[
            { key: 'name', title: t({ zh: '告警', en: 'Alarm' }), cell: ({ name }) => t(name) },
            { key: 'subject', title: t({ zh: '对象', en: 'Watches' }), cell: subjectText },
            {
              key: 'raise',
              title: t({ zh: '告警', en: 'Raised' }),
              number: true,
              cell: ({ raiseAt, unit, bad }) => thresholdText(raiseAt, unit, bad === 'above' ? '>' : '<'),
            },
            {
              key: 'clear',
              title: t({ zh: '解除', en: 'Cleared' }),
              number: true,
              cell: ({ clearAt, unit, bad }) => thresholdText(clearAt, unit, bad === 'above' ? '≤' : '≥'),
            },
            {
              key: 'count',
              title: t({ zh: '最少笔数', en: 'Least count' }),
              number: true,
              cell: ({ countMin }) => countMin || '–',
            },
            { key: 'state', title: t({ zh: '状态', en: 'State' }), cell: (rule) => <State rule={rule} /> },
            {
              key: 'acts',
              title: t({ zh: '处理', en: 'What to do' }),
              cell: (rule) =>
                acts ? <Deeds rule={rule} onEdit={() => (edited.value = rule)} onDone={reload} /> : '',
            },
          ]}
        />
      </Card>
      {edited.value !== undefined && (
        <RuleDialog
          general={(data?.rules ?? []).filter(({ subject }) => subject === '')}
          rule={edited.value === 'new' ? undefined : edited.value}
          onClose={() => (edited.value = undefined)}
          onDone={() => {
            edited.value = undefined
            reload()
          }}
        />
      )}
    </>
  )
}

function subjectText({ kind, subject, scope }: RuleView) {
  if (subject === 'estate') return t({ zh: '全网', en: 'The estate' })
  if (subject !== '') return <code>{subject}</code>
  // Of single terminals only by a rule of their own.
  if (scope === 'estate' || kind === 'latencyP95') return t({ zh: '全网', en: 'The estate' })
  if (scope === 'terminal') return t({ zh: '每台终端', en: 'Each terminal' })
  return t({ zh: '全网及每台终端', en: 'The estate, each terminal' })
}

function thresholdText(value: number, unit: RuleView['unit'], sign: string): string {
  return unit === 'flag' ? '–' : `${sign} ${ruleValueText(value, unit)}`
}

function State({ rule: { enabled, severity } }: { readonly rule: RuleView }) {
  if (!enabled) return <Badge>{t({ zh: '已关闭', en: 'Off' })}</Badge>
  return severity === 'critical' ? (
    <Badge tone="bad">{t({ zh: '严重', en: 'Critical' })}</Badge>
  ) : (
    <Badge tone="warn">{t({ zh: '警告', en: 'Warning' })}</Badge>
  )
}

interface DeedsProps {
  readonly rule: RuleView
  readonly onEdit: () => void
  readonly onDone: () => void
}

function Deeds({ rule, onEdit, onDone }: DeedsProps) {
  const { kind, subject, enabled, raiseAt, clearAt, countMin, severity, version } = rule
  const path = `/api/alarm-rules/${kind}${subject === '' ? '' : `/${subject}`}`
  const flip = (): void => {
    put(path, { enabled: !enabled, raiseAt, clearAt, countMin, severity, version })
      .catch(sayProblem)
      .finally(onDone)
  }
  const remove = (): void => {
    ask('DELETE', path, { version })
      .then(
        () => say({ zh: '已删除，通用规则重新生效。', en: 'Removed: the general rule holds again.' }),
        sayProblem,
      )
      .finally(onDone)
  }
  return (
    <span class="row">
      <Button onClick={onEdit}>{t({ zh: '修改', en: 'Change' })}</Button>
      <Button onClick={flip}>{enabled ? t({ zh: '关闭', en: 'Off' }) : t({ zh: '启用', en: 'On' })}</Button>
      {subject !== '' && <Button onClick={remove}>{t({ zh: '删除', en: 'Remove' })}</Button>}
    </span>
  )
}
