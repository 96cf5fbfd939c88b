import type { CardClass } from '../core/records.ts'
import type { CryptogramScheme } from '../core/security-module-port.ts'
import type { TestCard } from '../core/test-cards.ts'

/** Merchant and terminals of the embedded defaults. Field 42: acquirer 001, area 2900, MCC 5812, serial 0001. */
export const DEFAULT_MERCHANT = {
  mid: '001290058120001',
  name: 'Tillwire Café 泰维咖啡',
  currency: '156',
  categoryCode: '5812',
} as const

export const DEFAULT_TERMINAL_ID = '10000001'

/** A terminal for plain ISO 8583 clients: no keys, no MAC, no sign-in. */
export const DEFAULT_ISO_TERMINAL = {
  tid: 'TERM0001',
  mid: 'MERCHANT0000001',
  name: 'Tillwire ISO 8583 client',
} as const

export const ACQUIRER_INSTITUTION = '48520000'

export interface IssuerSetup {
  readonly id: string
  readonly name: string
  readonly prefixes: readonly string[]
  readonly cardClass: CardClass
  readonly organisation: string
  readonly institution: string
  readonly cryptogramScheme: CryptogramScheme
}

/** Test ranges only: 621094 is UnionPay's published test range, the others are ranges of published test cards. */
export const DEFAULT_ISSUERS: readonly IssuerSetup[] = [
  {
    id: 'cup-test',
    name: 'Test Bank of Tillwire 泰维测试银行',
    prefixes: ['621094'],
    cardClass: 'domestic',
    organisation: 'CUP',
    institution: '03080000',
    cryptogramScheme: 'pboc-01',
  },
  {
    id: 'visa-test',
    name: 'Visa test issuer',
    prefixes: ['476173', '411111'],
    cardClass: 'foreign',
    organisation: 'VIS',
    institution: '90010000',
    cryptogramScheme: 'visa-cvn18',
  },
  {
    id: 'mc-test',
    name: 'Mastercard test issuer',
    prefixes: ['541333'],
    cardClass: 'foreign',
    organisation: 'MCC',
    institution: '90020000',
    cryptogramScheme: 'mchip-16',
  },
]

/** Cards of the two foreign issuers, beside those of `core/test-cards.ts`. */
export const FOREIGN_TEST_CARDS: readonly TestCard[] = [
  foreignCard('4761739001010119', 'foreign chip card (Visa test range)', '外卡芯片(VISA 测试号段)'),
  foreignCard(
    '5413330089020011',
    'foreign chip card (Mastercard test range)',
    '外卡芯片(Mastercard 测试号段)',
  ),
]

/** Cards of the same issuers that are billed in other currencies: terminals may offer their holders these. */
export const FOREIGN_CURRENCY_CARDS: readonly TestCard[] = [
  {
    ...foreignCard(
      '4111112600000005',
      'billed in pounds (GBP), whose rate is over',
      '英镑账户外卡(GBP,汇率已过期)',
    ),
    currency: '826',
    balanceMinor: 1_000_000,
  },
  {
    ...foreignCard('4111111111111111', 'billed in US dollars (USD)', '美元账户外卡(USD)'),
    currency: '840',
    balanceMinor: 2_000_000,
  },
  {
    ...foreignCard('5413339000000010', 'billed in yen (JPY, no decimals)', '日元账户外卡(JPY,无小数)'),
    currency: '392',
    balanceMinor: 3_000_000,
  },
  {
    ...foreignCard(
      '4761739001010218',
      'billed in Kuwaiti dinars (KWD, three decimals)',
      '科威特第纳尔账户外卡(KWD,三位小数)',
    ),
    currency: '414',
    balanceMinor: 10_000_000,
  },
]

function foreignCard(pan: string, en: string, zh: string): TestCard {
  return {
    pan,
    pin: '123456',
    expiry: '3012',
    balanceMinor: 10_000_000,
    status: 'active',
    hasChip: true,
    limits: { singleMinor: undefined, dailyMinor: undefined, dailyCount: undefined },
    testBehaviour: undefined,
    en,
    zh,
  }
}
