import { useSignal } from '@preact/signals'
import type {
  ArchiveVerdictView,
  RetentionPolicyView,
  RetentionView,
} from '../../host/console/api-types/retention.ts'
import { Badge } from '../components/badge.tsx'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { FormDialog } from '../components/dialog.tsx'
import { TextField } from '../components/field.tsx'
import { Problem } from '../components/problem.tsx'
import { Table } from '../components/table.tsx'
import { ApiProblem, post, put } from '../state/api.ts'
import { formatDateTime, formatNumber, t } from '../state/language.ts'
import { may } from '../state/session.ts'
import { say, sayProblem } from '../state/toasts.ts'
import { useData } from '../state/use-data.ts'

const MEBIBYTE = 1024 * 1024

/** What is kept how long, what may go now, and where what went is. */
export function RetentionPage() {
  const { data, problem, reload } = useData<RetentionView>('/api/retention', ['maintenance'])
  return (
    <>
      {problem !== undefined && <Problem text={problem} onRetry={reload} />}
      <div class="grid two">
        <PolicyCard data={data} onDone={reload} />
        <PlanCard data={data} onDone={reload} />
      </div>
      <ArchivesCard data={data} />
    </>
  )
}

interface PartProps {
  readonly data: RetentionView | undefined
  readonly onDone: () => void
}

function PolicyCard({ data, onDone }: PartProps) {
  const editing = useSignal(false)
  return (
    <Card
      flush
      title={t({ zh: '保留多久', en: 'How long it is kept' })}
      actions={
        may(['administrator']) && (
          <Button disabled={data === undefined} onClick={() => (editing.value = true)}>
            {t({ zh: '修改', en: 'Change' })}
          </Button>
        )
      }
    >
      <Table
        label={t({ zh: '保留多久', en: 'How long it is kept' })}
        rows={data?.kinds}
        keyOf={({ kind }) => kind}
        placeholders={5}
        empty=""
        columns={[
          { key: 'name', title: t({ zh: '数据', en: 'What' }), cell: ({ name }) => t(name) },
          {
            key: 'days',
            title: t({ zh: '天数', en: 'Days' }),
            number: true,
            cell: ({ kind }) => {
              const days = data?.policy.days[kind] ?? 0
              return days === 0 ? t({ zh: '永久', en: 'For ever' }) : formatNumber(days)
            },
          },
        ]}
      />
      {editing.value && data !== undefined && (
        <PolicyDialog
          data={data}
          onClose={() => (editing.value = false)}
          onDone={() => {
            editing.value = false
            onDone()
          }}
        />
      )}
    </Card>
  )
}

interface PolicyDialogProps {
  readonly data: RetentionView
  readonly onClose: () => void
  readonly onDone: () => void
}

function PolicyDialog({ data: { kinds, policy }, onClose, onDone }: PolicyDialogProps) {
  const texts = useSignal(Object.fromEntries(kinds.map(({ kind }) => [kind, String(policy.days[kind])])))
  const version = useSignal(policy.version)
  const save = async (): Promise<void> => {
    const days = Object.fromEntries(kinds.map(({ kind }) => [kind, Number(texts.value[kind])]))
    try {
      await put('/api/retention/policy', { days, version: version.value })
    } catch (error) {
      if (error instanceof ApiProblem && error.kind === 'changedMeanwhile')
        version.value = (error.detail as { readonly present: RetentionPolicyView }).present.version
      throw error
    }
    say({ zh: '已保存。', en: 'Saved.' })
    onDone()
  }
  return (
    <FormDialog
      title={t({ zh: '保留多久', en: 'How long it is kept' })}
      submit={{ zh: '保存', en: 'Save' }}
      onClose={onClose}
      onSubmit={save}
    >
      {kinds.map(({ kind, name, least }) => (
        <TextField
          key={kind}
          label={t(name)}
          inputMode="numeric"
          value={texts.value[kind] ?? ''}
          onInput={(text) => (texts.value = { ...texts.value, [kind]: text })}
          hint={t({ zh: `天；0 为永久，至少 ${least}`, en: `days; 0 for ever, ${least} at least` })}
        />
      ))}
    </FormDialog>
  )
}

