import { invariant } from '../../base/invariant.ts'
import type { CardClass, TransactionKind } from './records.ts'
import { WALLET_PREFIX } from './wallet-port.ts'

/** Kinds that cost a merchant a fee: money that a cardholder paid. */
export const CHARGED_KINDS = [
  'sale',
  'completion',
  'completionAdvice',
  'offlineSale',
] as const satisfies readonly TransactionKind[]
export type ChargedKind = (typeof CHARGED_KINDS)[number]

/** A wallet pays by code, everything else is a card. */
export type PaymentWay = 'card' | 'code'

/** Who paid, as the host decided it: a terminal's word on the entry mode would choose the fee. */
export function paymentWay(panTruncated: string): PaymentWay {
  return panTruncated.startsWith(WALLET_PREFIX) ? 'code' : 'card'
}

/** Rates are parts per million: one basis point is 100. Money is whole minor units of the transaction's currency. */
export interface FeeRule {
  readonly cardClass: CardClass | 'any'
  readonly kind: ChargedKind | 'any'
  readonly payment: PaymentWay | 'any'
  /** 0 to 1 000 000. */
  readonly ratePpm: number
  readonly fixedMinor: number
  readonly minimumMinor: number
  /** The fee is never above it; it wins over the minimum. */
  readonly capMinor: number | undefined
  /** Part of the fee that goes to the issuer. */
  readonly interchangePpm: number
  readonly interchangeCapMinor: number | undefined
}

/** What a merchant pays from `validFrom` on, until its next version. */
export interface FeeSchedule {
  readonly mid: string
  /** First day of card use, `YYYY-MM-DD`. */
  readonly validFrom: string
  /** Days from the business date to the payout: 0 is D+0, 1 is T+1. */
  readonly settlementDays: 0 | 1
  /** `returned`: a refund gives the part of the fee back that belongs to it. */
  readonly refundFee: 'kept' | 'returned'
  /** What each terminal costs in a month, minor units of the merchant's currency. */
  readonly deviceFeeMinor: number
  /** The first that fits holds. The last one fits everything. */
  readonly rules: readonly FeeRule[]
}

/** Both parts of what one transaction costs; negative when a refund gives them back. */
export interface Fees {
  readonly feeMinor: number
  readonly interchangeMinor: number
}

export const NO_FEES: Fees = { feeMinor: 0, interchangeMinor: 0 }

/** Before any day of card use. */
export const FIRST_DAY = '0001-01-01'

const PLAIN_RULE = {
  kind: 'any',
  payment: 'any',
  fixedMinor: 0,
  minimumMinor: 0,
  capMinor: undefined,
  interchangeCapMinor: undefined,
} as const

/** What a merchant pays for whom nothing was agreed: rates alone, paid out on the next day. */
export function defaultSchedule(mid: string): FeeSchedule {
  return {
    mid,
    validFrom: FIRST_DAY,
    settlementDays: 1,
    refundFee: 'returned',
    deviceFeeMinor: 0,
    rules: [
      { ...PLAIN_RULE, cardClass: 'any', payment: 'code', ratePpm: 3_800, interchangePpm: 2_800 },
      { ...PLAIN_RULE, cardClass: 'domestic', ratePpm: 6_000, interchangePpm: 4_500 },
      { ...PLAIN_RULE, cardClass: 'any', ratePpm: 25_000, interchangePpm: 18_000 },
    ],
  }
}

/** All versions of a merchant from the first day on, oldest first: the default stands before the first agreed one. */
export function versionsOf(mid: string, agreed: readonly FeeSchedule[]): readonly FeeSchedule[] {
  const own = agreed
    .filter((schedule) => schedule.mid === mid)
    .sort((left, right) => (left.validFrom < right.validFrom ? -1 : 1))
  return own[0]?.validFrom === FIRST_DAY ? own : [defaultSchedule(mid), ...own]
}

/** The version in force on `day`, `YYYY-MM-DD`. `versions`: as `versionsOf` gives them. */
export function versionOn(versions: readonly FeeSchedule[], day: string): FeeSchedule {
  const version = versions.findLast(({ validFrom }) => validFrom <= day)
  invariant(version !== undefined, 'no fee schedule on that day')
  return version
}

/** What a rule is chosen by. */
export interface FeeCase {
  readonly cardClass: CardClass
  readonly kind: ChargedKind
  readonly payment: PaymentWay
}

export function ruleFor(schedule: FeeSchedule, { cardClass, kind, payment }: FeeCase): FeeRule {
  const rule = schedule.rules.find(
    (each) =>
      (each.cardClass === 'any' || each.cardClass === cardClass) &&
      (each.kind === 'any' || each.kind === kind) &&
      (each.payment === 'any' || each.payment === payment),
  )
  invariant(rule !== undefined, 'a fee schedule without a rule for everything')
  return rule
}

/** What `amountMinor` (from 0 to twelve digits) costs, each part rounded half up once. */
export function feesOf(rule: FeeRule, amountMinor: number): Fees {
  const { ratePpm, fixedMinor, minimumMinor, capMinor, interchangePpm, interchangeCapMinor } = rule
  const fee = Math.max(minimumMinor, fixedMinor + share(amountMinor, ratePpm))
  const interchange = share(amountMinor, interchangePpm)
  return {
    feeMinor: capMinor === undefined ? fee : Math.min(capMinor, fee),
    interchangeMinor:
      interchangeCapMinor === undefined ? interchange : Math.min(interchangeCapMinor, interchange),
  }
}

/**
 * What a refund of `refundMinor` gives back of the fees of the transaction of `amountMinor` that it refunds: their
 * part, cut to whole minor units. So a whole refund gives all of it back, and parts never more than all.
 */
export function feesReturned(
  { feeMinor, interchangeMinor }: Fees,
  amountMinor: number,
  refundMinor: number,
): Fees {
  return {
    feeMinor: 0 - part(feeMinor, refundMinor, amountMinor),
    interchangeMinor: 0 - part(interchangeMinor, refundMinor, amountMinor),
  }
}

const MILLION = 1_000_000

/** `amountMinor` × `ppm` / 1 000 000, half up. Exact: the product alone may be above what a number holds. */
function share(amountMinor: number, ppm: number): number {
  const rest = amountMinor % MILLION
  const millions = (amountMinor - rest) / MILLION
  return millions * ppm + Math.floor((rest * ppm + MILLION / 2) / MILLION)
}

/** `whole` × `count` / `of`, cut. */
function part(whole: number, count: number, of: number): number {
  if (count === of) return whole
  const product = whole * count
  if (product <= Number.MAX_SAFE_INTEGER) return Math.floor(product / of)
  return Number((BigInt(whole) * BigInt(count)) / BigInt(of))
}
