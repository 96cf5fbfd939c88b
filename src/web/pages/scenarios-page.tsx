import { useSignal } from '@preact/signals'
import type {
  ScenarioLine,
  ScenarioOutcome,
  ScenarioRunLine,
  ScenarioRunView,
} from '../../host/console/api-types/scenarios.ts'
import { Badge, type Tone } from '../components/badge.tsx'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { Dialog } from '../components/dialog.tsx'
import { CheckField, SelectField, TextField } from '../components/field.tsx'
import { PlainText } from '../components/plain-text.tsx'
import { Problem } from '../components/problem.tsx'
import { Table } from '../components/table.tsx'
import { ask, post } from '../state/api.ts'
import { formatTime, language, type Text, t } from '../state/language.ts'
import { query, setQuery } from '../state/router.ts'
import { may } from '../state/session.ts'
import { sayProblem } from '../state/toasts.ts'
import { useData } from '../state/use-data.ts'

const KINDS: Readonly<Record<string, Text>> = {
  currencies: { zh: '外币', en: 'Currencies' },
  days: { zh: '营业日', en: 'Days' },
  faults: { zh: '故障', en: 'Faults' },
  'response-codes': { zh: '应答码', en: 'Response codes' },
}
const STATUS: Readonly<Record<ScenarioRunLine['status'] | ScenarioOutcome['status'], readonly [Tone, Text]>> =
  {
    running: ['info', { zh: '运行中', en: 'Running' }],
    passed: ['good', { zh: '通过', en: 'Passed' }],
    failed: ['bad', { zh: '未通过', en: 'Failed' }],
    skipped: ['warn', { zh: '跳过', en: 'Skipped' }],
    cancelled: ['quiet', { zh: '已取消', en: 'Cancelled' }],
    broken: ['bad', { zh: '中断', en: 'Broken off' }],
  }

/** Results that are shown at first: those that failed, then the newest. */
const SHOWN = 8

/** Scenarios of the project, run beside the host, with what was expected and what came. */
export function ScenariosPage() {
  const list = useData<readonly ScenarioLine[]>('/api/scenarios')
  const runs = useData<readonly ScenarioRunLine[]>('/api/scenario-runs', ['scenario-run'])
  const shown = query.value.get('run') ?? runs.data?.[0]?.number.toString()
  return (
    <>
      {list.problem !== undefined && <Problem text={list.problem} onRetry={list.reload} />}
      {shown !== undefined && <RunCard number={shown} runs={runs.data ?? []} />}
      <ListCard lines={list.data} isBusy={runs.data?.[0]?.status === 'running'} onStarted={runs.reload} />
    </>
  )
}

