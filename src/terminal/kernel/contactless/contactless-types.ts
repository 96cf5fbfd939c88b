import type { ContactStop } from '../contact-stop.ts'
import type { ContactCard, ContactResults } from '../contact-types.ts'

/** What acquirer and merchant allow a tap. Source: docs of the UnionPay dialect, 5.3, contactless parameters. */
export interface ContactlessTerms {
  /** From this amount on a home card's holder is asked for the PIN; undefined: the limit of its application. FF8058. */
  readonly noPinLimitMinor: number | undefined
  /** From this amount on a holder who was not asked for a PIN signs; undefined: as above. FF8059. */
  readonly noSignatureLimitMinor: number | undefined
  /** Whatever the amount is: not a sale. */
  readonly verifiesAlways: boolean
  /** A phone that has proved its holder is believed. FF8057. */
  readonly deviceVerification: boolean
  /** The card may approve by itself below the floor limit. */
  readonly offlineApproval: boolean
}

/** How the cardholder is to be proved. `device`: done, by a phone. */
export type HolderProof = 'none' | 'pin' | 'signature' | 'device'

export interface ContactlessReading {
  readonly card: ContactCard
  /** Field 55 of the request. Source: docs of the UnionPay dialect, 8. */
  readonly field55: Uint8Array
  readonly reversalField55: Uint8Array
  readonly results: ContactResults
  readonly proof: HolderProof
  /** What the card tells of the money of its account: tags 9F42 and 5F28, three digits each. */
  readonly money: {
    readonly applicationCurrency: string | undefined
    readonly issuerCountry: string | undefined
  }
}

/** Why the card is to be put in or swiped. */
export type OtherWayReason = 'limit' | 'application' | 'authentication' | 'badCard'

/** How a tap ends for the terminal. Source: EMV Contactless Book A, 6.2, outcomes. */
export type ContactlessOutcome =
  /** `approved`: by the card itself. */
  | ({ readonly kind: 'online' | 'approved' } & ContactlessReading)
  | { readonly kind: 'declined' }
  | { readonly kind: 'otherWay'; readonly reason: OtherWayReason }
  /** The card went before it was read: the same once more. Nothing is owed, since the host heard of nothing. */
  | { readonly kind: 'presentAgain' }
  | { readonly kind: 'ended'; readonly reason: ContactStop }
