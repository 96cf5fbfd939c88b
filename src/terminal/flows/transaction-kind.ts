import type { TransactionType } from './transaction-type.ts'

/** How one kind of transaction stands on the wire and in the books. */
export interface TransactionKind {
  readonly mti: string
  /** Field 3. */
  readonly processingCode: string
  /** Field 25. */
  readonly conditionCode: string
  /** Field 60.1. */
  readonly messageType: string
  /** Without a usable answer: undone by a reversal, sent again, or forgotten. */
  readonly unanswered: 'reverse' | 'resend' | 'forget'
  /** Side of the settlement totals. */
  readonly side: 'debit' | 'credit' | 'none'
  /** Field 60.6 goes out when the profile supports partial approval. */
  readonly partialApproval: boolean
  /** The supervisor's password is asked for. */
  readonly supervisor: boolean
}

/** Source: docs of the UnionPay dialect, 4 (catalogue), 5.1 (60.6), 14 (sides). */
export const TRANSACTION_KINDS: { readonly [type in TransactionType]: TransactionKind } = {
  sale: {
    mti: '0200',
    processingCode: '000000',
    conditionCode: '00',
    messageType: '22',
    unanswered: 'reverse',
    side: 'debit',
    partialApproval: true,
    supervisor: false,
  },
  saleVoid: {
    mti: '0200',
    processingCode: '200000',
    conditionCode: '00',
    messageType: '23',
    unanswered: 'reverse',
    side: 'credit',
    partialApproval: true,
    supervisor: true,
  },
  refund: {
    mti: '0220',
    processingCode: '200000',
    conditionCode: '00',
    messageType: '25',
    unanswered: 'resend',
    side: 'credit',
    partialApproval: true,
    supervisor: true,
  },
  balance: {
    mti: '0200',
    processingCode: '310000',
    conditionCode: '00',
    messageType: '01',
    unanswered: 'forget',
    side: 'none',
    partialApproval: false,
    supervisor: false,
  },
  preAuthorisation: {
    mti: '0100',
    processingCode: '030000',
    conditionCode: '06',
    messageType: '10',
    unanswered: 'reverse',
    side: 'none',
    partialApproval: false,
    supervisor: false,
  },
  preAuthorisationCancel: {
    mti: '0100',
    processingCode: '200000',
    conditionCode: '06',
    messageType: '11',
    unanswered: 'reverse',
    side: 'none',
    partialApproval: false,
    supervisor: true,
  },
  completion: {
    mti: '0200',
    processingCode: '000000',
    conditionCode: '06',
    messageType: '20',
    unanswered: 'reverse',
    side: 'debit',
    partialApproval: false,
    supervisor: false,
  },
  completionAdvice: {
    mti: '0220',
    processingCode: '000000',
    conditionCode: '06',
    messageType: '24',
    unanswered: 'resend',
    side: 'debit',
    partialApproval: false,
    supervisor: false,
  },
  completionVoid: {
    mti: '0200',
    processingCode: '200000',
    conditionCode: '06',
    messageType: '21',
    unanswered: 'reverse',
    side: 'credit',
    partialApproval: false,
    supervisor: true,
  },
  /** With the chip's certificate it is a 0200 with 60.1 = 36. */
  offlineSale: {
    mti: '0220',
    processingCode: '000000',
    conditionCode: '00',
    messageType: '30',
    unanswered: 'resend',
    side: 'debit',
    partialApproval: false,
    supervisor: false,
  },
  /** It changes the sale that it names, and counts nowhere itself. */
  tipAdjustment: {
    mti: '0220',
    processingCode: '000000',
    conditionCode: '00',
    messageType: '34',
    unanswered: 'resend',
    side: 'none',
    partialApproval: false,
    supervisor: false,
  },
}

/** Kinds that take the money back of the transaction that they name. */
export const VOIDING: readonly TransactionType[] = ['saleVoid', 'completionVoid', 'preAuthorisationCancel']
