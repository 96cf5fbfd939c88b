import { err, ok, type Result } from '../../base/result.ts'
import type { SubfieldError } from './subfield-error.ts'

/**
 * Field 60 of the UnionPay POS dialect: 11 digits in management messages, 13, 14 or 17 in financial ones.
 * A subfield is absent only when all after it are. Source: docs of the dialect, 5.1.
 */
export interface Field60 {
  /** 60.1 transaction type, 2 digits. */
  readonly transactionType: string
  /** 60.2 batch number, 6 digits. */
  readonly batchNumber: string
  /** 60.3 network management information code, 3 digits. */
  readonly managementCode: string
  /** 60.4 terminal reading capability, 1 digit. */
  readonly readingCapability?: string
  /** 60.5 IC condition code, 1 digit: 2 is fallback. */
  readonly chipCondition?: string
  /** 60.6 `1`: partial approval and balance return are supported. */
  readonly partialApproval?: string
  /** 60.7 account type, 3 digits: `048` issuer points, `065` alliance points. */
  readonly accountType?: string
}

const SIZES = [2, 6, 3, 1, 1, 1, 3] as const
const NAMES = [
  'transactionType',
  'batchNumber',
  'managementCode',
  'readingCapability',
  'chipCondition',
  'partialApproval',
  'accountType',
] as const

export function parseField60(text: string): Result<Field60, SubfieldError> {
  if (!/^\d*$/.test(text)) return err({ kind: 'badDigit', offset: text.search(/\D/) })
  const parts: Partial<Record<(typeof NAMES)[number], string>> = {}
  let at = 0
  for (const [index, name] of NAMES.entries()) {
    const size = SIZES[index] as number
    if (at === text.length && index >= 3) break
    if (at + size > text.length) return err({ kind: 'wrongLength', offset: at })
    parts[name] = text.slice(at, at + size)
    at += size
  }
  if (at !== text.length) return err({ kind: 'wrongLength', offset: at })
  return ok(parts as Field60)
}

/** Drops trailing subfields that are absent; never sends blanks. */
export function formatField60(field: Field60): string {
  let text = ''
  for (const name of NAMES) {
    const part = field[name]
    if (part === undefined) break
    text += part
  }
  return text
}
