import type { LocalDateTime } from '../../base/ports.ts'
import type { FieldValue } from '../../iso8583/message.ts'
import { formatAdditionalAmounts } from '../../iso8583/subfields/field-54.ts'
import type { ReplyContent } from './decision.ts'
import { availableMinor } from './posting.ts'

const ZEROS = '0'.repeat(16)
const TWO_DIGITS: readonly string[] = Array.from({ length: 100 }, (_, value) =>
  String(value).padStart(2, '0'),
)

/** `value` in `count` digits, zeros before it; of a longer number its last ones. */
export function digits(value: number, count: number): string {
  const text = String(value)
  if (text.length === count) return text
  return text.length > count ? text.slice(-count) : ZEROS.slice(0, count - text.length) + text
}

/** Field 12: `hhmmss` of the host. */
export function hostTime({ hour, minute, second }: LocalDateTime): string {
  return `${TWO_DIGITS[hour]}${TWO_DIGITS[minute]}${TWO_DIGITS[second]}`
}

/** Field 13, and the settlement date of field 15: `MMDD` of the host. */
export function hostDate({ month, day }: LocalDateTime): string {
  return `${TWO_DIGITS[month]}${TWO_DIGITS[day]}`
}

const NO_FIELDS = {
  64: new Array<FieldValue | undefined>(65).fill(undefined),
  128: new Array<FieldValue | undefined>(129).fill(undefined),
}

/**
 * Room for the fields of a reply: an array with a slot for each bit, which a codec writes faster than an object.
 * `bits`: as many as the dialect has; 128 are a kilobyte.
 */
export function replySlots(bits: 64 | 128): (FieldValue | undefined)[] {
  return NO_FIELDS[bits].slice()
}

export function rrnText(rrn: number): string {
  return digits(rrn, 12)
}

/** The available balance of an account of no special type. Source: ISO 8583:1987, field 54. */
export function balanceText({ balance }: ReplyContent): string | undefined {
  if (balance === undefined) return undefined
  const amountMinor = availableMinor(balance.state)
  return formatAdditionalAmounts([
    { accountType: '10', amountType: '02', currency: balance.currency, amountMinor },
  ])
}
