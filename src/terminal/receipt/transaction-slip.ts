import { fromHex } from '../../base/bytes.ts'
import { currencyCode, formatAmount } from '../../base/money.ts'
import { parseSignature } from '../../iso8583/subfields/signature-image.ts'
import { formatLocalTime } from '../flows/local-time.ts'
import type { PrintLine } from '../flows/print-document.ts'
import { responseCodeInfo } from '../flows/response-codes.ts'
import type { ChipDetails, EntryMethod, HostReply, Transaction } from '../flows/terminal-model.ts'
import type { TerminalProfile } from '../flows/terminal-profile.ts'
import { choiceLines, conversionLines } from './conversion-lines.ts'
import type { ReceiptForm } from './receipt-form.ts'
import {
  centred,
  duplicateMark,
  header,
  row,
  say,
  sentence,
  TRANSACTION_WORDS,
  type Words,
} from './receipt-text.ts'
import { amountLines } from './tip-lines.ts'

const TITLE: Words = ['签购单', 'SALES SLIP']
const COPIES: { readonly [copy in ReceiptForm['copy']]: Words } = {
  merchant: ['商户存根', 'MERCHANT COPY'],
  cardholder: ['持卡人存根', 'CARDHOLDER COPY'],
}

/** How the card came in, beside its number: swiped, inserted, contactless, manual. */
export const ENTRY_MARKS: { readonly [entry in EntryMethod]: string } = {
  stripe: '/S',
  fallback: '/F',
  chip: '/I',
  contactless: '/C',
  keyed: '/M',
  original: '/M',
  code: '/Q',
}

/** Sales slip: everything that cardholder and merchant need to find the transaction again. */
export function transactionLines(
  profile: TerminalProfile,
  transaction: Transaction,
  form: ReceiptForm,
): readonly PrintLine[] {
  const { request, reply } = transaction
  return [
    ...header(profile, TITLE, form.duplicate),
    centred(say(profile, COPIES[form.copy])),
    row(profile, ['操作员', 'OPERATOR'], request.operator),
    { kind: 'rule' },
    ...institutionLines(profile, reply),
    ...payerLines(profile, request),
    {
      kind: 'text',
      text: say(profile, TRANSACTION_WORDS[request.type]),
      bold: true,
    },
    row(profile, ['批次号', 'BATCH'], request.batch),
    row(profile, ['凭证号', 'TRACE'], request.stan),
    ...optionalRow(profile, ['授权码', 'AUTH'], reply?.authorisationCode ?? request.authorisationCode),
    ...optionalRow(profile, ['参考号', 'REF'], reply?.referenceNumber),
    ...optionalRow(profile, ['付款凭证', 'VOUCHER'], reply?.voucher),
    row(profile, ['时间', 'TIME'], printedTime(transaction)),
    ...originalLines(profile, transaction),
    ...amountLines(profile, transaction, form),
    ...conversionLines(profile, transaction),
    ...partialLines(profile, transaction),
    ...offlineLines(profile, transaction),
    { kind: 'rule' },
    ...chipLines(profile, transaction.chip ?? request.chip),
    ...remarkLines(profile, reply),
    ...choiceLines(profile, transaction),
    ...signatureLines(profile, transaction, form),
    ...(profile.receiptQr ? qrLines(transaction) : []),
    ...footerLines(profile),
    ...duplicateMark(profile, form.duplicate),
    { kind: 'feed', lines: 3 },
  ]
}

/** What the merchant's acquirer wants to say, if anything. */
function footerLines(profile: TerminalProfile): readonly PrintLine[] {
  const words: Words = [profile.receiptFooterZh, profile.receiptFooterEn]
  return sentence(profile, words).filter((line) => line.kind !== 'text' || line.text !== '')
}

function payerLines(
  profile: TerminalProfile,
  { entry, panTruncated }: Transaction['request'],
): readonly PrintLine[] {
  const value = `${panTruncated} ${ENTRY_MARKS[entry]}`
  if (entry === 'code') return [row(profile, ['付款码', 'CODE'], value)]
  return [row(profile, ['卡号', 'CARD'], value), row(profile, ['有效期', 'EXP'], '**/**')]
}

function institutionLines(profile: TerminalProfile, reply: HostReply | undefined): readonly PrintLine[] {
  return [
    ...optionalRow(profile, ['发卡行', 'ISSUER'], reply?.issuerInstitution),
    ...optionalRow(profile, ['收单行', 'ACQUIRER'], reply?.acquirerInstitution),
  ]
}

function optionalRow(
  profile: TerminalProfile,
  label: Words,
  value: string | undefined,
): readonly PrintLine[] {
  return value === undefined || value === '' ? [] : [row(profile, label, value)]
}

