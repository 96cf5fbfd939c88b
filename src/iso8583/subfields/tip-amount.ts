const SIZE = 12
/** Nine digits: what begins with other than zeros could be a card number, and is never shown. */
export const TIP_MAX = 999_999_999

/**
 * Field 48 of a sale or a tip adjustment: the tip, twelve digits of minor units as in field 4, `TIP_MAX` at most. The sources
 * name the field; the twelve digits are from memory. Source: docs of the UnionPay dialect, 3 and 4.
 */
export function formatTip(tipMinor: number): string {
  return String(tipMinor).padStart(SIZE, '0')
}

/** Minor units; undefined when `field48` is no tip. */
export function parseTip(field48: string): number | undefined {
  return /^0{3}\d{9}$/.test(field48) ? Number(field48) : undefined
}