function PlanCard({ data, onDone }: PartProps) {
  const asking = useSignal(false)
  const plan = data?.plan
  const space = plan?.space
  const run = async (): Promise<void> => {
    const { archive } = await post<{ readonly archive: { readonly name: string } | null }>(
      '/api/retention/runs',
    )
    asking.value = false
    if (archive === null) say({ zh: '没有到期的数据。', en: 'Nothing is old enough.' })
    else say({ zh: `已归档：${archive.name}`, en: `It went into ${archive.name}` })
    onDone()
  }
  return (
    <Card
      title={t({ zh: '现在可归档', en: 'What may go now' })}
      actions={
        may(['administrator']) && (
          <Button disabled={plan === undefined || plan.total === 0} onClick={() => (asking.value = true)}>
            {t({ zh: '归档并清理', en: 'Archive it' })}
          </Button>
        )
      }
    >
      <dl class="pairs">
        {Object.entries(plan?.counts ?? {}).map(([table, count]) => (
          <>
            <dt>
              <code>{table}</code>
            </dt>
            <dd>{formatNumber(count)}</dd>
          </>
        ))}
        <dt>{t({ zh: '共计行数', en: 'Rows in all' })}</dt>
        <dd>{plan === undefined ? '…' : formatNumber(plan.total)}</dd>
        {plan !== undefined && space === undefined ? undefined : (
          <>
            <dt>{t({ zh: '记录文件', en: 'File of the records' })}</dt>
            <dd>
              {space === undefined
                ? '…'
                : t({
                    zh: `${mebibytes(space.fileBytes)} MiB，其中空闲 ${mebibytes(space.freeBytes)}`,
                    en: `${mebibytes(space.fileBytes)} MiB, ${mebibytes(space.freeBytes)} of it free`,
                  })}
            </dd>
          </>
        )}
      </dl>
      {(plan?.stays ?? []).map(({ tid, fromDay }) => (
        <p key={tid} class="notice">
          {t({
            zh: `${tid} 有未关闭的故障单：${fromDay} 起的数据保留。`,
            en: `${tid} has an open ticket: what is from ${fromDay} on stays.`,
          })}
        </p>
      ))}
      {asking.value && (
        <FormDialog
          title={t({ zh: '归档并清理', en: 'Archive it' })}
          submit={{ zh: '归档', en: 'Archive' }}
          danger
          onClose={() => (asking.value = false)}
          onSubmit={run}
        >
          <p>
            {t({
              zh: '数据先写入加密归档并回读核对，再从账本移出；余额不变。空间由停机时的 tillwire host retention run 归还磁盘。',
              en: 'It is written to a sealed archive and read back before it leaves the books; no balance changes. The disk gets the space back by `tillwire host retention run` while the host is stopped.',
            })}
          </p>
        </FormDialog>
      )}
    </Card>
  )
}

function ArchivesCard({ data }: Pick<PartProps, 'data'>) {
  const verdicts = useSignal<readonly ArchiveVerdictView[]>([])
  const verify = (): void => {
    post<{ readonly verdicts: readonly ArchiveVerdictView[] }>('/api/retention/verification').then(
      (answer) => {
        verdicts.value = answer.verdicts
      },
      sayProblem,
    )
  }
  return (
    <Card
      flush
      title={t({ zh: '归档', en: 'Archives' })}
      actions={<Button onClick={verify}>{t({ zh: '核对', en: 'Verify' })}</Button>}
    >
      <Table
        label={t({ zh: '归档', en: 'Archives' })}
        rows={data?.archives}
        keyOf={({ id }) => id}
        placeholders={2}
        empty={t({ zh: '还没有归档。', en: 'Nothing has gone yet.' })}
        columns={[
          { key: 'name', title: t({ zh: '文件', en: 'File' }), cell: ({ name }) => <code>{name}</code> },
          { key: 'at', title: t({ zh: '时间', en: 'When' }), cell: ({ ranAtMs }) => formatDateTime(ranAtMs) },
          { key: 'actor', title: t({ zh: '操作者', en: 'By' }), cell: ({ actor }) => actor },
          {
            key: 'rows',
            title: t({ zh: '行数', en: 'Rows' }),
            number: true,
            cell: ({ counts }) => formatNumber(Object.values(counts).reduce((sum, count) => sum + count, 0)),
          },
          {
            key: 'hash',
            title: 'SHA-256',
            cell: ({ sha256 }) => <code title={sha256}>{sha256.slice(0, 16)}…</code>,
          },
          {
            key: 'state',
            title: t({ zh: '核对', en: 'Verified' }),
            cell: ({ name }) => <Verdict verdict={verdicts.value.find((each) => each.name === name)} />,
          },
        ]}
      />
    </Card>
  )
}

function Verdict({ verdict }: { readonly verdict: ArchiveVerdictView | undefined }) {
  if (verdict === undefined) return '–'
  if (verdict.isGood) return <Badge tone="good">{t({ zh: '完整', en: 'Whole' })}</Badge>
  return (
    <span title={verdict.fault ?? ''}>
      <Badge tone="bad">{t({ zh: '不符', en: 'Not what was written' })}</Badge>
    </span>
  )
}

function mebibytes(bytes: number): string {
  return formatNumber(Math.round((bytes / MEBIBYTE) * 100) / 100)
}
