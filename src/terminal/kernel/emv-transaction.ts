import type { LocalDateTime } from '../../base/ports.ts'
import type { Result } from '../../base/result.ts'
import type { Flow } from '../flows/effect.ts'
import type { ContactStop } from './contact-stop.ts'

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
  /**
   * Asked once the card's data are read, before its holder is verified; an amount that it gives back is what the PIN pad shows.
   * `data`: value of a tag, upper-case hexadecimal.
   */
  readonly afterReading?: (
    card: { readonly pan: string },
    data: (tag: string) => string | undefined,
  ) => Flow<Result<string | undefined, ContactStop>>
  readonly pinBypassAllowed: boolean
  /** The merchant wants an online answer whatever the limits say. */
  readonly forceOnline?: boolean
  /** Amounts of earlier transactions with this card number that are still in the terminal's log. */
  readonly loggedAmountMinor?: (pan: string) => number
}
