import type { CardReading } from './card-reading.ts'
import type { HostContext } from './host-context.ts'
import type { HostRequest } from './host-request.ts'
import type {
  AccountRow,
  AccountState,
  Conversion,
  HoldRow,
  IssuerRow,
  TerminalRow,
  TransactionRow,
} from './records.ts'
import type { Refusal } from './refusal.ts'
import type { CryptogramInput, WrappedKey } from './security-module-port.ts'
import type { WorkingSet } from './working-set.ts'

/** A cryptogram that was right, and the key that answers it. */
interface ChipReading {
  readonly key: WrappedKey
  readonly input: CryptogramInput
}

/** Everything that one transaction is decided from. */
export interface Operation {
  readonly context: HostContext
  readonly work: WorkingSet
  readonly request: HostRequest
  readonly terminal: TerminalRow
  /** Number of the new record. */
  readonly id: number
  readonly card: CardReading | undefined
  readonly issuer: IssuerRow | undefined
  readonly account: AccountRow | undefined
  /** ISO 4217 number of the transaction: of what it refers to, else as the request says, else the merchant's. */
  readonly currency: string
  /** The transaction that the request refers to, if it was found. */
  readonly original: TransactionRow | undefined
  /** Changed while the card is checked: PIN tries and counters count even when the answer is no. */
  accountState: AccountState | undefined
  /** What it comes to on an account in another currency; set where the amount is checked. */
  conversion: Conversion | undefined
  /** Set by the chip check, for the answer to the card. */
  chip: ChipReading | undefined
}

export interface Approval {
  readonly approved: true
  readonly responseCode: string
  readonly approvedMinor: number
  readonly moneyMinor: number
  readonly heldMinor: number
  /** Effect on the cardholder's balance that belongs to the posting of the original. */
  readonly addedMinor: number
  readonly originalId: number | undefined
  /** The original in its new form. */
  readonly changedOriginal: TransactionRow | undefined
  readonly hold: HoldRow | undefined
  /** From the original, or undefined for a new one. */
  readonly authorisationCode: string | undefined
}

export type Verdict = Approval | Refusal

const NO_EFFECTS: Partial<Approval> = {}

/** An approval without any effect; say what differs. */
export function approve(amountMinor: number, effects: Partial<Approval> = NO_EFFECTS): Approval {
  // One by one: a spread behind them would look up and add each name by itself.
  return {
    approved: true,
    responseCode: effects.responseCode ?? '00',
    approvedMinor: effects.approvedMinor ?? amountMinor,
    moneyMinor: effects.moneyMinor ?? 0,
    heldMinor: effects.heldMinor ?? 0,
    addedMinor: effects.addedMinor ?? 0,
    originalId: effects.originalId,
    changedOriginal: effects.changedOriginal,
    hold: effects.hold,
    authorisationCode: effects.authorisationCode,
  }
}
