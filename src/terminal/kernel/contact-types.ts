import type { CryptogramKind } from '../../emv/results.ts'
import type { ContactSession } from './contact-session.ts'
import type { ContactStep, ContactStop } from './contact-stop.ts'

/** The card as its records tell it. Lives only while the transaction runs. */
export interface ContactCard {
  readonly pan: string
  /** Three digits for field 23; undefined when the card has none. */
  readonly panSequence: string | undefined
  /** YYMM. */
  readonly expiry: string
  /** Digits with `D` as the separator, without padding; undefined when the card has none. */
  readonly track2: string | undefined
  /** Three digits. */
  readonly serviceCode: string | undefined
  readonly cardholderName: string | undefined
  /** Upper-case hexadecimal. */
  readonly aid: string
  /** As the display may show it: preferred name or label, one character a byte. */
  readonly label: string
  /** Two letters each, best first, of those that the terminal has. */
  readonly languages: readonly string[]
}

/** What a receipt and the journal show of the chip. Binary values as bytes, in new memory. */
export interface ContactResults {
  readonly aid: string
  readonly label: string
  /** 5 bytes. */
  readonly terminalVerificationResults: Uint8Array
  /** 2 bytes. */
  readonly transactionStatusInformation: Uint8Array
  /** 3 bytes. */
  readonly cvmResults: Uint8Array
  /** 2 bytes. */
  readonly applicationTransactionCounter: Uint8Array
  /** 8 bytes, the last that the card gave. */
  readonly cryptogram: Uint8Array
  readonly cryptogramKind: CryptogramKind
}

/** What the online part needs. */
export interface ContactOnline {
  readonly kind: 'online'
  readonly card: ContactCard
  /** Field 55 of the request. Source: docs of the UnionPay dialect, 8. */
  readonly field55: Uint8Array
  /** Field 55 of a reversal, as things stand before the answer. */
  readonly reversalField55: Uint8Array
  /** Field 52. */
  readonly pinBlock: Uint8Array | undefined
  readonly pinBypassed: boolean
  /** The CVM asks for the cardholder's signature on the slip. */
  readonly signature: boolean
  readonly results: ContactResults
  /** To be given to `completeContact`, once. */
  readonly session: ContactSession
}

export type ContactStart =
  | ContactOnline
  | {
      readonly kind: 'offlineApproved' | 'offlineDeclined'
      readonly card: ContactCard
      readonly field55: Uint8Array
      readonly signature: boolean
      readonly results: ContactResults
    }
  /** The chip was unusable before an application began to work: the stripe may be tried. */
  | { readonly kind: 'fallback'; readonly step: ContactStep }
  | { readonly kind: 'ended'; readonly reason: ContactStop }

export type OnlineAnswer =
  | {
      readonly kind: 'answered'
      readonly approved: boolean
      /** Field 39, two characters. */
      readonly responseCode: string
      /** Tag 8A for the card when it isn't `responseCode`: field 55 of the reply wins over both. */
      readonly authorisationResponseCode?: string
      /** Field 55 of the reply; undefined when there was none. */
      readonly field55: Uint8Array | undefined
    }
  | { readonly kind: 'unable' }

/** Why an approval of the host does not stand. */
export type CompletionFailure =
  | 'cardDeclined'
  | 'cardRemoved'
  | 'issuerAuthenticationFailed'
  | 'deviceTrouble'
  | 'badCard'

export interface ContactEnd {
  /** `ended`: no second cryptogram; treat as declined. */
  readonly kind: 'approved' | 'declined' | 'ended'
  /** Set when the host had approved and the outcome is not `approved`, or when the card did not answer. */
  readonly failure: CompletionFailure | undefined
  /** The host approved, the outcome is not `approved`: a reversal is due. */
  readonly reversalNeeded: boolean
  readonly results: ContactResults
  /** Tag DF31, 5 bytes a script; empty when no script came. */
  readonly scriptResults: Uint8Array
  /** Sale data with the last cryptogram, for the batch upload. */
  readonly uploadField55: Uint8Array
  readonly reversalField55: Uint8Array
  /** Field 55 of the script result message; undefined when no script came. */
  readonly scriptField55: Uint8Array | undefined
}

/** The card's data without a cryptogram, for transactions that need only the number. */
export type ContactReading =
  | { readonly kind: 'read'; readonly card: ContactCard }
  | { readonly kind: 'fallback'; readonly step: ContactStep }
  | { readonly kind: 'ended'; readonly reason: ContactStop }
