import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { PhoneView, ShownCode, WalletOrder, WalletView } from '../../host/console/api-types/wallet.ts'
import { Badge, type Tone } from '../components/badge.tsx'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { FormDialog } from '../components/dialog.tsx'
import { SelectField, TextField } from '../components/field.tsx'
import { formatMoney } from '../components/money.tsx'
import { Problem } from '../components/problem.tsx'
import { QrCode } from '../components/qr-code.tsx'
import { Table } from '../components/table.tsx'
import { post, put } from '../state/api.ts'
import { formatTime, type Text, t } from '../state/language.ts'
import { sayProblem } from '../state/toasts.ts'
import { useData } from '../state/use-data.ts'

const YUAN = '156'
const REFRESH_MS = 2_000
const STATES: Readonly<Record<WalletOrder['state'], readonly [Tone, Text]>> = {
  open: ['warn', { zh: '待确认', en: 'Waiting' }],
  confirmed: ['good', { zh: '已确认', en: 'Confirmed' }],
  refused: ['bad', { zh: '已拒绝', en: 'Refused' }],
  closed: ['quiet', { zh: '已关闭', en: 'Closed' }],
  expired: ['quiet', { zh: '已过期', en: 'Too old' }],
}

/** Plays the phone of a customer of the wallet emulator. */
export function PhonePage() {
  const { data: wallets, problem, reload } = useData<readonly WalletView[]>('/api/wallets', ['wallets'])
  const chosen = useSignal<number | undefined>(undefined)
  const isAdding = useSignal(false)
  const number = chosen.value ?? wallets?.[0]?.number
  return (
    <>
      {problem !== undefined && <Problem text={problem} onRetry={reload} />}
      <Card
        title={t({ zh: '钱包', en: 'Wallets' })}
        actions={
          <Button kind="primary" onClick={() => (isAdding.value = true)}>
            {t({ zh: '新增钱包', en: 'Add a wallet' })}
          </Button>
        }
      >
        {wallets?.length === 0 && (
          <p class="empty">{t({ zh: '还没有钱包：请先新增一个。', en: 'No wallet yet: add one first.' })}</p>
        )}
        {number !== undefined && wallets !== undefined && (
          <SelectField
            label={t({ zh: '这是谁的手机', en: 'Whose phone this is' })}
            value={String(number)}
            onChange={(value) => (chosen.value = Number(value))}
            options={wallets.map((wallet) => ({
              value: String(wallet.number),
              text: `${wallet.number} ${wallet.name}`,
            }))}
          />
        )}
      </Card>
      {number !== undefined && <Phone key={number} number={number} />}
      {isAdding.value && (
        <AddDialog
          onClose={() => (isAdding.value = false)}
          onDone={(wallet) => {
            isAdding.value = false
            chosen.value = wallet.number
            reload()
          }}
        />
      )}
    </>
  )
}

function Phone({ number }: { readonly number: number }) {
  const { data, problem, reload } = useData<PhoneView>(`/api/wallets/${number}`, ['wallets'])
  useEffect(() => {
    const timer = setInterval(reload, REFRESH_MS)
    return () => clearInterval(timer)
  }, [reload])
  if (data === undefined) return problem === undefined ? null : <Problem text={problem} onRetry={reload} />
  const { wallet, orders, history } = data
  const freeze = (): void => {
    put(`/api/wallets/${number}/frozen`, { isFrozen: !wallet.isFrozen }).then(reload, sayProblem)
  }
  return (
    <>
      <Waiting number={number} orders={orders} onDone={reload} />
      <div class="grid two">
        <Card
          title={formatMoney(wallet.balanceMinor, YUAN)}
          actions={
            <Button kind={wallet.isFrozen ? 'plain' : 'danger'} onClick={freeze}>
              {wallet.isFrozen ? t({ zh: '解冻', en: 'Unfreeze' }) : t({ zh: '冻结', en: 'Freeze' })}
            </Button>
          }
        >
          {wallet.isFrozen && <Badge tone="bad">{t({ zh: '已冻结', en: 'Frozen' })}</Badge>}
          <PaymentCode number={number} />
        </Card>
        <Scan number={number} onDone={reload} />
      </div>
      <Orders orders={orders} />
      <History history={history} />
    </>
  )
}

