import { describe, expect, it } from 'vitest'
import type { PrintDocument } from '../../../src/terminal/flows/print-document.ts'
import type { Transaction } from '../../../src/terminal/flows/terminal-model.ts'
import { DEFAULT_PROFILE, type TerminalProfile } from '../../../src/terminal/flows/terminal-profile.ts'
import { receiptDocument } from '../../../src/terminal/receipt/receipt-document.ts'
import { batchDocument, deviceDocument } from '../../../src/terminal/receipt/report-document.ts'

const TIME = { year: 2026, month: 11, day: 23, hour: 9, minute: 30, second: 5 }
const SALE: Transaction = {
  request: {
    type: 'sale',
    batch: '000012',
    stan: '000002',
    mti: '0200',
    processingCode: '000000',
    amountMinor: 12345,
    currency: '156',
    entry: 'chip',
    entryMode: '051',
    conditionCode: '00',
    panTruncated: '621094******0011',
    panProtected: 'A5A5',
    panSent: true,
    field60: '22000012000501',
    verification: 'pin',
    operator: '01',
    localTime: TIME,
  },
  status: 'approved',
  amountMinor: 12345,
  reply: {
    responseCode: '00',
    time: '093112',
    date: '1123',
    referenceNumber: '112300000002',
    authorisationCode: '654321',
    issuerInstitution: '03080000',
    acquirerInstitution: '48520000',
  },
  chip: {
    aid: 'A000000333010101',
    label: 'UnionPay Debit',
    terminalVerificationResults: '0000040000',
    transactionStatusInformation: 'F800',
    applicationTransactionCounter: '0007',
    cryptogram: '0123456789ABCDEF',
    cryptogramKind: 'TC',
  },
}

function textOf(document: PrintDocument): string {
  return document.lines
    .map((line) => {
      if (line.kind === 'text') return line.text
      if (line.kind === 'pair') return `${line.left}: ${line.right}`
      return line.kind === 'qr' ? `QR ${line.data}` : line.kind
    })
    .join('\n')
}

function slip(
  transaction: Transaction,
  form: { copy?: 'merchant' | 'cardholder'; duplicate?: boolean } = {},
  changes: Partial<TerminalProfile> = {},
): string {
  const profile = { ...DEFAULT_PROFILE, ...changes }
  const content = { kind: 'transaction', transaction } as const
  return textOf(receiptDocument(profile, content, { copy: 'merchant', duplicate: false, ...form }))
}

const withVerification = (verification: 'signature' | 'pin' | 'none'): Transaction => ({
  ...SALE,
  request: { ...SALE.request, verification },
})

