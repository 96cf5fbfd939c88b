import { currencyCode, formatAmount } from '../base/money.ts'
import type { DeviceCondition } from '../terminal/flows/peripheral-effect.ts'
import type { CommandOutcome, TransactionView } from '../terminal/flows/terminal-command.ts'
import type { SettlementSummary } from '../terminal/flows/terminal-model.ts'
import type { CliLanguage } from './language.ts'

type Texts = readonly [zh: string, en: string]

const OUTCOMES: { readonly [kind in CommandOutcome['kind']]: Texts } = {
  approved: ['批准', 'approved'],
  declined: ['拒绝', 'declined'],
  reversed: ['无结果，已冲正或待冲正', 'no result, reversed'],
  queued: ['已存，稍后再发', 'queued, will be sent again'],
  balance: ['余额', 'balance'],
  settled: ['已结算', 'settled'],
  report: ['报表', 'report'],
  transactions: ['明细', 'transactions'],
  devices: ['设备', 'devices'],
  masterKey: ['主密钥校验值', 'master key check value'],
  keyRequest: ['主密钥申请', 'request for the master key'],
  echoed: ['线路正常', 'line is good'],
  done: ['完成', 'done'],
  cancelled: ['已取消', 'cancelled'],
  refused: ['未受理', 'refused'],
  failed: ['失败', 'failed'],
}

const LABELS = {
  batch: ['批次', 'batch'],
  trace: ['凭证号', 'trace'],
  tip: ['小费', 'tip'],
  reference: ['参考号', 'reference'],
  authorisation: ['授权码', 'authorisation'],
  count: ['笔', 'transactions'],
  balanced: ['对账平', 'balanced'],
  unbalanced: ['对账不平', 'not balanced'],
} satisfies { readonly [name: string]: Texts }

const REVERSALS: { readonly [result in Extract<CommandOutcome, { kind: 'reversed' }>['reversal']]: Texts } = {
  accepted: ['冲正成功', 'reversal accepted'],
  nothingToReverse: ['主机无此交易，无需冲正', 'the host has nothing to reverse'],
  refused: ['冲正被拒，请联系收单行', 'reversal refused: ask the acquirer'],
  due: ['冲正待发', 'reversal due'],
  exhausted: ['冲正失败，请联系收单行', 'reversal failed: ask the acquirer'],
}

const DEVICES: { readonly [device in DeviceCondition['device']]: Texts } = {
  cardReader: ['读卡器', 'card reader'],
  pinPad: ['密码键盘', 'PIN pad'],
  printer: ['打印机', 'printer'],
}

const STATES: { readonly [state in DeviceCondition['state']]: Texts } = {
  ready: ['正常', 'ready'],
  degraded: ['需处理', 'needs attention'],
  missing: ['未连接', 'missing'],
}

/** Whether the terminal did what it was asked to do. */
export function isSuccess(outcome: CommandOutcome): boolean {
  switch (outcome.kind) {
    case 'declined':
    case 'reversed':
    case 'cancelled':
    case 'refused':
    case 'failed':
      return false
    case 'devices':
      return outcome.devices.every(({ state }) => state !== 'missing')
    default:
      return true
  }
}

/** The outcome of a command as lines for a person. Holds no full card number. */
export function describeOutcome(outcome: CommandOutcome, language: CliLanguage): readonly string[] {
  const head = textOf(OUTCOMES[outcome.kind], language)
  switch (outcome.kind) {
    case 'approved':
      return [`${head}  ${transactionLine(outcome.transaction, language)}`]
    case 'declined':
      return [`${head} ${outcome.responseCode}  ${transactionLine(outcome.transaction, language)}`]
    case 'reversed': {
      const reversal = textOf(REVERSALS[outcome.reversal], language)
      return [`${head}  ${label('trace', language)} ${outcome.stan}  ${reversal}`]
    }
    case 'queued':
      return [`${head}  ${label('trace', language)} ${outcome.stan}`]
    case 'balance':
      return [`${head}  ${money(outcome.amountMinor, outcome.currency)}`]
    case 'settled':
      return [settledLine(head, outcome.summary, language)]
    case 'report':
      return [
        `${head}  ${label('batch', language)} ${outcome.batch}  ${outcome.count} ${label('count', language)}`,
      ]
    case 'transactions':
      return [
        `${head}  ${label('batch', language)} ${outcome.batch}`,
        ...outcome.items.map((item) => `  ${item.status.padEnd(15)} ${transactionLine(item, language)}`),
      ]
    case 'devices':
      return outcome.devices.map((device) => describeDevice(device, language))
    case 'masterKey':
      return [`${head}  ${outcome.checkValue}`]
    case 'echoed':
      return [`${head}  ${Math.round(outcome.roundTripMs)} ms`]
    case 'refused':
    case 'failed':
      return [`${head}  ${outcome.reason}${outcome.detail === undefined ? '' : ` (${outcome.detail})`}`]
    case 'done':
    case 'cancelled':
    case 'keyRequest':
      return [head]
  }
}

/** One line on the state of a device. */
export function describeDevice(device: DeviceCondition, language: CliLanguage): string {
  const identity = device.state === 'missing' ? '' : `  ${device.identity}`
  const detail = device.detail === '' ? '' : `  ${device.detail}`
  return `${textOf(DEVICES[device.device], language)}: ${textOf(STATES[device.state], language)}${identity}${detail}`
}

function textOf(texts: Texts, language: CliLanguage): string {
  return texts[language === 'zh' ? 0 : 1]
}

function money(amountMinor: number, currency: string): string {
  return `${currencyCode(currency)} ${formatAmount(amountMinor, currency)}`
}

function settledLine(
  head: string,
  { batch, domesticFlag, foreignFlag, transactionCount }: SettlementSummary,
  language: CliLanguage,
): string {
  const isBalanced = domesticFlag === '1' && foreignFlag === '1'
  const balance = label(isBalanced ? 'balanced' : 'unbalanced', language)
  const count = `${transactionCount} ${label('count', language)}`
  return `${head}  ${label('batch', language)} ${batch}  ${count}  ${balance}`
}

function transactionLine(view: TransactionView, language: CliLanguage): string {
  const codes = [
    ...(view.referenceNumber === undefined
      ? []
      : [`${label('reference', language)} ${view.referenceNumber}`]),
    ...(view.authorisationCode === undefined
      ? []
      : [`${label('authorisation', language)} ${view.authorisationCode}`]),
  ]
  return [
    `${view.type} ${money(view.amountMinor, view.currency)}`,
    ...(view.tipMinor === undefined
      ? []
      : [`${label('tip', language)} ${money(view.tipMinor, view.currency)}`]),
    view.panTruncated,
    `${label('batch', language)} ${view.batch}`,
    `${label('trace', language)} ${view.stan}`,
    ...codes,
  ].join('  ')
}

function label(name: keyof typeof LABELS, language: CliLanguage): string {
  return textOf(LABELS[name], language)
}
