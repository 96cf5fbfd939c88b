import { formatAmount } from '../../base/money.ts'
import type { LocalDateTime } from '../../base/ports.ts'
import { batchCurrency } from '../flows/batch-currency.ts'
import { formatLocalTime } from '../flows/local-time.ts'
import type { Device, DeviceCondition } from '../flows/peripheral-effect.ts'
import type { PrintDocument, PrintLine } from '../flows/print-document.ts'
import type { BatchTotals, Transaction, TransactionStatus } from '../flows/terminal-model.ts'
import type { TerminalProfile } from '../flows/terminal-profile.ts'
import { header, row, say, TRANSACTION_WORDS, type Words } from './receipt-text.ts'
import { totalsLines } from './settlement-slip.ts'
import { ENTRY_MARKS } from './transaction-slip.ts'

export interface BatchReport {
  readonly batch: string
  readonly transactions: readonly Transaction[]
  readonly totals: BatchTotals
  readonly localTime: LocalDateTime
  readonly detail: 'totals' | 'transactions'
}

const STATUS_WORDS: { readonly [status in TransactionStatus]: Words } = {
  approved: ['成功', 'OK'],
  declined: ['拒绝', 'DECLINED'],
  voided: ['已撤销', 'VOIDED'],
  reversalDue: ['待冲正', 'REVERSAL DUE'],
  reversed: ['已冲正', 'REVERSED'],
  reversalFailed: ['冲正失败', 'REVERSAL FAILED'],
  noticeQueued: ['待上送', 'QUEUED'],
}

/** The open batch: its totals, and each transaction when asked for. */
export function batchDocument(profile: TerminalProfile, report: BatchReport): PrintDocument {
  const { batch, transactions, totals, localTime, detail } = report
  const lines: PrintLine[] = [
    ...header(profile, ['批次报表', 'BATCH REPORT']),
    row(profile, ['批次号', 'BATCH'], batch),
    row(profile, ['时间', 'TIME'], formatLocalTime(localTime)),
    ...totalsLines(profile, totals, batchCurrency(transactions, profile.currency)),
    { kind: 'rule' },
  ]
  if (detail === 'transactions') lines.push(...transactions.flatMap((each) => detailLines(profile, each)))
  return { lines: [...lines, { kind: 'feed', lines: 3 }], cut: true }
}

function detailLines(profile: TerminalProfile, transaction: Transaction): readonly PrintLine[] {
  const { request, status, amountMinor } = transaction
  return [
    {
      kind: 'pair',
      left: `${request.stan} ${say(profile, TRANSACTION_WORDS[request.type])}`,
      right: say(profile, STATUS_WORDS[status]),
    },
    {
      kind: 'pair',
      left: `${request.panTruncated} ${ENTRY_MARKS[request.entry]}`,
      right: formatAmount(amountMinor, request.currency),
    },
  ]
}

const DEVICE_WORDS: { readonly [device in Device]: Words } = {
  cardReader: ['读卡器', 'CARD READER'],
  pinPad: ['密码键盘', 'PIN PAD'],
  printer: ['打印机', 'PRINTER'],
}

const CONDITION_WORDS: { readonly [state in DeviceCondition['state']]: Words } = {
  ready: ['正常', 'READY'],
  degraded: ['异常', 'DEGRADED'],
  missing: ['缺失', 'MISSING'],
}

/** State of the three devices. */
export function deviceDocument(
  profile: TerminalProfile,
  devices: readonly DeviceCondition[],
  localTime: LocalDateTime,
): PrintDocument {
  return {
    lines: [
      ...header(profile, ['设备报告', 'DEVICE REPORT']),
      row(profile, ['时间', 'TIME'], formatLocalTime(localTime)),
      { kind: 'rule' },
      ...devices.flatMap((each) => conditionLines(profile, each)),
      { kind: 'feed', lines: 3 },
    ],
    cut: true,
  }
}

function conditionLines(profile: TerminalProfile, condition: DeviceCondition): readonly PrintLine[] {
  const state = row(profile, DEVICE_WORDS[condition.device], say(profile, CONDITION_WORDS[condition.state]))
  const identity: PrintLine[] =
    condition.state === 'missing' ? [] : [{ kind: 'text', text: condition.identity }]
  return condition.detail === ''
    ? [state, ...identity]
    : [state, ...identity, { kind: 'text', text: condition.detail }]
}
