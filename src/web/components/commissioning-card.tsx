import type { CommissioningView } from '../../host/console/api-types/commissioning.ts'
import { post, put } from '../state/api.ts'
import { formatDateTime, formatNumber, type Text, t } from '../state/language.ts'
import { may } from '../state/session.ts'
import { say, sayProblem } from '../state/toasts.ts'
import { useData } from '../state/use-data.ts'
import { AcceptanceReports } from './acceptance-reports.tsx'
import { Badge } from './badge.tsx'
import { Button } from './button.tsx'
import { Card } from './card.tsx'
import { OperatorTraining } from './operator-training.tsx'
import { Table } from './table.tsx'

type Step = CommissioningView['steps'][number]
type Stage = CommissioningView['stage']
type Report = CommissioningView['reports'][number]

const STAGES: Readonly<Record<Stage, Text>> = {
  commissioning: { zh: '开通中：不受理交易', en: 'In commissioning: no payments' },
  testing: { zh: '测试中：为功能测试开放', en: 'Testing: open for the function test' },
  live: { zh: '已启用', en: 'Live' },
}

/** A terminal's way to its first real sale: evidence step by step, what is missing, and the last word. */
export function CommissioningCard({ tid }: { readonly tid: string }) {
  const { data, problem, reload } = useData<CommissioningView>(
    `/api/estate/terminals/${tid}/commissioning/steps`,
    ['estate'],
  )
  if (problem !== undefined || data === undefined) return null
  const set = (stage: Stage): void => {
    put(`/api/estate/terminals/${tid}/commissioning/stage`, { stage }).then(() => {
      say({ zh: `终端 ${tid}：${STAGES[stage].zh}`, en: `Terminal ${tid}: ${STAGES[stage].en}` })
      reload()
    }, sayProblem)
  }
  const sign = (): void => {
    post<Report>(`/api/estate/terminals/${tid}/commissioning/reports`).then(({ number }) => {
      say({ zh: `验收报告 ${number} 已签发。`, en: `Acceptance report ${number} is signed.` })
      reload()
    }, sayProblem)
  }
  return (
    <Card
      flush
      title={
        <span class="row">
          {t({ zh: '开通与验收', en: 'Commissioning' })}
          <Badge tone={data.stage === 'live' ? 'good' : 'warn'}>{t(STAGES[data.stage])}</Badge>
        </span>
      }
      actions={<Deeds data={data} onSet={set} onSign={sign} />}
    >
      <Table
        label={t({ zh: '开通步骤', en: 'Steps of the commissioning' })}
        rows={data.steps}
        keyOf={({ step }) => step}
        empty=""
        columns={[
          { key: 'step', title: t({ zh: '步骤', en: 'Step' }), cell: ({ title }) => t(title) },
          {
            key: 'verdict',
            title: t({ zh: '结论', en: 'Verdict' }),
            cell: (step) => <Verdict step={step} />,
          },
          {
            key: 'at',
            title: t({ zh: '时间', en: 'When' }),
            cell: ({ endedAtMs }) => (endedAtMs === null ? '–' : formatDateTime(endedAtMs)),
          },
          {
            key: 'figures',
            title: t({ zh: '数据与原因', en: 'Figures and reasons' }),
            cell: (step) => <Details step={step} />,
          },
        ]}
      />
      <OperatorTraining operators={data.training} />
      <AcceptanceReports tid={tid} reports={data.reports} />
      {data.stage !== 'live' && data.missing.length > 0 && (
        <div class="padded">
          <p class="quiet">{t({ zh: '启用前还缺：', en: 'Missing before it may go live:' })}</p>
          <ul>
            {data.missing.map((text) => (
              <li key={text.en}>{t(text)}</li>
            ))}
          </ul>
        </div>
      )}
    </Card>
  )
}

function Deeds({
  data: { stage, isPassed, isAccepted },
  onSet,
  onSign,
}: {
  readonly data: CommissioningView
  readonly onSet: (stage: Stage) => void
  readonly onSign: () => void
}) {
  if (!may(['technician', 'administrator'])) return null
  if (stage === 'live')
    return (
      <Button onClick={() => onSet('commissioning')}>
        {t({ zh: '重新开通', en: 'Back to commissioning' })}
      </Button>
    )
  return (
    <>
      {stage === 'commissioning' && (
        <Button onClick={() => onSet('testing')}>{t({ zh: '开放测试', en: 'Open for tests' })}</Button>
      )}
      {!isAccepted && (
        <Button kind={isPassed ? 'primary' : undefined} onClick={onSign}>
          {t({ zh: '签发验收报告', en: 'Sign the report' })}
        </Button>
      )}
      <Button kind={isAccepted ? 'primary' : undefined} onClick={() => onSet('live')}>
        {t({ zh: '正式启用', en: 'Go live' })}
      </Button>
    </>
  )
}

function Verdict({ step: { verdict } }: { readonly step: Step }) {
  if (verdict === 'passed') return <Badge tone="good">{t({ zh: '通过', en: 'Passed' })}</Badge>
  if (verdict === 'failed') return <Badge tone="bad">{t({ zh: '未通过', en: 'Failed' })}</Badge>
  return <Badge>{t({ zh: '未做', en: 'Not done' })}</Badge>
}

function Details({ step: { figures, reasons } }: { readonly step: Step }) {
  const shown = Object.entries(figures)
    .slice(0, 6)
    .map(([name, value]) => `${name} ${typeof value === 'number' ? formatNumber(value) : value}`)
  return (
    <>
      {reasons.map((reason) => (
        <p key={reason.en}>{t(reason)}</p>
      ))}
      <code class="quiet">{shown.join(' · ')}</code>
    </>
  )
}
