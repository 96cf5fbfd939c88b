import type { LocalDateTime } from '../../base/ports.ts'

/** One transaction as the kernel sees it. */
export interface EmvTransaction {
  /** Tag 9C: first two digits of the processing code, such as 00 goods, 20 refund, 31 balance. */
  readonly transactionType: string
  readonly amountMinor: number
  /** Cashback. */
  readonly otherAmountMinor?: number
  readonly localTime: LocalDateTime
  /** Tag 9F41: the trace number. */
  readonly sequence: number
  /** What the PIN pad shows; undefined for a balance enquiry. */
  readonly amountText: string | undefined
  readonly pinBypassAllowed: boolean
  /** The merchant wants an online answer whatever the limits say. */
  readonly forceOnline?: boolean
  /** Amounts of earlier transactions with this card number that are still in the terminal's log. */
  readonly loggedAmountMinor?: (pan: string) => number
}