function ListCard({
  lines,
  isBusy,
  onStarted,
}: {
  readonly lines: readonly ScenarioLine[] | undefined
  readonly isBusy: boolean
  readonly onStarted: () => void
}) {
  const chosen = useSignal<ReadonlySet<string>>(new Set())
  const text = useSignal<string | undefined>(undefined)
  const kind = query.value.get('kind') ?? ''
  const words = (query.value.get('q') ?? '').toLowerCase()
  const rows = lines?.filter((line) => fits(line, kind, words))
  const mayRun = may(['technician', 'support', 'administrator'])
  const files = chosen.value.size > 0 ? [...chosen.value] : (rows ?? []).map(({ file }) => file)
  const run = (): void => {
    post<ScenarioRunLine>('/api/scenario-runs', { files }).then(({ number }) => {
      chosen.value = new Set()
      setQuery({ run: String(number) })
      onStarted()
    }, sayProblem)
  }
  const choose = (file: string, isChosen: boolean): void => {
    const next = new Set(chosen.value)
    if (isChosen) next.add(file)
    else next.delete(file)
    chosen.value = next
  }
  return (
    <Card
      flush
      title={t({ zh: '场景', en: 'Scenarios' })}
      actions={
        mayRun && (
          <Button kind="primary" disabled={isBusy || files.length === 0} onClick={run}>
            {t({ zh: `运行 ${files.length} 个`, en: `Run ${files.length}` })}
          </Button>
        )
      }
    >
      <div class="filters padded">
        <TextField
          type="search"
          label={t({ zh: '查找', en: 'Find' })}
          value={query.value.get('q') ?? ''}
          onInput={(q) => setQuery({ q })}
        />
        <SelectField
          label={t({ zh: '种类', en: 'Kind' })}
          value={kind}
          options={[
            { value: '', text: t({ zh: '全部', en: 'All' }) },
            ...Object.entries(KINDS).map(([value, name]) => ({ value, text: t(name) })),
          ]}
          onChange={(next) => setQuery({ kind: next })}
        />
      </div>
      <Table
        label={t({ zh: '场景', en: 'Scenarios' })}
        rows={rows}
        keyOf={({ file }) => file}
        placeholders={12}
        empty={t({ zh: '没有符合条件的场景。', en: 'No scenario fits.' })}
        columns={[
          {
            key: 'choose',
            title: '',
            cell: ({ file }) => (
              <CheckField
                label={<span class="visually-hidden">{file}</span>}
                checked={chosen.value.has(file)}
                onChange={(isChosen) => choose(file, isChosen)}
              />
            ),
          },
          { key: 'name', title: t({ zh: '名称', en: 'Name' }), cell: (line) => nameOf(line) },
          { key: 'kind', title: t({ zh: '种类', en: 'Kind' }), cell: (line) => kindText(line.kind) },
          {
            key: 'file',
            title: t({ zh: '文件', en: 'File' }),
            cell: ({ file }) => (
              <Button kind="plain" onClick={() => (text.value = file)}>
                <code>{file.split('/').at(-1)}</code>
              </Button>
            ),
          },
        ]}
      />
      {text.value !== undefined && <TextDialog file={text.value} onClose={() => (text.value = undefined)} />}
    </Card>
  )
}

function fits(line: ScenarioLine, kind: string, words: string): boolean {
  const text = `${line.file} ${line.name} ${line.zh ?? ''} ${line.about ?? ''}`.toLowerCase()
  return (kind === '' || line.kind === kind) && text.includes(words)
}

function TextDialog({ file, onClose }: { readonly file: string; readonly onClose: () => void }) {
  const { data, problem } = useData<{ readonly text: string }>(
    `/api/scenario-text?file=${encodeURIComponent(file)}`,
  )
  return (
    <Dialog wide title={file} onClose={onClose}>
      {problem !== undefined && <Problem text={problem} />}
      <PlainText label={file} text={data?.text} />
      <div class="row end">
        <Button onClick={onClose}>{t({ zh: '关闭', en: 'Close' })}</Button>
      </div>
    </Dialog>
  )
}

function RunCard({ number, runs }: { readonly number: string; readonly runs: readonly ScenarioRunLine[] }) {
  const { data, problem, reload } = useData<ScenarioRunView>(`/api/scenario-runs/${number}`, ['scenario-run'])
  const opened = useSignal<ScenarioOutcome | undefined>(undefined)
  const isWhole = useSignal(false)
  const results = data?.results.toReversed().sort((a, b) => Number(isGood(a)) - Number(isGood(b)))
  const mayRun = may(['technician', 'support', 'administrator'])
  const cancel = (): void => void ask('DELETE', `/api/scenario-runs/${number}`).then(reload, sayProblem)
  return (
    <Card
      flush
      title={
        <span class="row">
          {t({ zh: '运行', en: 'Run' })} {number}
          {data !== undefined && <StatusBadge status={data.status} />}
        </span>
      }
      actions={
        <>
          {runs.length > 1 && <RunChoice number={number} runs={runs} />}
          {mayRun && data?.status === 'running' && (
            <Button kind="danger" onClick={cancel}>
              {t({ zh: '取消', en: 'Cancel' })}
            </Button>
          )}
        </>
      }
    >
      <div class="padded stack">
        {problem !== undefined && <Problem text={problem} onRetry={reload} />}
        {data?.problem != null && <p class="problem">{data.problem}</p>}
        <Progress run={data} />
      </div>
      <Table
        label={t({ zh: '结果', en: 'Results' })}
        rows={isWhole.value ? results : results?.slice(0, SHOWN)}
        keyOf={({ file }) => file}
        placeholders={1}
        onRow={(outcome) => (opened.value = outcome)}
        empty={t({ zh: '正在启动…', en: 'Starting …' })}
        columns={[
          {
            key: 'status',
            title: t({ zh: '结果', en: 'Result' }),
            cell: ({ status }) => <StatusBadge status={status} />,
          },
          { key: 'name', title: t({ zh: '名称', en: 'Name' }), cell: (outcome) => nameOf(outcome) },
          { key: 'ms', title: 'ms', number: true, cell: ({ elapsedMs }) => elapsedMs },
        ]}
      />
      {results !== undefined && results.length > SHOWN && (
        <div class="row end padded">
          <Button onClick={() => (isWhole.value = !isWhole.value)}>
            {isWhole.value
              ? t({ zh: '收起', en: 'Show fewer' })
              : t({ zh: `全部 ${results.length} 个`, en: `Show all ${results.length}` })}
          </Button>
        </div>
      )}
      {opened.value !== undefined && (
        <OutcomeDialog outcome={opened.value} onClose={() => (opened.value = undefined)} />
      )}
    </Card>
  )
}

