import { err, ok, type Result } from '../../base/result.ts'
import type { SubfieldError } from './subfield-error.ts'

/** One balance. Source: ISO 8583:1987, field 54; docs of the UnionPay dialect, 3. */
export interface AdditionalAmount {
  /** Two digits: `10` savings, `20` cheque, `30` credit, `00` unspecified … */
  readonly accountType: string
  /** Two digits: `01` ledger balance, `02` available balance … */
  readonly amountType: string
  /** Numeric currency code. */
  readonly currency: string
  /** Minor units; negative when the sign is `D`. */
  readonly amountMinor: number
}

const ITEM = /^(\d{2})(\d{2})(\d{3})([CD])(\d{12})$/
const ITEM_SIZE = 20

/** One or more groups of 20 characters. */
export function parseAdditionalAmounts(text: string): Result<readonly AdditionalAmount[], SubfieldError> {
  if (text.length === 0 || text.length % ITEM_SIZE !== 0)
    return err({ kind: 'wrongLength', offset: text.length })
  const items: AdditionalAmount[] = []
  for (let at = 0; at < text.length; at += ITEM_SIZE) {
    const match = ITEM.exec(text.slice(at, at + ITEM_SIZE))
    if (match === null) return err({ kind: 'badValue', offset: at })
    const [, accountType = '', amountType = '', currency = '', sign, digits] = match
    const amountMinor = Number(digits) * (sign === 'D' ? -1 : 1)
    items.push({ accountType, amountType, currency, amountMinor })
  }
  return ok(items)
}

export function formatAdditionalAmounts(items: readonly AdditionalAmount[]): string {
  return items
    .map(
      ({ accountType, amountType, currency, amountMinor }) =>
        accountType +
        amountType +
        currency +
        (amountMinor < 0 ? 'D' : 'C') +
        String(Math.abs(amountMinor)).padStart(12, '0'),
    )
    .join('')
}
