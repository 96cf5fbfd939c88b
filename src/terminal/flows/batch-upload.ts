import { asciiToBytes, fromHex } from '../../base/bytes.ts'
import type { FieldValue, Message } from '../../iso8583/message.ts'
import { BATCH_DETAILS_MAX, formatBatchDetails } from '../../iso8583/subfields/field-48.ts'
import { isCounted } from './batch-totals.ts'
import { isForeign } from './host-reply.ts'
import type { FailedChipRecord, TerminalState, Transaction } from './terminal-model.ts'
import type { TerminalProfile } from './terminal-profile.ts'
import { managementField60, repeatedRequestMessage } from './transaction-message.ts'

/** One 0320 of the batch upload. `records`: what it adds to the count of the end message. */
export type UploadItem =
  | { readonly kind: 'stripes'; readonly transactions: readonly Transaction[] }
  | { readonly kind: 'notice'; readonly transaction: Transaction }
  | { readonly kind: 'chip'; readonly transaction: Transaction; readonly balanced: boolean }
  | { readonly kind: 'failedChip'; readonly record: FailedChipRecord; readonly balanced: boolean }

/**
 * What goes up after the totals, in order: everything of a class that does not balance, and of one that does
 * only the chip certificates. The batch is closed to new transactions meanwhile, so the plan is the same after
 * a power cut. Source: docs of the UnionPay dialect, 14.
 */
export function uploadPlan(state: TerminalState): readonly UploadItem[] {
  const { settlement } = state
  const balanced = (foreign: boolean): boolean =>
    (foreign ? settlement?.foreignFlag : settlement?.domesticFlag) === '1'
  const counted = state.transactions.filter(isCounted)
  const unbalanced = counted.filter((each) => !balanced(isForeign(each.reply)))
  const notices = (type: 'refund' | 'completionAdvice' | 'offlineSale'): UploadItem[] =>
    unbalanced
      .filter((each) => each.request.type === type && isNotice(each))
      .map((transaction) => ({ kind: 'notice', transaction }))
  const chips = (wanted: (transaction: Transaction) => boolean): UploadItem[] =>
    counted
      .filter((each) => !isNotice(each) && isChip(each) && wanted(each))
      .map((transaction) => ({ kind: 'chip', transaction, balanced: balanced(isForeign(transaction.reply)) }))
  return [
    ...notices('offlineSale'),
    ...chips(({ request }) => request.type === 'offlineSale'),
    ...inGroups(unbalanced.filter((each) => !isNotice(each) && !isChip(each))),
    ...notices('refund'),
    ...notices('completionAdvice'),
    ...chips(({ request }) => request.type !== 'offlineSale'),
    ...state.failedChips.map((record): UploadItem => {
      return { kind: 'failedChip', record, balanced: balanced(record.foreign) }
    }),
  ]
}

/** Records that `item` counts for. */
export function recordsOf(item: UploadItem): number {
  return item.kind === 'stripes' ? item.transactions.length : 1
}

function isNotice(transaction: Transaction): boolean {
  const { type } = transaction.request
  return type === 'refund' || type === 'completionAdvice' || (type === 'offlineSale' && !isChip(transaction))
}

function isChip(transaction: Transaction): boolean {
  return transaction.uploadField55 !== undefined
}

function inGroups(transactions: readonly Transaction[]): UploadItem[] {
  const items: UploadItem[] = []
  for (let start = 0; start < transactions.length; start += BATCH_DETAILS_MAX) {
    items.push({ kind: 'stripes', transactions: transactions.slice(start, start + BATCH_DETAILS_MAX) })
  }
  return items
}

/** The protected card numbers that `item` needs in clear, in order. */
export function cardsOf(item: UploadItem): readonly { readonly panProtected: string }[] {
  switch (item.kind) {
    case 'stripes':
      return item.transactions.map((each) => each.request)
    case 'notice':
    case 'chip':
      return [item.transaction.request]
    case 'failedChip':
      return [item.record]
  }
}

/**
 * The trace number of the message: a single record goes up under its own, which is all that names it; a list of
 * stripe records needs a new one.
 */
export function uploadStan(item: UploadItem): string | undefined {
  switch (item.kind) {
    case 'stripes':
      return undefined
    case 'notice':
    case 'chip':
      return item.transaction.request.stan
    case 'failedChip':
      return item.record.stan
  }
}

/** `cards`: card numbers and expiries of `cardsOf(item)`, in its order. */
export function uploadMessage(
  profile: TerminalProfile,
  batch: string,
  stan: string,
  item: UploadItem,
  cards: readonly { readonly pan: string; readonly expiry?: string }[],
): Message {
  const terminal = { 11: stan, 41: profile.terminalId, 42: profile.merchantId }
  const [card = { pan: '' }] = cards
  switch (item.kind) {
    case 'stripes': {
      const details = item.transactions.map(({ request, reply, amountMinor }, index) => ({
        cardClass: classDigits(isForeign(reply)),
        stan: request.stan,
        // A payment code is no card number.
        pan: request.entry === 'code' ? '' : (cards[index]?.pan ?? ''),
        amountMinor,
      }))
      const fields = { ...terminal, 48: formatBatchDetails(details), 60: managementField60(batch, '201') }
      return { mti: '0320', fields }
    }
    case 'notice': {
      const { fields } = repeatedRequestMessage(profile, item.transaction.request, card)
      const { 64: _mac, ...unsealed } = fields
      return { mti: '0320', fields: { ...unsealed, 11: stan } }
    }
    case 'chip': {
      const { request, reply, amountMinor, uploadField55 = '' } = item.transaction
      const group = `61${classDigits(isForeign(reply))}00${amountDigits(amountMinor)}${request.currency}`
      const fields = chipFields(request, card.pan, amountMinor, uploadField55, group)
      const code = item.balanced ? '203' : '205'
      return { mti: '0320', fields: { ...terminal, ...fields, 60: managementField60(batch, code) } }
    }
    case 'failedChip': {
      const { foreign, failure, amountMinor, field55 } = item.record
      const group = `71${classDigits(foreign)}${failure}${amountDigits(amountMinor)}${profile.currency}00`
      const fields = chipFields(item.record, card.pan, amountMinor, field55, group)
      const code = item.balanced ? '204' : '206'
      return { mti: '0320', fields: { ...terminal, ...fields, 60: managementField60(batch, code) } }
    }
  }
}

function chipFields(
  source: { readonly entryMode: string; readonly panSequence?: string },
  pan: string,
  amountMinor: number,
  field55: string,
  group: string,
): { readonly [bit: number]: FieldValue } {
  return {
    ...(pan === '' ? {} : { 2: pan }),
    4: amountDigits(amountMinor),
    22: source.entryMode,
    ...(source.panSequence === undefined ? {} : { 23: source.panSequence }),
    55: fromHex(field55),
    62: asciiToBytes(group),
  }
}

function classDigits(foreign: boolean): string {
  return foreign ? '01' : '00'
}

function amountDigits(amountMinor: number): string {
  return String(amountMinor).padStart(12, '0')
}
