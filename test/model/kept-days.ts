import { CALM_HANDS } from './day-hands.ts'
import type { Deed } from './deeds.ts'

interface KeptDay {
  /** What went wrong once. */
  readonly name: string
  readonly deeds: readonly Deed[]
}

const SALE = { do: 'sale', card: 'stripe', keyed: false } as const

/** Days that found a defect, and days of cases that chance meets too seldom. */
export const KEPT_DAYS: readonly KeptDay[] = [
  {
    name: 'a slip that is owed comes out at the next start: the printer is found after the program began',
    deeds: [
      { do: 'unplugPrinter' },
      { ...SALE, amount: 100, hands: CALM_HANDS },
      { do: 'printerReady' },
      { do: 'powerCycle', devicesToo: false, hands: CALM_HANDS },
    ],
  },
  {
    name: 'a batch is not settled over a part that nobody accepted, when its void came to nothing',
    deeds: [
      {
        ...SALE,
        amount: 770_550,
        hands: { ...CALM_HANDS, partial: 'refuse', mishap: { kind: 'loseReply', at: 2 } },
      },
      {
        do: 'settle',
        hands: { ...CALM_HANDS, partial: 'refuse', mishap: { kind: 'loseRequest', at: 1 } },
      },
      { do: 'settle', hands: { ...CALM_HANDS, partial: 'refuse' } },
    ],
  },
  {
    name: 'a refund that is never answered goes up with the batch, which does not balance',
    deeds: [
      { ...SALE, amount: 800_000, hands: CALM_HANDS },
      { ...SALE, card: 'foreignChip', amount: 12_345, hands: CALM_HANDS },
      { do: 'refund', pick: 1, part: { amount: 770_300 }, hands: CALM_HANDS },
      { do: 'settle', hands: CALM_HANDS },
      { do: 'settle', hands: CALM_HANDS },
      { do: 'settle', hands: CALM_HANDS },
      { ...SALE, amount: 100, hands: CALM_HANDS },
      { do: 'settle', hands: CALM_HANDS },
    ],
  },
  {
    name: 'a refusal of another amount is no answer: the completion is reversed',
    deeds: [
      { do: 'preAuthorisation', card: 'pinChip', amount: 1, keyed: false, hands: CALM_HANDS },
      { do: 'completion', pick: 0, part: { amount: 770_403 }, hands: CALM_HANDS },
    ],
  },
  {
    name: 'what was authorised in one batch is completed, voided and cancelled in the next',
    deeds: [
      { do: 'preAuthorisation', card: 'pinChip', amount: 10_000, keyed: false, hands: CALM_HANDS },
      { do: 'settle', hands: CALM_HANDS },
      { do: 'completion', pick: 0, part: { percent: 116 }, hands: CALM_HANDS },
      { do: 'completion', pick: 0, part: { percent: 115 }, hands: CALM_HANDS },
      { do: 'void', pick: 0, hands: CALM_HANDS },
      { do: 'cancelHold', pick: 0, hands: CALM_HANDS },
      { do: 'completionAdvice', pick: 0, part: { percent: 100 }, hands: CALM_HANDS },
      { do: 'settle', hands: CALM_HANDS },
    ],
  },
  {
    name: 'the last slip is that of the last approval, in whatever batch',
    deeds: [
      { ...SALE, amount: 100, hands: CALM_HANDS },
      { ...SALE, amount: 200, hands: CALM_HANDS },
      { do: 'void', pick: 1, hands: CALM_HANDS },
      { do: 'reprintLast' },
      { ...SALE, amount: 770_051, hands: CALM_HANDS },
      { do: 'settle', hands: CALM_HANDS },
      { do: 'reprintLast' },
      { do: 'reprintSettlement' },
    ],
  },
  {
    name: 'nothing new begins while a reversal can not be delivered',
    deeds: [
      { ...SALE, amount: 770_302, hands: CALM_HANDS },
      { do: 'hostDown' },
      { ...SALE, amount: 100, hands: CALM_HANDS },
      { do: 'settle', hands: CALM_HANDS },
      { do: 'powerCycle', devicesToo: true, hands: CALM_HANDS },
      { do: 'signOff' },
      { do: 'hostUp' },
      { ...SALE, amount: 100, hands: CALM_HANDS },
      { do: 'settle', hands: CALM_HANDS },
    ],
  },
  {
    name: 'a password is locked after five wrong ones, and free again after a while',
    deeds: [
      ...Array.from({ length: 6 }, (): Deed => ({ do: 'logOn', operator: '01', password: 'wrong' })),
      { do: 'logOn', operator: '01', password: 'right' },
      { do: 'logOn', operator: '00', password: 'right' },
      { ...SALE, amount: 100, hands: CALM_HANDS },
      { do: 'void', pick: 0, hands: { ...CALM_HANDS, supervisorPassword: 'wrong' } },
    ],
  },
]
