import type { ClearingRequest } from '../core/clearing-port.ts'
import {
  CHARGED_KINDS,
  type ChargedKind,
  type FeeSchedule,
  type PaymentWay,
  ruleFor,
} from '../core/fee-schedule.ts'
import type { CardClass } from '../core/records.ts'

const CARD_CLASSES: readonly CardClass[] = ['domestic', 'foreign']
const PAYMENT_WAYS: readonly PaymentWay[] = ['card', 'code']
const KINDS_AND_WAYS = CHARGED_KINDS.flatMap((kind) => PAYMENT_WAYS.map((way) => [kind, way] as const))
/** Stands for "no cap" and is above any fee of twelve digits. */
const NO_CAP = 9_000_000_000_000_000
const AFTER_ANY_DAY = '9999-99-99'

/** What holds for one class of cards, kind of transaction and way of payment, from a day on and before another. */
export interface TermRow {
  readonly cardClass: CardClass
  readonly kind: ChargedKind
  readonly payment: PaymentWay
  readonly validFrom: string
  readonly validTo: string
  readonly refundFee: FeeSchedule['refundFee']
  readonly ratePpm: number
  readonly fixedMinor: number
  readonly minimumMinor: number
  readonly capMinor: number
  readonly interchangePpm: number
  readonly interchangeCapMinor: number
}

/** All versions of a schedule as rows that a statement joins: for each transaction exactly one holds. */
export function termRows(versions: readonly FeeSchedule[]): readonly TermRow[] {
  return versions.flatMap((version, index) => {
    const { validFrom, refundFee } = version
    const validTo = versions[index + 1]?.validFrom ?? AFTER_ANY_DAY
    return CARD_CLASSES.flatMap((cardClass) =>
      KINDS_AND_WAYS.map(([kind, payment]) => {
        const rule = ruleFor(version, { cardClass, kind, payment })
        const { ratePpm, fixedMinor, minimumMinor, interchangePpm } = rule
        return {
          ...{ cardClass, kind, payment, validFrom, validTo, refundFee },
          ...{ ratePpm, fixedMinor, minimumMinor, capMinor: rule.capMinor ?? NO_CAP },
          ...{ interchangePpm, interchangeCapMinor: rule.interchangeCapMinor ?? NO_CAP },
        }
      }),
    )
  })
}

export type Schedules = ReadonlyMap<string, readonly FeeSchedule[]>

export function schedulesByMerchant(schedules: readonly FeeSchedule[]): Schedules {
  const byMerchant = new Map<string, FeeSchedule[]>()
  for (const schedule of schedules) {
    const own = byMerchant.get(schedule.mid) ?? []
    own.push(schedule)
    byMerchant.set(schedule.mid, own)
  }
  return byMerchant
}

/** `YYYY-MM` of the business date. */
export function monthOf({ businessDate }: ClearingRequest): string {
  return businessDate.slice(0, 7)
}
