/** First digits of the account numbers of wallets: a range of this project, and no card's. */
export const WALLET_PREFIX = '629999'

/** A payment code that is good, and the wallet behind it. */
export interface CodeUse {
  /** Number of this code in its wallet: codes are used in rising order, each once. */
  readonly serial: number
  /** The customer has said yes to this amount at this merchant. */
  readonly isConfirmed: boolean
  /** Largest amount that needs no yes of the customer, minor units. */
  readonly confirmAboveMinor: number
}

export type CodeReading =
  | ({ readonly kind: 'good'; readonly walletNumber: string } & CodeUse)
  | { readonly kind: 'unknown' | 'expired' }
  /** The customer confirmed another amount, or another merchant. */
  | { readonly kind: 'otherPayment' }
  /** The wallets' file can't be used now. */
  | { readonly kind: 'away' }

/** `open`: nobody said yes yet. Only a confirmed order can be paid, and only by its terminal's sale. */
export type OrderState = 'open' | 'confirmed' | 'refused' | 'closed' | 'expired'

export interface QrOrder {
  readonly number: number
  readonly state: OrderState
  /** What the customer scans; undefined when the customer's code was scanned. */
  readonly payload: string | undefined
  /** For the sale, once it is confirmed. */
  readonly paymentCode: string | undefined
}

/** Who asks for an order, and by which message: the same message again gets the same order. */
export interface OrderRequest {
  readonly tid: string
  readonly mid: string
  readonly batchNumber: number
  readonly stan: number
  readonly amountMinor: number
  readonly currency: string
}

/** Who may pay how much. */
export interface CodePurpose {
  readonly mid: string
  readonly amountMinor: number
  readonly nowMs: number
}

/**
 * Wallets as decisions see them. No money is in here: it stands in the accounts, and only a sale moves it. What a call
 * changes is durable when it returns; a call that failed changed nothing and answers undefined or `away`.
 */
export interface WalletPort {
  readCode(code: string, purpose: CodePurpose): CodeReading
  /** Asks the customer whose code this is; the same order for the same code and amount. */
  askCustomer(code: string, request: OrderRequest, nowMs: number): QrOrder | undefined
  openOrder(request: OrderRequest, nowMs: number): QrOrder | undefined
  /** `none`: this terminal has no such order. */
  order(tid: string, number: number, nowMs: number): QrOrder | 'none' | undefined
  /** An order that is open ends; a confirmed one stays as it is, for a payment may be on its way. */
  closeOrder(tid: string, number: number, nowMs: number): QrOrder | 'none' | undefined
}
