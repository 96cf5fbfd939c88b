import type { LocalDateTime } from '../../base/ports.ts'
import { F } from '../../iso8583/field.ts'
import { formatAdditionalAmounts } from '../../iso8583/subfields/field-54.ts'
import type { ReplyContent } from './decision.ts'
import { availableMinor } from './posting.ts'

export function digits(value: number, count: number): string {
  return String(value).padStart(count, '0').slice(-count)
}

/** Fields 12 and 13: time and date of the host. */
export function hostTime({ month, day, hour, minute, second }: LocalDateTime): {
  readonly [bit: number]: string
} {
  return {
    [F.timeLocalTransaction]: digits(hour, 2) + digits(minute, 2) + digits(second, 2),
    [F.dateLocalTransaction]: digits(month, 2) + digits(day, 2),
  }
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

/** `object` without what is undefined. */
export function present<Value>(object: { readonly [bit: number]: Value | undefined }): {
  [bit: number]: Value
} {
  const kept: { [bit: number]: Value } = {}
  for (const bit in object) {
    const value = object[bit]
    if (value !== undefined) kept[bit] = value
  }
  return kept
}
