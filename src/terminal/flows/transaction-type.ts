/** The money transactions of the terminal. Source: docs of the UnionPay dialect, 4. */
export type TransactionType =
  | 'sale'
  | 'saleVoid'
  | 'refund'
  | 'balance'
  | 'preAuthorisation'
  | 'preAuthorisationCancel'
  | 'completion'
  | 'completionAdvice'
  | 'completionVoid'
  /** Made while the host was away. */
  | 'offlineSale'
  /** The tip that a cardholder wrote on the slip. */
  | 'tipAdjustment'
