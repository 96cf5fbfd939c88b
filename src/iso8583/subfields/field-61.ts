import { err, ok, type Result } from '../../base/result.ts'
import type { SubfieldError } from './subfield-error.ts'

/**
 * Field 61 of the UnionPay POS dialect, the original transaction: 12 digits (void), 16 (refund,
 * pre-authorisation family, script result) or 29 (offline sale and adjustment). Source: docs of the dialect, 5.2.
 */
export interface Field61 {
  readonly batchNumber: string
  /** Six digits, as in the original field 11. */
  readonly stan: string
  /** MMDD of the original; `0000` unknown. */
  readonly date?: string
  readonly authorisationMode?: string
  /** Eleven digits. */
  readonly authorisationInstitution?: string
}

export function parseField61(text: string): Result<Field61, SubfieldError> {
  if (!/^\d*$/.test(text)) return err({ kind: 'badDigit', offset: text.search(/\D/) })
  if (![12, 16, 18, 29].includes(text.length)) return err({ kind: 'wrongLength', offset: text.length })
  return ok({
    batchNumber: text.slice(0, 6),
    stan: text.slice(6, 12),
    ...(text.length >= 16 ? { date: text.slice(12, 16) } : {}),
    ...(text.length >= 18 ? { authorisationMode: text.slice(16, 18) } : {}),
    ...(text.length >= 29 ? { authorisationInstitution: text.slice(18, 29) } : {}),
  })
}

export function formatField61(field: Field61): string {
  return [field.batchNumber, field.stan, field.date, field.authorisationMode, field.authorisationInstitution]
    .filter((part) => part !== undefined)
    .join('')
}
