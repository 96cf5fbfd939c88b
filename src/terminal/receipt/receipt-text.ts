import type { PrintLine } from '../flows/print-document.ts'
import type { TerminalProfile } from '../flows/terminal-profile.ts'
import type { TransactionType } from '../flows/transaction-type.ts'

/** A text in both languages. */
export type Words = readonly [zh: string, en: string]

/** Chinese, English, or both in one line, as the profile wants it. */
export function say(profile: TerminalProfile, words: Words): string {
  const [zh, en] = words
  switch (profile.receiptLanguage) {
    case 'zh':
      return zh
    case 'en':
      return en
    case 'both':
      return zh === en ? zh : `${zh} ${en}`
  }
}

/** A label and its value at the two margins. */
export function row(profile: TerminalProfile, label: Words, value: string): PrintLine {
  return { kind: 'pair', left: say(profile, label), right: value }
}

export function centred(text: string, bold = false): PrintLine {
  return bold ? { kind: 'text', text, align: 'centre', bold } : { kind: 'text', text, align: 'centre' }
}

/** A sentence in the middle; in both languages it takes two lines. */
export function sentence(profile: TerminalProfile, words: Words): readonly PrintLine[] {
  if (profile.receiptLanguage !== 'both') return [centred(say(profile, words))]
  return words.map((each) => centred(each))
}

export const TRANSACTION_WORDS: { readonly [type in TransactionType]: Words } = {
  sale: ['消费', 'SALE'],
  saleVoid: ['消费撤销', 'VOID'],
  refund: ['退货', 'REFUND'],
  balance: ['余额查询', 'BALANCE'],
  preAuthorisation: ['预授权', 'PRE-AUTH'],
  preAuthorisationCancel: ['预授权撤销', 'PRE-AUTH CANCEL'],
  completion: ['预授权完成', 'AUTH COMPLETE'],
  completionAdvice: ['预授权完成通知', 'AUTH SETTLEMENT'],
  completionVoid: ['预授权完成撤销', 'COMPLETE VOID'],
  offlineSale: ['离线消费', 'OFFLINE SALE'],
  tipAdjustment: ['小费调整', 'TIP ADJUSTMENT'],
}

const DUPLICATE: Words = ['重打印', 'DUPLICATE']

/** Tells a slip that was printed again, above and below: one that was torn off must not pass for the first. */
export function duplicateMark(profile: TerminalProfile, isDuplicate: boolean): readonly PrintLine[] {
  return isDuplicate ? [centred(`*** ${say(profile, DUPLICATE)} ***`, true)] : []
}

/** Merchant, terminal: how each slip begins. */
export function header(profile: TerminalProfile, title: Words, isDuplicate = false): readonly PrintLine[] {
  const { merchantNameZh, merchantNameEn, receiptLanguage } = profile
  // A merchant that has one name for both languages is named once.
  const names = new Set(receiptLanguage === 'en' ? [] : [merchantNameZh])
  if (receiptLanguage !== 'zh') names.add(merchantNameEn)
  return [
    { kind: 'text', text: say(profile, title), align: 'centre', bold: true },
    ...duplicateMark(profile, isDuplicate),
    { kind: 'rule' },
    ...[...names].map((name) => centred(name, true)),
    row(profile, ['商户号', 'MID'], profile.merchantId),
    row(profile, ['终端号', 'TID'], profile.terminalId),
  ]
}
