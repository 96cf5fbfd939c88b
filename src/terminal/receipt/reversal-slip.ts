import { currencyCode, formatAmount } from '../../base/money.ts'
import { formatLocalTime } from '../flows/local-time.ts'
import type { PrintLine } from '../flows/print-document.ts'
import type { ReversalResult, TransactionRequest } from '../flows/terminal-model.ts'
import type { TerminalProfile } from '../flows/terminal-profile.ts'
import type { ReceiptForm } from './receipt-form.ts'
import { duplicateMark, header, row, say, TRANSACTION_WORDS, type Words } from './receipt-text.ts'

const TITLE: Words = ['冲正单', 'REVERSAL SLIP']

const RESULTS: { readonly [result in ReversalResult]: Words } = {
  accepted: ['冲正成功', 'REVERSED'],
  nothingToReverse: ['主机无原交易', 'NOTHING TO REVERSE'],
  refused: ['冲正被主机拒绝', 'REVERSAL REFUSED'],
  exhausted: ['冲正失败,主机无应答', 'REVERSAL FAILED: NO REPLY'],
}

/** What the merchant shows the acquirer when a reversal could not be delivered. */
export function reversalLines(
  profile: TerminalProfile,
  request: TransactionRequest,
  result: ReversalResult,
  form: ReceiptForm,
): readonly PrintLine[] {
  const amount = `${currencyCode(request.currency)} ${formatAmount(request.amountMinor, request.currency)}`
  const open = result === 'refused' || result === 'exhausted'
  return [
    ...header(profile, TITLE, form.duplicate),
    { kind: 'rule' },
    row(profile, ['卡号', 'CARD'], request.panTruncated),
    row(profile, ['原交易', 'ORIGINAL'], say(profile, TRANSACTION_WORDS[request.type])),
    row(profile, ['批次号', 'BATCH'], request.batch),
    row(profile, ['凭证号', 'TRACE'], request.stan),
    row(profile, ['时间', 'TIME'], formatLocalTime(request.localTime)),
    { kind: 'pair', left: say(profile, ['金额', 'AMOUNT']), right: amount, bold: true },
    { kind: 'rule' },
    { kind: 'text', text: say(profile, RESULTS[result]), bold: true },
    ...(open
      ? [
          {
            kind: 'text',
            text: say(profile, ['请联系收单行核对此交易', 'ASK THE ACQUIRER ABOUT THIS TRANSACTION']),
          } as const,
        ]
      : []),
    ...duplicateMark(profile, form.duplicate),
    { kind: 'feed', lines: 3 },
  ]
}