function RunChoice({ number, runs }: { readonly number: string; readonly runs: readonly ScenarioRunLine[] }) {
  return (
    <select
      class="input"
      aria-label={t({ zh: '哪次运行', en: 'Which run' })}
      value={number}
      onChange={({ currentTarget: { value } }) => setQuery({ run: value })}
    >
      {runs.map((run) => (
        <option key={run.number} value={String(run.number)}>
          {run.number} · {formatTime(run.startedAtMs)} · {run.by}
        </option>
      ))}
    </select>
  )
}

function Progress({ run }: { readonly run: ScenarioRunView | undefined }) {
  const { total = 1, passed = 0, failed = 0, skipped = 0 } = run ?? {}
  return (
    <>
      <progress class="progress" max={total} value={passed + failed + skipped} />
      <p class="quiet">
        {t({
          zh: `${total} 个中：通过 ${passed}，未通过 ${failed}，跳过 ${skipped}`,
          en: `Of ${total}: ${passed} passed, ${failed} failed, ${skipped} skipped`,
        })}
      </p>
    </>
  )
}

function OutcomeDialog({
  outcome,
  onClose,
}: {
  readonly outcome: ScenarioOutcome
  readonly onClose: () => void
}) {
  const { differences, findings, outcomes, reason, story } = outcome
  return (
    <Dialog wide title={nameOf(outcome)} onClose={onClose}>
      <p class="row">
        <StatusBadge status={outcome.status} /> <code>{outcome.file}</code> {reason}
      </p>
      {differences.map((each) => (
        <dl class="pairs problem" key={`${each.where} ${each.what}`}>
          <dt>{t({ zh: '何处', en: 'Where' })}</dt>
          <dd>
            {each.where}: {each.what}
          </dd>
          <dt>{t({ zh: '预期', en: 'Expected' })}</dt>
          <dd>{each.expected}</dd>
          <dt>{t({ zh: '实际', en: 'Came' })}</dt>
          <dd>{each.came.join(' · ')}</dd>
        </dl>
      ))}
      {findings.map(({ check, detail }) => (
        <p class="problem" key={`${check} ${detail}`}>
          {check}: {detail}
        </p>
      ))}
      <dl class="pairs">
        {outcomes.map(({ step, outcome: came }) => [
          <dt key={`${step} name`}>{step}</dt>,
          <dd key={step}>{came}</dd>,
        ])}
      </dl>
      <PlainText label={t({ zh: '报文与事件图', en: 'Messages and events' })} text={story} />
      <div class="row end">
        <Button onClick={onClose}>{t({ zh: '关闭', en: 'Close' })}</Button>
      </div>
    </Dialog>
  )
}

function StatusBadge({ status }: { readonly status: keyof typeof STATUS }) {
  const [tone, text] = STATUS[status]
  return <Badge tone={tone}>{t(text)}</Badge>
}

function isGood({ status }: ScenarioOutcome): boolean {
  return status === 'passed'
}

function nameOf({ name, zh }: { readonly name: string; readonly zh: string | null }): string {
  return language.value === 'zh' ? (zh ?? name) : name
}

function kindText(kind: string): string {
  const name = KINDS[kind]
  return name === undefined ? kind : t(name)
}
