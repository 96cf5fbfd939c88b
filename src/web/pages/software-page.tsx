import { useSignal } from '@preact/signals'
import type {
  DownloadSetName,
  Loadable,
  PackageView,
  SoftwareOverview,
  TerminalLoads,
  TerminalLoadsPage,
} from '../../host/console/api-types/software.ts'
import { Badge, type Tone } from '../components/badge.tsx'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { FormDialog } from '../components/dialog.tsx'
import { DOWNLOAD_SETS } from '../components/download-set-names.ts'
import { SelectField, TextField } from '../components/field.tsx'
import { PAGE_SIZE, Pager, pageOffset } from '../components/pager.tsx'
import { Problem } from '../components/problem.tsx'
import { PackageDialog, StartDialog } from '../components/rollout-dialogs.tsx'
import { RolloutTable } from '../components/rollout-table.tsx'
import { Table } from '../components/table.tsx'
import { post } from '../state/api.ts'
import { formatDateTime, formatNumber, type Text, t } from '../state/language.ts'
import { query, setQuery } from '../state/router.ts'
import { may } from '../state/session.ts'
import { say } from '../state/toasts.ts'
import { useData } from '../state/use-data.ts'

const LOADS: { readonly [set in Loadable]: Text } = {
  ...DOWNLOAD_SETS,
  software: { zh: '软件包', en: 'Software package' },
  statusUpload: { zh: '状态上送', en: 'Status upload' },
}
const SETS = Object.keys(DOWNLOAD_SETS) as readonly DownloadSetName[]

type SoftwareState = NonNullable<TerminalLoads['software']>['state']
const STATES: { readonly [state in SoftwareState]: readonly [tone: Tone, text: Text] } = {
  offered: ['info', { zh: '已提供', en: 'offered' }],
  loading: ['info', { zh: '下载中', en: 'loading' }],
  loaded: ['info', { zh: '已下载，待重启', en: 'loaded, waits for a restart' }],
  trial: ['warn', { zh: '试运行', en: 'on trial' }],
  active: ['good', { zh: '运行中', en: 'active' }],
  refused: ['bad', { zh: '已拒绝', en: 'refused' }],
  rolledBack: ['bad', { zh: '已回退', en: 'rolled back' }],
}

/** Packages and their roll-outs, what there is to download, and what each terminal has. */
export function SoftwarePage() {
  const { data, problem, reload } = useData<SoftwareOverview>('/api/software', ['software'])
  const opened = useSignal<'package' | 'rollout' | undefined>(undefined)
  const mayChange = may(['support', 'administrator'])
  const close = (): void => {
    opened.value = undefined
    reload()
  }
  return (
    <>
      {problem !== undefined && <Problem text={problem} onRetry={reload} />}
      <Card
        title={t({ zh: '发布', en: 'Roll-outs' })}
        flush
        actions={
          mayChange && (
            <>
              <Button onClick={() => (opened.value = 'package')}>
                {t({ zh: '上传软件包', en: 'Upload a package' })}
              </Button>
              <Button
                kind="primary"
                disabled={data === undefined || data.packages.length === 0}
                onClick={() => (opened.value = 'rollout')}
              >
                {t({ zh: '新建发布', en: 'Start a roll-out' })}
              </Button>
            </>
          )
        }
      >
        <RolloutTable rollouts={data?.rollouts} mayChange={mayChange} onDone={reload} />
      </Card>
      <Card title={t({ zh: '软件包', en: 'Packages' })} flush>
        <PackageTable packages={data?.packages} />
      </Card>
      <TerminalCard versions={data?.versions} />
      {opened.value === 'package' && <PackageDialog onClose={close} />}
      {opened.value === 'rollout' && data !== undefined && (
        <StartDialog packages={data.packages} onClose={close} />
      )}
    </>
  )
}

function PackageTable({ packages }: { readonly packages: readonly PackageView[] | undefined }) {
  return (
    <Table
      label={t({ zh: '软件包', en: 'Packages' })}
      rows={packages}
      keyOf={({ id }) => id}
      placeholders={2}
      empty={t({
        zh: '还没有软件包：用 tillwire package make 打包，再用 sign 签名。',
        en: 'None yet: make one with tillwire package make, then sign it.',
      })}
      columns={[
        { key: 'name', title: t({ zh: '名称', en: 'Name' }), cell: ({ name }) => name },
        {
          key: 'version',
          title: t({ zh: '版本', en: 'Version' }),
          cell: ({ version, rollbackFrom }) => (
            <span class="row">
              <code>{version}</code>
              {rollbackFrom !== null && (
                <Badge tone="warn">
                  {t({ zh: `从 ${rollbackFrom} 回退`, en: `leads back from ${rollbackFrom}` })}
                </Badge>
              )}
            </span>
          ),
        },
        {
          key: 'types',
          title: t({ zh: '机型', en: 'Types' }),
          cell: ({ terminalTypes }) => terminalTypes.join(', ') || t({ zh: '全部', en: 'all' }),
        },
        {
          key: 'size',
          title: t({ zh: '字节', en: 'Bytes' }),
          number: true,
          cell: ({ size }) => formatNumber(size),
        },
        {
          key: 'signer',
          title: t({ zh: '签名者', en: 'Signed by' }),
          cell: ({ signer }) => <code title={signer}>{signer.slice(0, 12)}…</code>,
        },
        { key: 'by', title: t({ zh: '上传者', en: 'Uploaded by' }), cell: ({ addedBy }) => addedBy },
        {
          key: 'at',
          title: t({ zh: '时间', en: 'When' }),
          cell: ({ addedAtMs }) => formatDateTime(addedAtMs),
        },
      ]}
    />
  )
}

