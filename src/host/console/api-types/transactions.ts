import { z } from 'zod'

export const TRANSACTION_LINE = z.object({
  id: z.number(),
  tid: z.string(),
  mid: z.string(),
  batchNumber: z.number(),
  stan: z.number(),
  kind: z.string(),
  state: z.enum(['approved', 'declined', 'voided', 'reversed']),
  responseCode: z.string(),
  authorisationCode: z.string(),
  requestedMinor: z.number(),
  approvedMinor: z.number(),
  /** The part of the approved amount that is a tip; null for none. */
  tipMinor: z.number().nullable(),
  currency: z.string(),
  panTruncated: z.string(),
  cardClass: z.string(),
  entryMode: z.string(),
  receivedAtMs: z.number(),
})
export type TransactionLine = z.infer<typeof TRANSACTION_LINE>

export const TRANSACTION_LIST = z.object({
  transactions: z.array(TRANSACTION_LINE),
  /** Where to go on from; null at the end. */
  next: z.number().nullable(),
})
export type TransactionList = z.infer<typeof TRANSACTION_LIST>

export const TRANSACTION_DETAIL = TRANSACTION_LINE.extend({
  dialect: z.string(),
  originalId: z.number().nullable(),
  refundedMinor: z.number(),
  reversalId: z.number().nullable(),
  reversalReason: z.string(),
  /** The cardholder's account is in another currency. */
  conversion: z
    .object({
      by: z.enum(['cardholder', 'issuer']),
      currency: z.string(),
      amountMinor: z.number(),
      rate: z.string(),
      markupBasisPoints: z.number(),
      version: z.number(),
    })
    .nullable(),
  /** The card has an account here: who may, can have its number shown. */
  accountKnown: z.boolean(),
  entries: z.array(
    z.object({ account: z.string(), owner: z.string(), amountMinor: z.number(), currency: z.string() }),
  ),
  /** The customer signed on the terminal's screen: who may, can see it. */
  hasSignature: z.boolean(),
  /** Transactions that refer to it. */
  followers: z.array(TRANSACTION_LINE),
})
export type TransactionDetail = z.infer<typeof TRANSACTION_DETAIL>

export const SIGNATURE = z.object({
  widthDots: z.number(),
  heightDots: z.number(),
  /** Each row of dots from the top: the runs of black ones, as first dot and count. */
  rows: z.array(z.array(z.tuple([z.number(), z.number()]))),
})
export type Signature = z.infer<typeof SIGNATURE>

const CLASS_TOTALS = z.object({
  debitMinor: z.number(),
  debitCount: z.number(),
  creditMinor: z.number(),
  creditCount: z.number(),
})
const TOTALS = z.object({ domestic: CLASS_TOTALS, foreign: CLASS_TOTALS })

export const BATCH_LINE = z.object({
  tid: z.string(),
  batchNumber: z.number(),
  mid: z.string(),
  state: z.enum(['open', 'settling', 'closed']),
  domesticFlag: z.enum(['0', '1', '2', '3']),
  foreignFlag: z.enum(['0', '1', '2', '3']),
  terminalTotals: TOTALS.nullable(),
  hostTotals: TOTALS.nullable(),
  recordCount: z.number().nullable(),
  closedAtMs: z.number().nullable(),
})
export type BatchLine = z.infer<typeof BATCH_LINE>

export const BATCH_DETAIL = BATCH_LINE.extend({
  transactions: z.array(TRANSACTION_LINE),
  uploads: z.array(
    z.object({
      stan: z.number(),
      kind: z.string(),
      amountMinor: z.number(),
      panTruncated: z.string(),
      result: z.enum(['matched', 'differs', 'extra', 'missing']),
    }),
  ),
})
export type BatchDetail = z.infer<typeof BATCH_DETAIL>
