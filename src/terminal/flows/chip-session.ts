import type { Flow } from './effect.ts'
import type { CardholderVerification, ChipDetails } from './terminal-model.ts'

/** A chip transaction between its two cryptograms, as the online part sees it. */
export interface ChipSession {
  /** Field 55 of the request, upper-case hexadecimal. */
  readonly field55: string
  /** The reduced set of a reversal. */
  readonly reversalField55: string
  readonly details: ChipDetails
  readonly verification: CardholderVerification
  /** Field 52, when the card's rules wanted an online PIN. */
  readonly pinBlock?: Uint8Array
  /** The card has approved by itself: the host hears of it later. */
  readonly approvedOffline?: true
  /** External authentication, scripts, second cryptogram. `undefined`: the terminal could not go online. */
  complete(answer: ChipHostAnswer | undefined): Flow<ChipCompletion>
}

export interface ChipHostAnswer {
  readonly responseCode: string
  readonly approved: boolean
  /** Field 55 of the reply. */
  readonly field55?: Uint8Array
}

export interface ChipCompletion {
  /** The card agreed with the host's approval. Meaningless when there was none. */
  readonly accepted: boolean
  readonly details: ChipDetails
  /** Sale data with the second cryptogram. */
  readonly uploadField55: string
  readonly reversalField55: string
  /** Field 55 of a script result, when scripts ran. */
  readonly scriptField55?: string
  /** 00 the card answered AAC or went, 01 issuer authentication failed. */
  readonly failure?: '00' | '01'
}