function TerminalCard({ versions }: { readonly versions: SoftwareOverview['versions'] | undefined }) {
  const wanted = new URLSearchParams({ limit: String(PAGE_SIZE), offset: String(pageOffset()) })
  const text = query.value.get('text')?.trim() ?? ''
  if (text !== '') wanted.set('text', text)
  const { data, problem, reload } = useData<TerminalLoadsPage>(`/api/software/terminals?${wanted}`, [
    'software',
  ])
  const asking = useSignal<string | undefined>(undefined)
  const mayAsk = may(['technician', 'support', 'administrator'])
  const askButton = (tid: string) => (
    <Button onClick={() => (asking.value = tid)}>{t({ zh: '要求下载', en: 'Ask to load' })}</Button>
  )
  return (
    <Card
      title={t({ zh: '终端已下载的内容', en: 'What terminals have loaded' })}
      flush
      actions={
        mayAsk && (
          <Button onClick={() => (asking.value = 'all')}>
            {t({ zh: '要求全部终端下载', en: 'Ask all to load' })}
          </Button>
        )
      }
    >
      <div class="filters padded">
        <TextField
          type="search"
          label={t({ zh: '终端号', en: 'Terminal number' })}
          value={text}
          maxLength={8}
          onInput={(value) => setQuery({ text: value, offset: undefined })}
        />
      </div>
      {problem !== undefined && <Problem text={problem} onRetry={reload} />}
      <Table
        label={t({ zh: '终端已下载的内容', en: 'What terminals have loaded' })}
        rows={data?.terminals}
        keyOf={({ tid }) => tid}
        empty={t({ zh: '没有符合条件的终端。', en: 'No terminal fits.' })}
        columns={[
          {
            key: 'tid',
            title: t({ zh: '终端', en: 'Terminal' }),
            cell: ({ tid }) => <a href={`/estate/${tid}`}>{tid}</a>,
          },
          {
            key: 'software',
            title: t({ zh: '软件', en: 'Software' }),
            cell: ({ software }) => <SoftwareCell software={software} />,
          },
          ...SETS.map((set) => ({
            key: set,
            title: `${t(LOADS[set])}${versions === undefined ? '' : ` (${versions[set]})`}`,
            cell: ({ sets }: TerminalLoads) => <SetCell version={sets[set]} newest={versions?.[set]} />,
          })),
          { key: 'ask', title: '', cell: ({ tid }) => mayAsk && askButton(tid) },
        ]}
      />
      <Pager total={data?.total} />
      {asking.value !== undefined && (
        <AskDialog
          tid={asking.value}
          onClose={() => {
            asking.value = undefined
            reload()
          }}
        />
      )}
    </Card>
  )
}

function SoftwareCell({ software }: Pick<TerminalLoads, 'software'>) {
  if (software === null) return <span class="quiet">{t({ zh: '出厂', en: 'as delivered' })}</span>
  const [tone, text] = STATES[software.state]
  const isOther = software.version !== null && software.version !== software.running
  const percent = software.state === 'loading' && software.percent !== null ? ` ${software.percent} %` : ''
  return (
    <span class="row">
      <code>{software.running}</code>
      {(isOther || software.state !== 'active') && (
        <Badge tone={tone}>
          {isOther ? `${software.version} ` : ''}
          {t(text)}
          {percent}
          {software.reason === null ? '' : `: ${software.reason}`}
        </Badge>
      )}
    </span>
  )
}

function SetCell({
  version,
  newest,
}: {
  readonly version: number | null
  readonly newest: number | undefined
}) {
  if (version === null) return <span class="quiet">–</span>
  return version === newest ? <span>{version}</span> : <Badge tone="warn">{version}</Badge>
}

function AskDialog({ tid, onClose }: { readonly tid: string; readonly onClose: () => void }) {
  const set = useSignal<Loadable>('parameters')
  const send = async (): Promise<void> => {
    const path = `/api/software/terminals/${tid}/loads`
    const { count } = await post<{ readonly count: number }>(path, { set: set.value })
    say({
      zh: `${count} 台终端将在当前交易后下载。`,
      en: `${count} terminals load it after their current transaction.`,
    })
    onClose()
  }
  return (
    <FormDialog
      title={tid === 'all' ? t({ zh: '全部终端', en: 'All terminals' }) : tid}
      submit={{ zh: '要求下载', en: 'Ask to load' }}
      onClose={onClose}
      onSubmit={send}
    >
      <SelectField
        label={t({ zh: '内容', en: 'What' })}
        value={set.value}
        options={(Object.keys(LOADS) as Loadable[]).map((value) => ({ value, text: t(LOADS[value]) }))}
        onChange={(value) => (set.value = value)}
        hint={t({
          zh: '下一次应答的报文头通知终端；重复要求不会重复下载。',
          en: 'The header of its next answer tells the terminal; asking twice is asking once.',
        })}
      />
    </FormDialog>
  )
}
