import { useSignal } from '@preact/signals'
import { markupText } from '../../base/conversion.ts'
import { currencyCode } from '../../base/money.ts'
import type { Signature, TransactionDetail } from '../../host/console/api-types/transactions.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { formatMoney } from '../components/money.tsx'
import { kindName } from '../components/names.ts'
import { Problem } from '../components/problem.tsx'
import { ReasonDialog } from '../components/reason-dialog.tsx'
import { SignaturePicture } from '../components/signature-picture.tsx'
import { CodeBadge, StateBadge } from '../components/state-badge.tsx'
import { Table } from '../components/table.tsx'
import type { PageProps } from '../page.ts'
import { post } from '../state/api.ts'
import { formatDateTime, type Text, t } from '../state/language.ts'
import { go } from '../state/router.ts'
import { may } from '../state/session.ts'
import { useData } from '../state/use-data.ts'
import { transactionColumns } from './transactions-page.tsx'

const ACCOUNTS: Readonly<Record<string, Text>> = {
  cardholder: { zh: '持卡人', en: 'Cardholder' },
  merchant: { zh: '商户', en: 'Merchant' },
  issuerFunding: { zh: '发卡行资金', en: 'Issuer funding' },
  held: { zh: '冻结', en: 'Held' },
  holds: { zh: '冻结对方', en: 'Holds' },
  suspense: { zh: '暂记', en: 'Suspense' },
  fees: { zh: '手续费', en: 'Fees' },
  interchange: { zh: '发卡行服务费', en: 'Interchange' },
  deviceFees: { zh: '终端月费', en: 'Terminal fees' },
  payouts: { zh: '待付款', en: 'Payouts' },
}

/** One transaction: what it was, where the money went, what came of it. */
export function TransactionPage({ params }: PageProps) {
  const { data, problem, reload } = useData<TransactionDetail>(`/api/transactions/${params['id'] ?? ''}`, [
    'exchange',
  ])
  if (problem !== undefined) return <Problem text={problem} onRetry={reload} />
  if (data === undefined) return <Card>…</Card>
  return (
    <>
      <div class="grid two">
        <Facts data={data} />
        <Card flush title={t({ zh: '分录', en: 'Ledger entries' })}>
          <Table
            label={t({ zh: '分录', en: 'Ledger entries' })}
            rows={data.entries}
            keyOf={({ account, owner, amountMinor }) => `${account} ${owner} ${amountMinor}`}
            empty={t({ zh: '没有资金变动。', en: 'No money moved.' })}
            columns={[
              {
                key: 'account',
                title: t({ zh: '科目', en: 'Account' }),
                cell: ({ account }) => t(ACCOUNTS[account] ?? { zh: account, en: account }),
              },
              {
                key: 'owner',
                title: t({ zh: '归属', en: 'Owner' }),
                cell: ({ owner }) => <code>{owner}</code>,
              },
              {
                key: 'amount',
                title: t({ zh: '金额', en: 'Amount' }),
                number: true,
                cell: ({ amountMinor, currency }) => formatMoney(amountMinor, currency),
              },
            ]}
          />
        </Card>
      </div>
      {data.hasSignature && may(['finance', 'administrator', 'auditor']) && <SignatureCard id={data.id} />}
      {data.followers.length > 0 && (
        <Card flush title={t({ zh: '后续交易', en: 'What refers to it' })}>
          <Table
            label={t({ zh: '后续交易', en: 'What refers to it' })}
            rows={data.followers}
            keyOf={({ id }) => id}
            onRow={({ id }) => go(`/transactions/${id}`)}
            empty=""
            columns={transactionColumns()}
          />
        </Card>
      )}
    </>
  )
}

/** What the customer drew on the terminal's screen; who looks says why. */
function SignatureCard({ id }: { readonly id: number }) {
  const asking = useSignal(false)
  const shown = useSignal<Signature | undefined>(undefined)
  const title = t({ zh: '持卡人签名', en: "Cardholder's signature" })
  return (
    <Card title={title}>
      {shown.value === undefined ? (
        <Button onClick={() => (asking.value = true)}>
          {t({ zh: '显示签名', en: 'Show the signature' })}
        </Button>
      ) : (
        <SignaturePicture signature={shown.value} label={title} />
      )}
      {asking.value && (
        <ReasonDialog
          title={t({ zh: '显示签名', en: 'Show the signature' })}
          onClose={() => (asking.value = false)}
          onReason={async (reason) => {
            shown.value = await post<Signature>(`/api/transactions/${id}/signature`, { reason })
            asking.value = false
          }}
        />
      )}
    </Card>
  )
}

