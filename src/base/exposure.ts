/**
 * What a log, trace, receipt copy or console may show of a data element. There is no default: each
 * element says it. Source: PCI DSS v4, requirements 3.3 and 3.4 (truncation: at most first six, last four).
 */
export type Exposure = 'clear' | 'truncatedPan' | 'never'

/** First six and last four digits; what is too short to truncate shows only its last four, or its size. */
export function truncatePan(pan: string): string {
  if (pan.length < 8) return `<${pan.length} digits>`
  if (pan.length < 13) return '*'.repeat(pan.length - 4) + pan.slice(-4)
  return pan.slice(0, 6) + '*'.repeat(pan.length - 10) + pan.slice(-4)
}

/** The value as it may be shown; binary values that may not be shown give their size only. */
export function maskValue(exposure: Exposure, value: string, sizeText: string): string {
  switch (exposure) {
    case 'clear':
      return value
    case 'truncatedPan':
      return truncatePan(value)
    case 'never':
      return `<${sizeText}>`
  }
}

/** Whether the last digit of `digits` is the check digit of the others. Source: ISO/IEC 7812-1, annex B. */
export function isLuhnValid(digits: string): boolean {
  let sum = 0
  for (let index = 0; index < digits.length; index++) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 48
    if (digit < 0 || digit > 9) return false
    const doubled = index % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return digits.length > 1 && sum % 10 === 0
}

/** Appends the Luhn check digit. `digits`: decimal digits without it. */
export function withLuhnDigit(digits: string): string {
  for (let check = 0; check <= 9; check++) {
    if (isLuhnValid(`${digits}${check}`)) return `${digits}${check}`
  }
  return digits
}
