import type { TransactionKind } from '../../src/host/core/records.ts'

/** +1: money for the merchant, -1: from the merchant, 0: only reserved or told. The checkers' own table. */
export const SIGN: Readonly<Record<TransactionKind, -1 | 0 | 1>> = {
  sale: 1,
  offlineSale: 1,
  completion: 1,
  completionAdvice: 1,
  saleVoid: -1,
  refund: -1,
  completionVoid: -1,
  balance: 0,
  tipAdjustment: 0,
  preAuthorisation: 0,
  preAuthorisationAddition: 0,
  preAuthorisationCancel: 0,
  reversalAlone: 0,
}
