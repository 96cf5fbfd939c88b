import { useSignal } from '@preact/signals'
import type { AuditEntryView, AuditVerdictView } from '../../host/console/api-types/audit.ts'
import { Badge } from '../components/badge.tsx'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { TextField } from '../components/field.tsx'
import { Problem } from '../components/problem.tsx'
import { Table } from '../components/table.tsx'
import { post } from '../state/api.ts'
import { formatTime, t } from '../state/language.ts'
import { query, setQuery } from '../state/router.ts'
import { sayProblem } from '../state/toasts.ts'
import { useData } from '../state/use-data.ts'

const PAGE_SIZE = 50

/** Who did what, and whether the log is whole. */
export function AuditPage() {
  const { data, problem, reload } = useData<{ readonly entries: readonly AuditEntryView[] }>(
    `/api/audit?${listQuery()}`,
  )
  const last = data?.entries.at(-1)
  return (
    <>
      <Verification />
      {problem !== undefined && <Problem text={problem} onRetry={reload} />}
      <Card
        title={t({ zh: '记录', en: 'Entries' })}
        flush
        actions={<Button onClick={reload}>{t({ zh: '刷新', en: 'Refresh' })}</Button>}
      >
        <div class="filters padded">
          {(['actor', 'action', 'subject'] as const).map((key) => (
            <TextField
              key={key}
              type="search"
              label={t(FILTERS[key])}
              value={query.value.get(key) ?? ''}
              onInput={(text) => setQuery({ [key]: text, before: undefined })}
            />
          ))}
        </div>
        <Table
          label={t({ zh: '审计记录', en: 'Audit entries' })}
          rows={data?.entries}
          keyOf={({ number }) => number}
          empty={t({ zh: '没有符合条件的记录。', en: 'No entry fits.' })}
          placeholders={10}
          columns={[
            { key: 'number', title: '#', number: true, cell: ({ number }) => number },
            { key: 'at', title: t({ zh: '时间', en: 'Time' }), cell: ({ atMs }) => formatTime(atMs) },
            { key: 'actor', title: t({ zh: '谁', en: 'Who' }), cell: ({ actor }) => <code>{actor}</code> },
            {
              key: 'action',
              title: t({ zh: '做了什么', en: 'Did what' }),
              cell: ({ action }) => <code>{action}</code>,
            },
            { key: 'subject', title: t({ zh: '对象', en: 'To what' }), cell: ({ subject }) => subject },
            {
              key: 'detail',
              title: t({ zh: '详情', en: 'Detail' }),
              cell: ({ detail }) => <code class="quiet">{detailText(detail)}</code>,
            },
          ]}
        />
        {data !== undefined && data.entries.length === PAGE_SIZE && last !== undefined && (
          <div class="row end padded">
            <Button onClick={() => setQuery({ before: String(last.number) })}>
              {t({ zh: '更早', en: 'Older' })}
            </Button>
          </div>
        )}
      </Card>
    </>
  )
}

const FILTERS = {
  actor: { zh: '谁', en: 'Who' },
  action: { zh: '动作开头', en: 'Action begins with' },
  subject: { zh: '对象', en: 'To what' },
}

function listQuery(): string {
  const wanted = new URLSearchParams({ limit: String(PAGE_SIZE) })
  for (const key of ['actor', 'action', 'subject', 'before']) {
    const value = query.value.get(key)
    if (value !== null && value !== '') wanted.set(key, value)
  }
  return wanted.toString()
}

function detailText(detail: AuditEntryView['detail']): string {
  return Object.keys(detail).length === 0 ? '' : JSON.stringify(detail)
}

function Verification() {
  const verdict = useSignal<AuditVerdictView | undefined>(undefined)
  const verify = (): void => {
    post<AuditVerdictView>('/api/audit/verification').then((answer) => {
      verdict.value = answer
    }, sayProblem)
  }
  const { count, head, findings } = verdict.value ?? { count: 0, head: '', findings: [] }
  return (
    <Card
      title={t({ zh: '完整性', en: 'Is it whole?' })}
      actions={<Button onClick={verify}>{t({ zh: '验证整条链', en: 'Verify the chain' })}</Button>}
    >
      {verdict.value === undefined ? (
        <p class="quiet">
          {t({
            zh: '每条记录都包含上一条的标记：改动、删除或插入都会断链。',
            en: 'Each entry covers the tag before it: a change, a removal or an insertion breaks the chain.',
          })}
        </p>
      ) : (
        <div class="stack">
          <p class="row">
            {findings.length === 0 ? (
              <Badge tone="good">{t({ zh: '完整', en: 'Whole' })}</Badge>
            ) : (
              <Badge tone="bad">{t({ zh: '被改动过', en: 'Tampered with' })}</Badge>
            )}
            {t({ zh: `${count} 条记录`, en: `${count} entries` })}
          </p>
          {findings.map((finding) => (
            <p key={finding.number} class="problem">
              {t({ zh: `第 ${finding.number} 条`, en: `Entry ${finding.number}` })}: {t(KINDS[finding.kind])}
            </p>
          ))}
          <p class="quiet">
            {t({ zh: '链尾（请抄存于别处）', en: 'Head (note it elsewhere)' })} <code>{head}</code>
          </p>
        </div>
      )}
    </Card>
  )
}

const KINDS = {
  gap: { zh: '缺失', en: 'missing' },
  altered: { zh: '被修改', en: 'changed' },
  cutOff: { zh: '其后被截断', en: 'cut off from here' },
}
