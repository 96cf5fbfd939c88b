import { err, ok, type Result } from '../../base/result.ts'
import type { SubfieldError } from './subfield-error.ts'

/** One object of field 59: a tag of two characters and its text. */
export interface Field59Item {
  readonly tag: string
  readonly value: string
}

/**
 * What the tags mean. Source: docs of the UnionPay dialect, 11; those that begin with B or C are of this project, since no
 * source has a code that the merchant shows, or a choice of currency, over ISO 8583 (docs/qr-payments.md, docs/currencies.md).
 */
export const FIELD_59_TAGS: Readonly<Record<string, { readonly en: string; readonly zh: string }>> = {
  A1: { en: 'SM PIN data', zh: '国密PIN数据' },
  A2: { en: 'terminal security information', zh: '终端安全信息' },
  A3: { en: 'scanned code', zh: '付款码' },
  A4: { en: 'voucher number', zh: '付款凭证号' },
  B1: { en: 'order number', zh: '订单号' },
  B2: { en: 'code to show', zh: '待展示的二维码' },
  B3: { en: 'state of the order', zh: '订单状态' },
  B4: { en: 'payment code of the confirmed order', zh: '已确认订单的付款码' },
  C1: { en: "amount in the cardholder's currency", zh: '持卡人货币金额' },
}

/** Digits of the length: three, or two with one acquirer (profile). */
export type Field59LengthDigits = 2 | 3

export function parseField59(
  text: string,
  lengthDigits: Field59LengthDigits = 3,
): Result<readonly Field59Item[], SubfieldError> {
  const items: Field59Item[] = []
  for (let at = 0; at < text.length; ) {
    const digits = text.slice(at + 2, at + 2 + lengthDigits)
    if (digits.length !== lengthDigits) return err({ kind: 'wrongLength', offset: at })
    if (!/^\d+$/.test(digits)) return err({ kind: 'badDigit', offset: at + 2 })
    const from = at + 2 + lengthDigits
    const until = from + Number(digits)
    if (until > text.length) return err({ kind: 'wrongLength', offset: at })
    items.push({ tag: text.slice(at, at + 2), value: text.slice(from, until) })
    at = until
  }
  return ok(items)
}

export function formatField59(items: readonly Field59Item[], lengthDigits: Field59LengthDigits = 3): string {
  return items
    .map(({ tag, value }) => tag + String(value.length).padStart(lengthDigits, '0') + value)
    .join('')
}

/** The items and the length that they were written with: three digits, or two where three give no sense. */
export function readField59(
  text: string,
): { readonly items: readonly Field59Item[]; readonly lengthDigits: Field59LengthDigits } | undefined {
  for (const lengthDigits of [3, 2] as const) {
    const parsed = parseField59(text, lengthDigits)
    if (parsed.ok) return { items: parsed.value, lengthDigits }
  }
  return undefined
}

/** Value of the first item with this tag. */
export function field59Value(items: readonly Field59Item[], tag: string): string | undefined {
  return items.find((item) => item.tag === tag)?.value
}