/** A new code each minute, as on a real phone. */
function PaymentCode({ number }: { readonly number: number }) {
  const shown = useSignal<ShownCode | undefined>(undefined)
  const isOn = useSignal(false)
  useEffect(() => {
    if (!isOn.value) return undefined
    const load = (): void => {
      post<ShownCode>(`/api/wallets/${number}/code`).then((code) => (shown.value = code), sayProblem)
    }
    load()
    const timer = setInterval(load, REFRESH_MS)
    return () => clearInterval(timer)
  }, [number, isOn.value])
  const code = isOn.value ? shown.value : undefined
  return (
    <div class="stack">
      <Button onClick={() => (isOn.value = !isOn.value)}>
        {isOn.value
          ? t({ zh: '收起付款码', en: 'Hide the code' })
          : t({ zh: '付款码', en: 'Show a payment code' })}
      </Button>
      {code !== undefined && (
        <div class="phone-code">
          <QrCode text={code.code} label={t({ zh: '付款码', en: 'Payment code' })} />
          <code>{code.code.replace(/(\d{4})(?=\d)/g, '$1 ')}</code>
          <span class="hint">
            {t({
              zh: `只能用一次，${untilText(code)} 换新码`,
              en: `Good once; a new one at ${untilText(code)}`,
            })}
          </span>
        </div>
      )}
    </div>
  )
}

function untilText({ untilMs }: ShownCode): string {
  return formatTime(untilMs).split(/[ ,]+/).at(-1) ?? ''
}

function Scan({ number, onDone }: { readonly number: number; readonly onDone: () => void }) {
  const payload = useSignal('')
  const found = useSignal<WalletOrder | undefined>(undefined)
  const look = (): void => {
    post<WalletOrder>(`/api/wallets/${number}/scan`, { payload: payload.value }).then(
      (order) => (found.value = order),
      sayProblem,
    )
  }
  const order = found.value
  return (
    <Card title={t({ zh: '扫一扫', en: 'Scan' })}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          look()
        }}
      >
        <TextField
          label={t({ zh: '终端上的码（TW1:…）', en: 'Code on the terminal (TW1:…)' })}
          value={payload.value}
          onInput={(value) => (payload.value = value)}
        />
        <Button type="submit" disabled={payload.value.trim() === ''}>
          {t({ zh: '扫描', en: 'Scan' })}
        </Button>
      </form>
      {order !== undefined && (
        <Answer
          number={number}
          order={order}
          onDone={() => {
            found.value = undefined
            payload.value = ''
            onDone()
          }}
        />
      )}
    </Card>
  )
}

interface AnswerProps {
  readonly number: number
  readonly order: WalletOrder
  readonly onDone: () => void
}

function Answer({ number, order, onDone }: AnswerProps) {
  const answer = (deed: 'confirm' | 'refuse'): void => {
    post(`/api/wallets/${number}/orders/${order.number}/${deed}`).then(onDone, (error: unknown) => {
      sayProblem(error)
      onDone()
    })
  }
  return (
    <div class="phone-answer">
      <span>{order.merchant}</span>
      <strong class="phone-amount">{formatMoney(order.amountMinor, order.currency)}</strong>
      <span class="phone-buttons">
        <Button kind="primary" onClick={() => answer('confirm')}>
          {t({ zh: '确认付款', en: 'Pay' })}
        </Button>
        <Button onClick={() => answer('refuse')}>{t({ zh: '拒绝', en: 'Refuse' })}</Button>
      </span>
    </div>
  )
}

interface WaitingProps {
  readonly number: number
  readonly orders: PhoneView['orders']
  readonly onDone: () => void
}

/** First on the page: somebody at a till waits for this answer. */
function Waiting({ number, orders, onDone }: WaitingProps) {
  const waiting = orders.filter(({ state }) => state === 'open')
  return (
    <>
      {waiting.map((order) => (
        <Card key={order.number} title={t({ zh: '请确认', en: 'Please confirm' })}>
          <Answer number={number} order={order} onDone={onDone} />
        </Card>
      ))}
    </>
  )
}