/** What the account is charged where it is in another currency, and by which rate. */
function conversionFacts({ conversion, currency }: TransactionDetail): readonly (readonly [Text, string])[] {
  if (conversion === null) return []
  const { by, amountMinor, rate, markupBasisPoints, version } = conversion
  const chosen = by === 'cardholder'
  return [
    [
      chosen
        ? { zh: '持卡人选择的金额', en: 'Chosen by the cardholder' }
        : { zh: '发卡行折算', en: 'Converted by the issuer' },
      formatMoney(amountMinor, conversion.currency),
    ],
    [
      { zh: '汇率', en: 'Rate' },
      `${rate} (${markupText(markupBasisPoints)}, ${t({ zh: '版本', en: 'version' })} ${version}, ${currencyCode(currency)} → ${currencyCode(conversion.currency)})`,
    ],
  ]
}

/** What of the approved amount is a tip, with the sale or after it. */
function tipFacts({ tipMinor, currency }: TransactionDetail): readonly (readonly [Text, string])[] {
  if (tipMinor === null) return []
  return [[{ zh: '其中小费', en: 'Of which a tip' }, formatMoney(tipMinor, currency)]]
}

function Facts({ data }: { readonly data: TransactionDetail }) {
  const revealing = useSignal(false)
  const cardNumber = useSignal<string | undefined>(undefined)
  const facts: readonly (readonly [Text, preact.ComponentChildren])[] = [
    [{ zh: '类型', en: 'Kind' }, t(kindName(data.kind))],
    [{ zh: '时间', en: 'Time' }, formatDateTime(data.receivedAtMs)],
    [{ zh: '金额', en: 'Amount' }, formatMoney(data.requestedMinor, data.currency)],
    [{ zh: '批准金额', en: 'Approved' }, formatMoney(data.approvedMinor, data.currency)],
    ...tipFacts(data),
    ...conversionFacts(data),
    [{ zh: '卡号', en: 'Card' }, <code key="card">{cardNumber.value ?? data.panTruncated}</code>],
    [{ zh: '输入方式', en: 'Entry mode' }, <code key="mode">{data.entryMode}</code>],
    [
      { zh: '终端', en: 'Terminal' },
      <a key="tid" href={`/estate/${data.tid}`}>
        {data.tid}
      </a>,
    ],
    [{ zh: '商户', en: 'Merchant' }, <code key="mid">{data.mid}</code>],
    [
      { zh: '批次', en: 'Batch' },
      <a key="batch" href={`/batches/${data.tid}/${data.batchNumber}`}>
        {String(data.batchNumber).padStart(6, '0')}
      </a>,
    ],
    [{ zh: '流水号', en: 'Trace' }, <code key="stan">{String(data.stan).padStart(6, '0')}</code>],
    [{ zh: '参考号', en: 'Reference' }, <code key="rrn">{String(data.id).padStart(12, '0')}</code>],
    [{ zh: '授权码', en: 'Authorisation code' }, <code key="auth">{data.authorisationCode || '–'}</code>],
    [{ zh: '报文格式', en: 'Dialect' }, data.dialect],
  ]
  const links: readonly (readonly [Text, number | null])[] = [
    [{ zh: '原交易', en: 'Refers to' }, data.originalId],
  ]
  return (
    <Card
      title={
        <span class="row">
          {t(kindName(data.kind))} <StateBadge state={data.state} /> <CodeBadge code={data.responseCode} />
        </span>
      }
      actions={
        <>
          {data.responseCode !== '00' && (
            <a class="button" href={`/knowledge?q=${data.responseCode}`}>
              {t({ zh: '知识库', en: 'What does it mean?' })}
            </a>
          )}
          {data.accountKnown && may(['finance', 'administrator']) && cardNumber.value === undefined && (
            <Button onClick={() => (revealing.value = true)}>
              {t({ zh: '显示卡号', en: 'Show the card number' })}
            </Button>
          )}
        </>
      }
    >
      <dl class="pairs">
        {facts.map(([name, value]) => (
          <>
            <dt>{t(name)}</dt>
            <dd>{value}</dd>
          </>
        ))}
        {links.map(
          ([name, id]) =>
            id !== null && (
              <>
                <dt>{t(name)}</dt>
                <dd>
                  <a href={`/transactions/${id}`}>{String(id).padStart(12, '0')}</a>
                </dd>
              </>
            ),
        )}
        {data.reversalReason !== '' && (
          <>
            <dt>{t({ zh: '冲正原因', en: 'Reversal reason' })}</dt>
            <dd>
              <code>{data.reversalReason}</code>
            </dd>
          </>
        )}
      </dl>
      {revealing.value && (
        <ReasonDialog
          title={t({ zh: '显示完整卡号', en: 'Show the full card number' })}
          onClose={() => (revealing.value = false)}
          onReason={async (reason) => {
            const path = `/api/transactions/${data.id}/card-number`
            cardNumber.value = (await post<{ readonly cardNumber: string }>(path, { reason })).cardNumber
            revealing.value = false
          }}
        />
      )}
    </Card>
  )
}
