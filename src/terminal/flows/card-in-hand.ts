import type { CardData } from './card-data.ts'
import type { ChipSession } from './chip-session.ts'
import type { ConversionChoice } from './terminal-model.ts'
import type { TransactionType } from './transaction-type.ts'

/** What a card is wanted for. */
export interface CardPurpose {
  readonly type: TransactionType
  readonly amountMinor: number
  readonly entry: 'card' | 'keyed'
  readonly slot: CardSlot
  /** ISO 4217; the terminal's own when undefined. */
  readonly currency?: string
}

/** Whether a chip card was powered in this command: then it must be released and taken out at the end. */
export interface CardSlot {
  powered: boolean
}

export interface CardInHand {
  readonly card: CardData
  readonly chip?: ChipSession
  /** The cardholder pays a sale in another currency. */
  readonly conversion?: ConversionChoice
}