describe('sales slip', () => {
  it.each(['zh', 'both', 'en'] as const)('names a merchant with one name once (%s)', (receiptLanguage) => {
    const text = slip(SALE, {}, { receiptLanguage, merchantNameZh: '泰维 Tea', merchantNameEn: '泰维 Tea' })
    expect(text.split('泰维 Tea')).toHaveLength(2)
  })

  it('says everything that finds the transaction again', () => {
    const text = slip(SALE, {}, { receiptLanguage: 'en' })
    const wanted = [
      'SALES SLIP',
      'MERCHANT COPY',
      'TILLWIRE TEST MERCHANT',
      'MID: 001290058120001',
      'TID: 10000001',
      'OPERATOR: 01',
      'ISSUER: 03080000',
      'ACQUIRER: 48520000',
      'CARD: 621094******0011 /I',
      'EXP: **/**',
      'SALE',
      'BATCH: 000012',
      'TRACE: 000002',
      'AUTH: 654321',
      'REF: 112300000002',
      'TIME: 2026/11/23 09:31:12',
      'AMOUNT: CNY 123.45',
      'APP: UnionPay Debit',
      'AID: A000000333010101',
      'TVR: 0000040000',
      'TSI: F800',
      'ATC: 0007',
      'TC: 0123456789ABCDEF',
      'QR tillwire:000012:000002:112300000002',
    ]
    for (const line of wanted) expect(text.split('\n')).toContain(line)
    expect(text).toMatch(/^[ -~\n]*$/)
  })

  it('ends with what the profile wants said, if anything', () => {
    const footer = { receiptFooterZh: '欢迎再来', receiptFooterEn: 'COME AGAIN' }
    expect(slip(SALE, {}, { ...footer, receiptLanguage: 'both' })).toContain('欢迎再来\nCOME AGAIN\n')
    expect(slip(SALE, {}, { ...footer, receiptLanguage: 'en' })).not.toContain('欢迎再来')
    expect(slip(SALE)).not.toContain('\n\n')
  })

  it('speaks Chinese, English, or both', () => {
    expect(slip(SALE, {}, { receiptLanguage: 'zh' })).toContain('消费\n')
    expect(slip(SALE, {}, { receiptLanguage: 'zh' })).not.toContain('SALE')
    expect(slip(SALE, {}, { receiptLanguage: 'both' })).toContain('消费 SALE')
  })

  it('has a line to sign on only where the card wants it, on the merchant copy', () => {
    expect(slip(withVerification('signature'))).toContain('CARDHOLDER SIGNATURE')
    expect(slip(withVerification('signature'), { copy: 'cardholder' })).not.toContain('SIGNATURE')
    expect(slip(withVerification('pin'))).toContain('NO SIGNATURE REQUIRED')
    expect(slip(withVerification('none'))).toContain('NO SIGNATURE REQUIRED')
  })

  it('carries the duplicate mark only when it is one', () => {
    expect(slip(SALE)).not.toContain('DUPLICATE')
    expect(slip(SALE, { duplicate: true })).toContain('重打印 DUPLICATE')
  })

  it('names both amounts of a partial approval', () => {
    const text = slip({ ...SALE, amountMinor: 10000 }, {}, { receiptLanguage: 'en' })
    expect(text).toContain('AMOUNT: CNY 100.00')
    expect(text).toContain('ASKED FOR: CNY 123.45')
  })

  it('shows what a qualified success means', () => {
    const reply = { ...SALE.reply, responseCode: 'A2' }
    expect(slip({ ...SALE, reply })).toContain('交易成功,请向发卡行确认 Qualified success')
  })
})

describe('other documents', () => {
  const totals = { debitAmountMinor: 12345, debitCount: 1, creditAmountMinor: 0, creditCount: 0 }
  const none = { debitAmountMinor: 0, debitCount: 0, creditAmountMinor: 0, creditCount: 0 }
  const profile: TerminalProfile = { ...DEFAULT_PROFILE, receiptLanguage: 'en' }

  it('reversal slip: says that the acquirer must be asked when it failed', () => {
    const content = { kind: 'reversal', request: SALE.request, result: 'exhausted' } as const
    const text = textOf(receiptDocument(profile, content, { copy: 'merchant', duplicate: false }))
    expect(text).toContain('REVERSAL FAILED: NO REPLY')
    expect(text).toContain('ASK THE ACQUIRER')
  })

  it('settlement slip: totals of both classes with what the host found', () => {
    const summary = {
      batch: '000012',
      localTime: TIME,
      operator: '01',
      totals: { domestic: totals, foreign: none },
      domesticFlag: '1',
      foreignFlag: '2',
      uploadedRecords: 0,
      transactionCount: 1,
      byType: [{ type: 'sale', count: 1, amountMinor: 12345 }],
    } as const
    const document = receiptDocument(
      profile,
      { kind: 'settlement', summary },
      { copy: 'merchant', duplicate: false },
    )
    const text = textOf(document)
    expect(text).toContain('DOMESTIC: BALANCED')
    expect(text).toContain('FOREIGN: NOT BALANCED')
    expect(text).toContain('DEBIT: 1  123.45')
    expect(text).toContain('SALE: 1  123.45')
  })

  it('batch report: lists each transaction with its state', () => {
    const report = {
      batch: '000012',
      transactions: [SALE, { ...SALE, status: 'reversed' as const }],
      totals: { domestic: totals, foreign: none },
      localTime: TIME,
      detail: 'transactions' as const,
    }
    const text = textOf(batchDocument(profile, report))
    expect(text).toContain('000002 SALE: OK')
    expect(text).toContain('000002 SALE: REVERSED')
    expect(textOf(batchDocument(profile, { ...report, detail: 'totals' }))).not.toContain('000002')
  })

  it('device report: names what is missing', () => {
    const devices = [
      { device: 'printer', state: 'ready', identity: 'P1', detail: '' },
      { device: 'pinPad', state: 'missing', detail: 'no reply' },
    ] as const
    const text = textOf(deviceDocument(profile, devices, TIME))
    expect(text).toContain('PRINTER: READY')
    expect(text).toContain('PIN PAD: MISSING')
  })
})
