import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type {
  CatalogueCheck,
  CatalogueDetail,
  CatalogueFaultView,
  CatalogueOverview,
  CatalogueSetName,
  CatalogueVersionView,
} from '../../host/console/api-types/catalogue.ts'
import { Badge } from '../components/badge.tsx'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { SaveDialog, VersionDialog } from '../components/catalogue-dialogs.tsx'
import { CatalogueEditor, type Content } from '../components/catalogue-editor.tsx'
import { DOWNLOAD_SETS } from '../components/download-set-names.ts'
import { SelectField, TextField } from '../components/field.tsx'
import { Problem } from '../components/problem.tsx'
import { Table } from '../components/table.tsx'
import { Tabs } from '../components/tabs.tsx'
import { ApiProblem, post } from '../state/api.ts'
import { formatDateTime, formatNumber, type Text, t } from '../state/language.ts'
import { query, setQuery } from '../state/router.ts'
import { may } from '../state/session.ts'
import { problemText } from '../state/toasts.ts'
import { useData } from '../state/use-data.ts'

/** Rates have a page of their own. */
const NAMES = Object.keys(DOWNLOAD_SETS).filter((set): set is CatalogueSetName => set !== 'rates')

/** What terminals download: seen, edited, taken back. */
export function CataloguePage() {
  const { data: overview, problem, reload } = useData<CatalogueOverview>('/api/catalogue', ['software'])
  const set = NAMES.find((name) => name === query.value.get('set')) ?? 'parameters'
  const mayDiffer = overview?.overridable.includes(set) === true
  const scope = mayDiffer ? (query.value.get('scope') ?? '') : ''
  return (
    <>
      {problem !== undefined && <Problem text={problem} onRetry={reload} />}
      <Tabs
        label={t({ zh: '下载内容', en: 'What terminals download' })}
        tabs={NAMES.map((key) => ({ key, text: t(DOWNLOAD_SETS[key]) }))}
        chosen={set}
        onChoose={(key) => setQuery({ set: key, scope: undefined })}
      />
      {overview !== undefined && mayDiffer && <ScopeBar set={set} scope={scope} overview={overview} />}
      {overview !== undefined && (
        <SetCards key={`${set} ${scope}`} set={set} scope={scope} overview={overview} />
      )}
    </>
  )
}

/** For whom: all, or a merchant or terminal with values of its own. */
function ScopeBar({
  set,
  scope,
  overview,
}: {
  readonly set: CatalogueSetName
  readonly scope: string
  readonly overview: CatalogueOverview
}) {
  const typed = useSignal('')
  const own = overview.overrides.filter((each) => each.set === set).map((each) => each.scope)
  const scopes = ['', ...new Set([...own, ...(scope === '' ? [] : [scope])])]
  const open = (): void => {
    const id = typed.value.trim()
    if (id !== '') setQuery({ scope: id.length === 8 ? `terminal:${id}` : `merchant:${id}` })
  }
  return (
    <div class="filters">
      <SelectField
        label={t({ zh: '适用于', en: 'For' })}
        value={scope}
        options={scopes.map((value) => ({ value, text: scopeText(value) }))}
        onChange={(value) => setQuery({ scope: value === '' ? undefined : value })}
      />
      <TextField
        label={t({ zh: '终端号或商户号', en: 'Terminal or merchant number' })}
        value={typed.value}
        maxLength={15}
        placeholder={t({ zh: '8 位或 15 位', en: '8 or 15 characters' })}
        onInput={(text) => (typed.value = text)}
      />
      <Button disabled={![8, 15].includes(typed.value.trim().length)} onClick={open}>
        {t({ zh: '单独设置', en: 'Give it values of its own' })}
      </Button>
    </div>
  )
}

function scopeText(scope: string): string {
  const [kind, id] = scope.split(':')
  if (scope === '') return t({ zh: '全部终端', en: 'all terminals' })
  return kind === 'merchant'
    ? t({ zh: `商户 ${id}`, en: `merchant ${id}` })
    : t({ zh: `终端 ${id}`, en: `terminal ${id}` })
}

interface SetProps {
  readonly set: CatalogueSetName
  readonly scope: string
  readonly overview: CatalogueOverview
}

function SetCards({ set, scope, overview }: SetProps) {
  const path = `/api/catalogue/${set}?${new URLSearchParams({ scope })}`
  const { data, problem, reload } = useData<CatalogueDetail>(path, ['software'])
  const shown = useSignal<CatalogueVersionView | undefined>(undefined)
  const mayChange = may(['support', 'administrator'])
  return (
    <>
      {problem !== undefined && <Problem text={problem} onRetry={reload} />}
      {data !== undefined && (
        <ContentCard
          set={set}
          scope={scope}
          overview={overview}
          data={data}
          mayChange={mayChange}
          onDone={reload}
        />
      )}
      <Card title={t({ zh: '终端已有的版本', en: 'Versions that terminals have' })}>
        <LoadedVersions data={data} />
      </Card>
      <Card title={t({ zh: '版本记录', en: 'History' })} flush>
        <HistoryTable data={data} onOpen={(version) => (shown.value = version)} />
      </Card>
      {shown.value !== undefined && data !== undefined && (
        <VersionDialog
          shown={shown.value}
          now={data.now.version}
          mayChange={mayChange}
          onClose={() => (shown.value = undefined)}
          onDone={() => {
            shown.value = undefined
            reload()
          }}
        />
      )}
    </>
  )
}

interface ContentCardProps extends SetProps {
  readonly data: CatalogueDetail
  readonly mayChange: boolean
  readonly onDone: () => void
}

