import { useSignal } from '@preact/signals'
import { currencyCode } from '../../base/money.ts'
import type { NewCode, TerminalDetail } from '../../host/console/api-types/estate.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { CommissioningCard } from '../components/commissioning-card.tsx'
import { Dialog, FormDialog } from '../components/dialog.tsx'
import {
  DEVICE_STATES,
  NamedBadge,
  ORDER_KINDS,
  ORDER_STATES,
  TERMINAL_STATUSES,
} from '../components/estate-badges.tsx'
import { MerchantDialog } from '../components/merchant-dialog.tsx'
import { MonitorCard } from '../components/monitor-card.tsx'
import { NewOrderDialog } from '../components/order-dialog.tsx'
import { Problem } from '../components/problem.tsx'
import { Table } from '../components/table.tsx'
import type { PageProps } from '../page.ts'
import { post, put } from '../state/api.ts'
import { formatDateTime, t } from '../state/language.ts'
import { go } from '../state/router.ts'
import { may } from '../state/session.ts'
import { say, sayProblem } from '../state/toasts.ts'
import { useData } from '../state/use-data.ts'

const HANDS = ['support', 'administrator']

/** One terminal: who it is, what it is, its keys' check values, its jobs. */
export function TerminalPage({ params: { tid = '' } }: PageProps) {
  const { data, problem, reload } = useData<TerminalDetail>(`/api/estate/terminals/${tid}`, ['estate'])
  const opened = useSignal<'status' | 'order' | 'merchant' | undefined>(undefined)
  const code = useSignal<NewCode | undefined>(undefined)
  if (problem !== undefined) return <Problem text={problem} onRetry={reload} />
  if (data === undefined) return <span class="skeleton" />
  const { terminal } = data
  const isBlocked = terminal.status === 'blocked'
  const issue = (): void => {
    post<NewCode>(`/api/estate/terminals/${tid}/codes`).then((answer) => {
      code.value = answer
      reload()
    }, sayProblem)
  }
  const close = (): void => {
    opened.value = undefined
  }
  return (
    <>
      <Card
        title={
          <>
            {terminal.merchantName} · <code>{tid}</code>{' '}
            <NamedBadge names={TERMINAL_STATUSES} value={terminal.status} />
          </>
        }
        actions={
          <>
            {may(['clerk', 'administrator']) && (
              <Button onClick={() => (opened.value = 'merchant')}>{t({ zh: '商户', en: 'Merchant' })}</Button>
            )}
            {may(HANDS) && (
              <>
                {data.device !== null && (
                  <Button onClick={issue}>{t({ zh: '激活码', en: 'Activation code' })}</Button>
                )}
                <Button onClick={() => (opened.value = 'order')}>
                  {t({ zh: '新工单', en: 'Work order' })}
                </Button>
                <Button kind={isBlocked ? 'primary' : 'danger'} onClick={() => (opened.value = 'status')}>
                  {isBlocked ? t({ zh: '启用', en: 'Unblock' }) : t({ zh: '停用', en: 'Block' })}
                </Button>
              </>
            )}
          </>
        }
      >
        <Facts data={data} />
      </Card>
      <Records data={data} tid={tid} />
      {opened.value === 'status' && (
        <FormDialog
          title={isBlocked ? t({ zh: '启用终端？', en: 'Unblock?' }) : t({ zh: '停用终端？', en: 'Block?' })}
          submit={isBlocked ? { zh: '启用', en: 'Unblock' } : { zh: '停用', en: 'Block' }}
          danger={!isBlocked}
          onClose={close}
          onSubmit={async () => {
            const status = isBlocked ? 'active' : 'blocked'
            await put(`/api/estate/terminals/${tid}/status`, { status, version: terminal.version }).finally(
              reload,
            )
            close()
            say({ zh: '已保存。', en: 'Saved.' })
          }}
        >
          <p>
            {isBlocked
              ? t({ zh: '主机将重新受理它的交易。', en: 'The host takes its transactions again.' })
              : t({ zh: '主机将拒绝它的所有交易。', en: 'The host refuses all its transactions.' })}
          </p>
        </FormDialog>
      )}
      {opened.value === 'merchant' && (
        <MerchantDialog
          use={data.use}
          onClose={() => {
            close()
            reload()
          }}
        />
      )}
      {opened.value === 'order' && (
        <NewOrderDialog
          tid={tid}
          onClose={close}
          onDone={() => {
            close()
            reload()
          }}
        />
      )}
      {code.value !== undefined && <CodeDialog code={code.value} onClose={() => (code.value = undefined)} />}
    </>
  )
}

