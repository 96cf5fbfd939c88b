import { fromHex } from '../../base/bytes.ts'

/**
 * Transactions by their bit in parameter 26, from the first bit of the first digit. The sources name the parameter and
 * its four characters; the order is ours. Source: docs of the UnionPay dialect, 5.3.
 */
export const BITMAP_TRANSACTIONS = [
  'sale',
  'saleVoid',
  'refund',
  'balance',
  'preAuthorisation',
  'preAuthorisationCancel',
  'completion',
  'completionAdvice',
  'completionVoid',
  'offlineSale',
] as const
export type BitmapTransaction = (typeof BITMAP_TRANSACTIONS)[number]

const DIGITS = /^[0-9A-F]{4}$/

/** What four hexadecimal digits switch on; undefined when they are something else. */
export function parseTransactionBitmap(text: string): readonly BitmapTransaction[] | undefined {
  if (!DIGITS.test(text)) return undefined
  const [high = 0, low = 0] = fromHex(text)
  const bits = (high << 8) | low
  return BITMAP_TRANSACTIONS.filter((_, index) => (bits & (0x8000 >> index)) !== 0)
}