/** Holds what was typed until it is saved, whatever others save meanwhile. */
function ContentCard({ set, scope, overview, data, mayChange, onDone }: ContentCardProps) {
  const draft = useSignal<Content | undefined>(undefined)
  const base = useSignal(data.now.version)
  const check = useSignal<CatalogueCheck | undefined>(undefined)
  const faults = useSignal<readonly CatalogueFaultView[]>([])
  const trouble = useSignal<Text | undefined>(undefined)
  const isDirty = draft.value !== undefined
  useEffect(() => {
    if (!isDirty) base.value = data.now.version
  }, [data.now.version, isDirty])
  const content = draft.value ?? (data.now.content as Content)
  const isOvertaken = isDirty && base.value !== data.now.version
  const review = async (): Promise<void> => {
    trouble.value = undefined
    try {
      const body = { scope, content: tidied(content) }
      const answer = await post<CatalogueCheck>(`/api/catalogue/${set}/check`, body)
      faults.value = answer.faults
      if (answer.faults.length === 0) check.value = answer
    } catch (error) {
      trouble.value = problemText(error)
    }
  }
  const drop = (): void => {
    draft.value = undefined
    faults.value = []
    check.value = undefined
    trouble.value = undefined
  }
  return (
    <Card
      title={`${t(DOWNLOAD_SETS[set])} · ${scopeText(scope)} · ${versionText(data.now)}`}
      actions={
        mayChange &&
        isDirty && (
          <>
            <Button onClick={drop}>{t({ zh: '放弃修改', en: 'Discard' })}</Button>
            <Button kind="primary" onClick={() => void review()}>
              {t({ zh: '核对并保存', en: 'Review and save' })}
            </Button>
          </>
        )
      }
    >
      {trouble.value !== undefined && <Problem text={trouble.value} />}
      {isOvertaken && (
        <p class="notice" role="status">
          {t({
            zh: `${data.now.author} 已保存版本 ${data.now.version}。您的修改仍在这里：核对时会与该版本比较。`,
            en: `${data.now.author} has saved version ${data.now.version}. Yours is still here: the review compares it with that.`,
          })}
        </p>
      )}
      <FaultList faults={faults.value} />
      <fieldset disabled={!mayChange} class="plain">
        <CatalogueEditor
          set={set}
          overview={overview}
          isOverride={scope !== ''}
          content={content}
          faults={faults.value}
          onChange={(next) => (draft.value = next)}
        />
      </fieldset>
      {check.value !== undefined && (
        <SaveDialog
          set={set}
          scope={scope}
          version={isOvertaken ? data.now.version : base.value}
          content={tidied(content)}
          changes={check.value.changes}
          onClose={() => (check.value = undefined)}
          onRefused={(error) => {
            if (error instanceof ApiProblem && error.kind === 'changedMeanwhile') onDone()
          }}
          onDone={() => {
            drop()
            onDone()
          }}
        />
      )}
    </Card>
  )
}

function FaultList({ faults }: { readonly faults: readonly CatalogueFaultView[] }) {
  if (faults.length === 0) return null
  return (
    <div class="problem apart-below" role="alert">
      <ul>
        {faults.map((fault) => (
          <li key={fault.path}>{t(fault)}</li>
        ))}
      </ul>
    </div>
  )
}

/** Empty lines were for typing only. */
function tidied(content: Content): Content {
  const { prefixes } = content
  if (!Array.isArray(prefixes)) return content
  return { ...content, prefixes: prefixes.map((line) => String(line).trim()).filter((line) => line !== '') }
}

function versionText({ version, atMs }: Pick<CatalogueVersionView, 'version' | 'atMs'>): string {
  if (version === 0) return t({ zh: '没有单独的值', en: 'nothing of its own' })
  const built = atMs === null ? t({ zh: '（内置）', en: ' (built in)' }) : ''
  return `${t({ zh: '版本', en: 'version' })} ${version}${built}`
}

function LoadedVersions({ data }: { readonly data: CatalogueDetail | undefined }) {
  if (data === undefined) return <span class="skeleton" />
  return (
    <div class="row apart">
      <span class="row">
        {data.loaded.map(({ version, count }) => (
          <Badge key={String(version)} tone={version === data.now.version ? 'good' : 'info'}>
            {version === null
              ? t({ zh: '未下载', en: 'none' })
              : `${t({ zh: '版本', en: 'version' })} ${version}`}
            {`: ${formatNumber(count)}`}
          </Badge>
        ))}
      </span>
      <a href="/software">{t({ zh: '查看各终端', en: 'See each terminal' })}</a>
    </div>
  )
}

function HistoryTable({
  data,
  onOpen,
}: {
  readonly data: CatalogueDetail | undefined
  readonly onOpen: (version: CatalogueVersionView) => void
}) {
  return (
    <Table
      label={t({ zh: '版本记录', en: 'History' })}
      rows={data?.history}
      keyOf={({ version }) => version}
      placeholders={2}
      empty={t({ zh: '还没有版本。', en: 'No version yet.' })}
      onRow={onOpen}
      columns={[
        {
          key: 'version',
          title: t({ zh: '版本', en: 'Version' }),
          number: true,
          cell: ({ version }) => version,
        },
        {
          key: 'at',
          title: t({ zh: '时间', en: 'When' }),
          cell: ({ atMs }) => (atMs === null ? t({ zh: '内置', en: 'built in' }) : formatDateTime(atMs)),
        },
        { key: 'author', title: t({ zh: '操作人', en: 'Who' }), cell: ({ author }) => author },
        { key: 'note', title: t({ zh: '说明', en: 'Why' }), cell: ({ note }) => note },
      ]}
    />
  )
}