/** How it does, how it came into service, and its work orders. */
function Records({ data, tid }: { readonly data: TerminalDetail; readonly tid: string }) {
  return (
    <>
      {may(['technician', 'support', 'finance', 'administrator', 'auditor']) && <MonitorCard tid={tid} />}
      {data.device !== null && <CommissioningCard tid={tid} />}
      <Orders data={data} />
    </>
  )
}

function Facts({
  data: { terminal, device, keys, signedIn, batchNumber, use },
}: {
  readonly data: TerminalDetail
}) {
  const none = '–'
  const facts: readonly (readonly [string, preact.ComponentChildren])[] = [
    [t({ zh: '商户号', en: 'Merchant' }), <code key="m">{terminal.mid}</code>],
    [
      t({ zh: '设备', en: 'Device' }),
      device === null ? (
        none
      ) : (
        <span key="d" class="row">
          <code>{device.serial}</code> {device.typeId}
          <NamedBadge names={DEVICE_STATES} value={device.state} />
        </span>
      ),
    ],
    [
      t({ zh: '主密钥校验值', en: 'Master key check value' }),
      <code key="k">{terminal.keyCheckValue || none}</code>,
    ],
    [
      t({ zh: '工作密钥校验值', en: 'Working keys’ check values' }),
      <code key="w">{`PIN ${keys.pin || none}  MAC ${keys.mac || none}  TDK ${keys.track || none}`}</code>,
    ],
    [
      t({ zh: '签到', en: 'Signed in' }),
      signedIn
        ? t({ zh: `是，批次 ${batchNumber}`, en: `Yes, batch ${batchNumber}` })
        : t({ zh: '否', en: 'No' }),
    ],
    [
      t({ zh: '版本', en: 'Versions' }),
      `${t({ zh: '软件', en: 'software' })} ${terminal.softwareVersion ?? none} · ${t({ zh: '参数', en: 'parameters' })} ${terminal.parameterVersion ?? none}`,
    ],
    [
      t({ zh: '最近联系', en: 'Last seen' }),
      terminal.lastSeenMs === null ? none : formatDateTime(terminal.lastSeenMs),
    ],
    [
      t({ zh: '商户终端数', en: 'Terminals of the merchant' }),
      `${use.terminals} / ${use.terminalsMax} (${use.tier})`,
    ],
    [
      t({ zh: '受理货币', en: 'Currencies of the merchant' }),
      [use.currency, ...use.currencies].map(currencyCode).join(' '),
    ],
  ]
  return (
    <dl class="pairs">
      {facts.map(([name, value]) => (
        <>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </>
      ))}
    </dl>
  )
}

function Orders({ data: { orders } }: { readonly data: TerminalDetail }) {
  return (
    <Card title={t({ zh: '工单', en: 'Work orders' })} flush>
      <Table
        label={t({ zh: '工单', en: 'Work orders' })}
        rows={orders}
        keyOf={({ number }) => number}
        empty={t({ zh: '还没有工单。', en: 'No work order yet.' })}
        onRow={({ number }) => go(`/orders?open=${number}`)}
        columns={[
          { key: 'number', title: '#', number: true, cell: ({ number }) => number },
          { key: 'kind', title: t({ zh: '类型', en: 'Kind' }), cell: ({ kind }) => t(ORDER_KINDS[kind]) },
          {
            key: 'state',
            title: t({ zh: '状态', en: 'State' }),
            cell: ({ state }) => <NamedBadge names={ORDER_STATES} value={state} />,
          },
          {
            key: 'technician',
            title: t({ zh: '技术员', en: 'Technician' }),
            cell: ({ technician }) => technician,
          },
          {
            key: 'changed',
            title: t({ zh: '更新', en: 'Changed' }),
            cell: ({ changedAtMs }) => formatDateTime(changedAtMs),
          },
        ]}
      />
    </Card>
  )
}

function CodeDialog({ code, onClose }: { readonly code: NewCode; readonly onClose: () => void }) {
  return (
    <Dialog title={t({ zh: '激活码', en: 'Activation code' })} onClose={onClose}>
      <p>
        {t({
          zh: '交给技术员。只显示这一次，只能用一次；之前的激活码已失效。',
          en: 'Hand it to the technician. It is shown this once and good for one use; earlier ones have ended.',
        })}
      </p>
      <p class="mono">{code.code}</p>
      <p class="quiet">
        {t({ zh: '有效至', en: 'Good until' })} {formatDateTime(code.expiresAtMs)}
      </p>
      <div class="row end">
        <Button kind="primary" onClick={onClose}>
          {t({ zh: '完成', en: 'Done' })}
        </Button>
      </div>
    </Dialog>
  )
}
