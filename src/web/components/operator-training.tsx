import type { CommissioningView } from '../../host/console/api-types/commissioning.ts'
import { formatDateTime, t } from '../state/language.ts'
import { Badge } from './badge.tsx'
import { Table } from './table.tsx'

type Operator = CommissioningView['training'][number]

/** Who has practised what on this terminal; nothing before the first exercise came in. */
export function OperatorTraining({ operators }: { readonly operators: readonly Operator[] }) {
  if (operators.length === 0) return null
  return (
    <Table
      label={t({ zh: '操作员培训', en: 'Training of operators' })}
      rows={operators}
      keyOf={({ operator }) => operator}
      empty=""
      columns={[
        {
          key: 'operator',
          title: t({ zh: '操作员', en: 'Operator' }),
          cell: ({ operator }) => <code>{operator}</code>,
        },
        { key: 'done', title: t({ zh: '结果', en: 'Result' }), cell: (operator) => <Score {...operator} /> },
        {
          key: 'exercises',
          title: t({ zh: '练习', en: 'Exercises' }),
          cell: ({ exercises }) => (
            <ul class="row plain-list">
              {exercises.map(({ exercise, title, atMs }) => (
                <li key={exercise} title={atMs === null ? undefined : formatDateTime(atMs)}>
                  <Badge tone={atMs === null ? 'quiet' : 'good'}>
                    {atMs === null ? '○' : '✓'} {t(title)}
                  </Badge>
                </li>
              ))}
            </ul>
          ),
        },
      ]}
    />
  )
}

function Score({ isDone, exercises }: Operator) {
  const done = exercises.filter(({ atMs }) => atMs !== null).length
  return (
    <span class="row">
      <Badge tone={isDone ? 'good' : 'warn'}>
        {isDone ? t({ zh: '合格', en: 'Trained' }) : t({ zh: '未完', en: 'Not yet' })}
      </Badge>
      {done} / {exercises.length}
    </span>
  )
}