/** The host's time when it gave one: that is what a statement will show. */
function printedTime({ request, reply }: Transaction): string {
  const { time, date } = reply ?? {}
  const usable = /^\d{6}$/.test(time ?? '') && /^\d{4}$/.test(date ?? '')
  if (!usable || time === undefined || date === undefined) return formatLocalTime(request.localTime)
  return formatLocalTime({
    year: request.localTime.year,
    month: Number(date.slice(0, 2)),
    day: Number(date.slice(2)),
    hour: Number(time.slice(0, 2)),
    minute: Number(time.slice(2, 4)),
    second: Number(time.slice(4)),
  })
}

function originalLines(profile: TerminalProfile, { request }: Transaction): readonly PrintLine[] {
  const { original } = request
  if (original === undefined) return []
  return [row(profile, ['原凭证号', 'ORIG TRACE'], original.stan)]
}

function partialLines(profile: TerminalProfile, transaction: Transaction): readonly PrintLine[] {
  const { request, amountMinor } = transaction
  if (amountMinor >= request.amountMinor) return []
  const asked = `${currencyCode(request.currency)} ${formatAmount(request.amountMinor, request.currency)}`
  return [row(profile, ['应付金额', 'ASKED FOR'], asked)]
}

/** What an offline sale is worth: nothing is sure before the host has it. */
function offlineLines(profile: TerminalProfile, { request, status }: Transaction): readonly PrintLine[] {
  if (request.type !== 'offlineSale') return []
  if (status === 'noticeQueued') return sentence(profile, ['离线交易,待送主机', 'OFFLINE, STILL TO BE SENT'])
  return status === 'declined' ? sentence(profile, ['主机拒绝,商户损失', 'REFUSED BY THE HOST: A LOSS']) : []
}

function chipLines(profile: TerminalProfile, chip: ChipDetails | undefined): readonly PrintLine[] {
  if (chip === undefined) return []
  return [
    row(profile, ['应用', 'APP'], chip.label),
    row(profile, ['AID', 'AID'], chip.aid),
    row(profile, ['TVR', 'TVR'], chip.terminalVerificationResults),
    row(profile, ['TSI', 'TSI'], chip.transactionStatusInformation),
    row(profile, ['ATC', 'ATC'], chip.applicationTransactionCounter),
    row(profile, [chip.cryptogramKind, chip.cryptogramKind], chip.cryptogram),
    { kind: 'rule' },
  ]
}

function remarkLines(profile: TerminalProfile, reply: HostReply | undefined): readonly PrintLine[] {
  if (reply === undefined || reply.responseCode === '00') return []
  const { shown } = responseCodeInfo(reply.responseCode)
  return [{ kind: 'text', text: say(profile, [shown.zh, shown.en]) }]
}

/** A line to sign on only where the card's rules want a signature, and only on the merchant's copy. */
function signatureLines(
  profile: TerminalProfile,
  { request, signature }: Transaction,
  form: ReceiptForm,
): readonly PrintLine[] {
  const signs = request.verification === 'signature' || request.verification === 'pinAndSignature'
  if (!signs) {
    return sentence(profile, noSignatureWords(request))
  }
  if (form.copy === 'cardholder') return []
  return [
    { kind: 'text', text: say(profile, ['持卡人签名', 'CARDHOLDER SIGNATURE']) },
    ...(signatureImage(signature) ?? [{ kind: 'feed', lines: 3 } as const]),
    { kind: 'rule' },
    {
      kind: 'text',
      text: say(profile, ['本人确认以上交易', 'I ACKNOWLEDGE THE TRANSACTION ABOVE']),
    },
  ]
}

function noSignatureWords({ verification, entry, type }: Transaction['request']): Words {
  if (verification === 'pin') return ['交易凭密码,无需签名', 'PIN VERIFIED, NO SIGNATURE REQUIRED']
  if (verification === 'device')
    return ['持卡人设备已验证,无需签名', 'VERIFIED ON THE DEVICE, NO SIGNATURE REQUIRED']
  // A void by tap is no small sale.
  const isSmallSale = entry === 'contactless' && (type === 'sale' || type === 'offlineSale')
  return isSmallSale
    ? ['小额交易,免密免签', 'NO PIN, NO SIGNATURE REQUIRED']
    : ['无需签名', 'NO SIGNATURE REQUIRED']
}

/** What was signed on the screen; undefined where a place to sign is wanted. */
function signatureImage(signature: string | undefined): readonly PrintLine[] | undefined {
  const image = signature === undefined ? undefined : parseSignature(fromHex(signature))
  return image === undefined ? undefined : [{ kind: 'image', ...image }]
}

/** What support needs to find it: terminal, batch, trace number, reference number. No card data. */
function qrLines({ request, reply }: Transaction): readonly PrintLine[] {
  const reference = reply?.referenceNumber ?? ''
  return [
    { kind: 'feed', lines: 1 },
    { kind: 'qr', data: `tillwire:${request.batch}:${request.stan}:${reference}` },
  ]
}
