import { useSignal } from '@preact/signals'
import type { RolloutChange, RolloutView } from '../../host/console/api-types/software.ts'
import { put } from '../state/api.ts'
import { formatDateTime, type Text, t } from '../state/language.ts'
import { sayProblem } from '../state/toasts.ts'
import { Badge, type Tone } from './badge.tsx'
import { Button } from './button.tsx'
import { WidenDialog } from './rollout-dialogs.tsx'
import { Table } from './table.tsx'

interface RolloutTableProps {
  readonly rollouts: readonly RolloutView[] | undefined
  readonly mayChange: boolean
  readonly onDone: () => void
}

/** Roll-outs, newest first, with how far they are. */
export function RolloutTable({ rollouts, mayChange, onDone }: RolloutTableProps) {
  const widening = useSignal<RolloutView | undefined>(undefined)
  return (
    <>
      <Table
        label={t({ zh: '发布', en: 'Roll-outs' })}
        rows={rollouts}
        keyOf={({ id }) => id}
        placeholders={2}
        empty={t({ zh: '还没有发布。', en: 'Nothing was rolled out yet.' })}
        columns={[
          {
            key: 'package',
            title: t({ zh: '软件包', en: 'Package' }),
            cell: ({ name, packageVersion }) => (
              <>
                {name} <code>{packageVersion}</code>
              </>
            ),
          },
          {
            key: 'state',
            title: t({ zh: '状态', en: 'State' }),
            cell: (rollout) => <StateBadge rollout={rollout} />,
          },
          {
            key: 'percent',
            title: t({ zh: '比例', en: 'Share' }),
            number: true,
            cell: ({ percent }) => `${percent} %`,
          },
          {
            key: 'progress',
            title: t({ zh: '进度', en: 'Progress' }),
            cell: ({ counts }) => <Progress counts={counts} />,
          },
          {
            key: 'by',
            title: t({ zh: '发起', en: 'Started' }),
            cell: ({ startedBy, startedAtMs }) => `${startedBy}, ${formatDateTime(startedAtMs)}`,
          },
          {
            key: 'deeds',
            title: '',
            cell: (rollout) =>
              mayChange &&
              rollout.state !== 'stopped' && (
                <Deeds rollout={rollout} onWiden={() => (widening.value = rollout)} onDone={onDone} />
              ),
          },
        ]}
      />
      {widening.value !== undefined && (
        <WidenDialog
          rollout={widening.value}
          onClose={() => {
            widening.value = undefined
            onDone()
          }}
        />
      )}
    </>
  )
}

const STATES: { readonly [state in RolloutView['state']]: readonly [tone: Tone, text: Text] } = {
  running: ['good', { zh: '进行中', en: 'running' }],
  paused: ['warn', { zh: '已暂停', en: 'paused' }],
  stopped: ['quiet', { zh: '已停止', en: 'stopped' }],
}

function StateBadge({ rollout: { state, reason } }: { readonly rollout: RolloutView }) {
  if (reason === 'failures')
    return (
      <Badge tone="bad">{t({ zh: '失败过多，自动停止', en: 'stopped itself: too many failures' })}</Badge>
    )
  const [tone, text] = STATES[state]
  return <Badge tone={tone}>{t(text)}</Badge>
}

function Progress({ counts: { targets, loading, loaded, active, failed } }: Pick<RolloutView, 'counts'>) {
  const text = t({
    zh: `${active}/${targets} 运行中，${loaded} 待证实，${loading} 下载中，${failed} 失败`,
    en: `${active} of ${targets} active, ${loaded} loaded, ${loading} loading, ${failed} failed`,
  })
  return (
    <div class="stack">
      <progress class="progress" max={Math.max(1, targets)} value={active} aria-label={text} />
      <span class="quiet">{text}</span>
    </div>
  )
}

function Deeds({
  rollout: { id, version, state },
  onWiden,
  onDone,
}: {
  readonly rollout: RolloutView
  readonly onWiden: () => void
  readonly onDone: () => void
}) {
  const change = (next: RolloutChange['state']): void => {
    put(`/api/software/rollouts/${id}`, { version, state: next }).then(onDone, (error) => {
      sayProblem(error)
      onDone()
    })
  }
  return (
    <span class="row">
      <Button onClick={onWiden}>{t({ zh: '扩大', en: 'Widen' })}</Button>
      {state === 'running' ? (
        <Button onClick={() => change('paused')}>{t({ zh: '暂停', en: 'Pause' })}</Button>
      ) : (
        <Button onClick={() => change('running')}>{t({ zh: '继续', en: 'Resume' })}</Button>
      )}
      <Button kind="danger" onClick={() => change('stopped')}>
        {t({ zh: '停止', en: 'Stop' })}
      </Button>
    </span>
  )
}
