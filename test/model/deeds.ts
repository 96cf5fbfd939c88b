import type { CardName } from './day-books.ts'
import type { Hands } from './day-hands.ts'

/** What may happen in a day. `pick` chooses among the transactions that are there. */
export type Deed =
  | { readonly do: 'signIn' | 'signOff' | 'logOff' | 'echo' | 'report' | 'devices' }
  | { readonly do: 'sendPending' | 'printOwed' | 'reprintLast' | 'reprintSettlement' }
  | { readonly do: 'hostDown' | 'hostUp' | 'unplugPrinter' | 'paperOut' | 'printerReady' }
  | { readonly do: 'logOn'; readonly operator: '00' | '01' | '77'; readonly password: 'right' | 'wrong' }
  | { readonly do: 'powerCycle'; readonly devicesToo: boolean; readonly hands: Hands }
  | { readonly do: 'settle'; readonly hands: Hands }
  | {
      readonly do: 'sale' | 'preAuthorisation'
      readonly card: CardName
      readonly amount: number
      readonly keyed: boolean
      readonly hands: Hands
    }
  | { readonly do: 'badSale'; readonly fault: 'amount' | 'number' | 'expiry'; readonly hands: Hands }
  | { readonly do: 'balance'; readonly card: CardName; readonly hands: Hands }
  | { readonly do: 'void'; readonly pick: number; readonly hands: Hands }
  | { readonly do: 'voidUnknown'; readonly hands: Hands }
  | {
      readonly do: 'refund'
      readonly pick: number
      /** Percent of what was paid, or an amount. */
      readonly part: { readonly percent: number } | { readonly amount: number }
      readonly hands: Hands
    }
  | {
      readonly do: 'completion' | 'completionAdvice'
      readonly pick: number
      readonly part: { readonly percent: number } | { readonly amount: number }
      readonly hands: Hands
    }
  | { readonly do: 'cancelHold'; readonly pick: number; readonly hands: Hands }
  | { readonly do: 'reprint'; readonly pick: number }
