import { invariant } from '../../src/base/invariant.ts'
import { DEFAULT_MERCHANT, FOREIGN_CURRENCY_CARDS } from '../../src/host/estate/default-estate.ts'
import type { SimCard } from '../world/sim-estate.ts'

/** The card that a scenario calls so. */
export type CardCase = (name: CardName) => SimCard

type Texts = readonly [zh: string, en: string]

/** Cards of the terminal's own customers, in the order of the estate. */
const OWN = {
  chip: ['芯片卡,输密', 'chip card with PIN'],
  'chip with signature': ['芯片卡,签名', 'chip card whose holder signs'],
  'foreign chip': ['外卡芯片,输密', 'foreign chip card with PIN'],
  'foreign chip without PIN': ['外卡芯片,免密', 'foreign chip card, neither PIN nor signature, dynamic data'],
  stripe: ['磁条卡', 'stripe card with PIN; the card where none is named'],
  'second stripe': ['另一张磁条卡', 'stripe card of somebody else'],
  'poor stripe': ['余额 200.00 的磁条卡', 'stripe card with 200.00 on its account'],
} as const satisfies { readonly [name: string]: Texts }

/** Cards of the test host, by their number. Source: docs/host-test-behaviour.md, by card. */
const OF_THE_TEST_HOST = {
  'lost card': ['6210948000000037', '挂失卡', 'reported lost: 41'],
  'stolen card': ['6210948000000045', '被窃卡', 'reported stolen: 43'],
  'blocked card': ['6210948000000052', '受限制的卡', 'blocked: 62'],
  'card to be kept': ['6210948000000060', '没收卡', 'to be kept: 04'],
  'inactive card': ['6210948000000078', '未启用卡', 'not in use yet: 21'],
  'expired card': ['6210948000000086', '过期卡', 'expired: 54'],
  'empty card': ['6210948000000094', '余额为零的卡', 'no money: 51'],
  'limited card': ['6210948000000102', '限额卡', '1000.00 at once, 2000.00 a day: 61; three times a day: 65'],
  'slow card': ['6210948000000110', '十秒后应答', 'answers after ten seconds'],
  'unanswered card': ['6210948000000128', '入账但不应答', 'done and recorded, never answered'],
  'partial card': ['6210948000000136', '部分承兑 60%', 'approves 60 per cent where the terminal takes parts'],
  'refused card': ['6210948000000144', '总是 05', 'always 05'],
  'dollar card': ['4111111111111111', '美元账户外卡', 'foreign chip card, billed in US dollars'],
  'yen card': ['5413339000000010', '日元账户外卡', 'foreign chip card, billed in yen: no decimals'],
  'dinar card': [
    '4761739001010218',
    '科威特第纳尔账户外卡',
    'foreign chip card, billed in dinars: three decimals',
  ],
  'pound card': [
    '4111112600000005',
    '英镑账户外卡(汇率已过期)',
    'foreign chip card, billed in pounds, whose rate is over',
  ],
  'stripe of a chip card': ['6210948000000029', '芯片卡的磁条', 'stripe of a card that has a chip: 45'],
} as const satisfies { readonly [name: string]: readonly [pan: string, zh: string, en: string] }

const UNKNOWN = 'unknown card'

/** ISO 4217 number of the account that belongs to a card: its amounts have that currency's decimal places. */
export function cardCurrency(name: CardName): string {
  const number = OF_THE_TEST_HOST[name as keyof typeof OF_THE_TEST_HOST]?.[0]
  return FOREIGN_CURRENCY_CARDS.find(({ pan }) => pan === number)?.currency ?? DEFAULT_MERCHANT.currency
}

export type CardName = keyof typeof OWN | keyof typeof OF_THE_TEST_HOST | typeof UNKNOWN

/** What each card is good for, in both languages. */
export const CARD_TEXTS: Readonly<Record<string, Texts>> = {
  ...OWN,
  ...Object.fromEntries(Object.entries(OF_THE_TEST_HOST).map(([name, [, zh, en]]) => [name, [zh, en]])),
  [UNKNOWN]: ['没有账户的卡', 'known issuer, no account: 14'],
}

export const CARD_NAMES = Object.keys(CARD_TEXTS) as readonly CardName[]

/** `own`: of the first terminal's customers; `others`: of the test host, and last one that nobody has an account for. */
export function cardCase(own: readonly SimCard[], others: readonly SimCard[]): CardCase {
  return (name) => {
    const place = Object.keys(OWN).indexOf(name)
    const number = OF_THE_TEST_HOST[name as keyof typeof OF_THE_TEST_HOST]?.[0]
    const card =
      place >= 0
        ? own[place]
        : number !== undefined
          ? others.find(({ pan }) => pan === number)
          : others.at(-1)
    invariant(card !== undefined, "a card of a scenario is in nobody's hands")
    return card
  }
}
