import type { OrderState } from '../core/wallet-port.ts'

/** A customer. */
export interface WalletRow {
  readonly number: number
  readonly name: string
  readonly confirmAboveMinor: number
  readonly lastSerial: number
}

/** What somebody wants to be paid. */
export interface OrderRow {
  readonly number: number
  /** Digits that nobody guesses: part of what the customer scans. */
  readonly secret: string
  /** Whose code was scanned first: the customer's, who then is asked, or the merchant's. */
  readonly shownBy: 'customer' | 'merchant'
  readonly tid: string
  readonly mid: string
  readonly batchNumber: number
  readonly stan: number
  readonly amountMinor: number
  readonly currency: string
  readonly state: OrderState
  readonly wallet: number | null
  readonly serial: number | null
  readonly createdMs: number
  readonly expiresMs: number
}

/** A code that a wallet showed. */
export interface CodeRow {
  readonly issuedMs: number
  readonly expiresMs: number
  readonly orderNumber: number | null
}

/**
 * Where wallets, codes and orders stand. A call that changes something is durable when the outermost `transaction` around
 * it returns.
 */
export interface WalletRows {
  /** All that `act` changes, or nothing of it. */
  transaction<T>(act: () => T): T
  addWallet(name: string, confirmAboveMinor: number, createdMs: number): WalletRow
  wallets(): readonly WalletRow[]
  wallet(number: number): WalletRow | undefined
  code(wallet: number, serial: number): CodeRow | undefined
  /** A code with the next serial number of its wallet, which becomes the wallet's last. */
  addCode(wallet: number, serial: number, row: CodeRow): void
  order(number: number): OrderRow | undefined
  /** The order that this message asked for. */
  orderOfMessage(tid: string, batchNumber: number, stan: number): OrderRow | undefined
  /** Newest first. */
  ordersOf(wallet: number, limit: number): readonly OrderRow[]
  addOrder(order: Omit<OrderRow, 'number'>): OrderRow
  /** State, wallet, serial number and end of an order. */
  changeOrder(row: OrderRow): void
  /** Whether `error` says that the rows can't be had now. */
  isTrouble(error: unknown): boolean
}
