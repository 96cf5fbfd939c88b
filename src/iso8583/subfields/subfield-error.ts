/** Why a field's content has no such subfields. `offset`: character or byte in the field's content. */
export interface SubfieldError {
  readonly kind: 'wrongLength' | 'badDigit' | 'badValue'
  readonly offset: number
}

/** Whether `text` is `count` decimal digits. */
export function isDigits(text: string, count: number): boolean {
  return text.length === count && /^\d*$/.test(text)
}