function Orders({ orders }: Pick<PhoneView, 'orders'>) {
  return (
    <Card title={t({ zh: '订单', en: 'Orders' })} flush>
      <Table
        label={t({ zh: '订单', en: 'Orders' })}
        rows={orders}
        keyOf={(order) => String(order.number)}
        empty={t({ zh: '没有订单', en: 'No orders' })}
        columns={[
          {
            key: 'at',
            title: t({ zh: '时间', en: 'Time' }),
            cell: ({ createdMs }) => formatTime(createdMs),
          },
          { key: 'merchant', title: t({ zh: '商户', en: 'Merchant' }), cell: ({ merchant }) => merchant },
          {
            key: 'amount',
            title: t({ zh: '金额', en: 'Amount' }),
            cell: ({ amountMinor, currency }) => formatMoney(amountMinor, currency),
          },
          {
            key: 'state',
            title: t({ zh: '状态', en: 'State' }),
            cell: ({ state }) => <Badge tone={STATES[state][0]}>{t(STATES[state][1])}</Badge>,
          },
        ]}
      />
    </Card>
  )
}

const KINDS: Readonly<Record<string, Text>> = {
  sale: { zh: '付款', en: 'Payment' },
  saleVoid: { zh: '撤销', en: 'Void' },
  refund: { zh: '退款', en: 'Refund' },
}

function History({ history }: Pick<PhoneView, 'history'>) {
  return (
    <Card title={t({ zh: '账单', en: 'History' })} flush>
      <Table
        label={t({ zh: '账单', en: 'History' })}
        rows={history}
        keyOf={(deed) => String(deed.id)}
        empty={t({ zh: '没有记录', en: 'Nothing yet' })}
        columns={[
          { key: 'at', title: t({ zh: '时间', en: 'Time' }), cell: ({ atMs }) => formatTime(atMs) },
          { key: 'merchant', title: t({ zh: '商户', en: 'Merchant' }), cell: ({ merchant }) => merchant },
          {
            key: 'kind',
            title: t({ zh: '类型', en: 'Kind' }),
            cell: ({ kind, state }) => (
              <span class="row">
                {t(KINDS[kind] ?? { zh: kind, en: kind })}
                {state === 'reversed' && <Badge tone="quiet">{t({ zh: '已冲正', en: 'Reversed' })}</Badge>}
                {state === 'voided' && <Badge tone="quiet">{t({ zh: '已撤销', en: 'Voided' })}</Badge>}
              </span>
            ),
          },
          {
            key: 'amount',
            title: t({ zh: '金额', en: 'Amount' }),
            cell: ({ moneyMinor, currency }) => formatMoney(moneyMinor, currency),
          },
        ]}
      />
    </Card>
  )
}

interface AddProps {
  readonly onClose: () => void
  readonly onDone: (wallet: WalletView) => void
}

function AddDialog({ onClose, onDone }: AddProps) {
  const name = useSignal('')
  const balance = useSignal('1000.00')
  const limit = useSignal('500.00')
  return (
    <FormDialog
      title={t({ zh: '新增钱包', en: 'Add a wallet' })}
      submit={{ zh: '新增', en: 'Add' }}
      onClose={onClose}
      onSubmit={async () => {
        const body = {
          name: name.value,
          balanceMinor: Math.round(Number(balance.value) * 100),
          confirmAboveMinor: Math.round(Number(limit.value) * 100),
        }
        onDone(await post<WalletView>('/api/wallets', body))
      }}
    >
      <TextField
        label={t({ zh: '姓名', en: 'Name' })}
        value={name.value}
        onInput={(value) => (name.value = value)}
        required
        autoFocus
      />
      <TextField
        label={t({ zh: '余额', en: 'Balance' })}
        value={balance.value}
        onInput={(value) => (balance.value = value)}
        inputMode="decimal"
      />
      <TextField
        label={t({ zh: '超过此金额须确认', en: 'Ask above' })}
        value={limit.value}
        onInput={(value) => (limit.value = value)}
        inputMode="decimal"
      />
    </FormDialog>
  )
}
