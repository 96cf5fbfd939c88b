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

const NAMES = [
  'transactionType',
  'batchNumber',
  'managementCode',
  'readingCapability',
  'chipCondition',
  'partialApproval',
  'accountType',
] as const

/** Where each subfield begins; the last number is the end of the whole. */
const STARTS = [0, 2, 8, 11, 12, 13, 14, 17] as const
const REQUIRED_COUNT = 3

export function parseField60(text: string): Result<Field60, SubfieldError> {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code < 48 || code > 57) return err({ kind: 'badDigit', offset: index })
  }
  const wrongAt = wrongLengthAt(text.length)
  if (wrongAt !== undefined) return err({ kind: 'wrongLength', offset: wrongAt })
  const { length } = text
  const field: { -readonly [Name in keyof Field60]: Field60[Name] } = {
    transactionType: text.slice(0, 2),
    batchNumber: text.slice(2, 8),
    managementCode: text.slice(8, 11),
  }
  if (length > 11) field.readingCapability = text.charAt(11)
  if (length > 12) field.chipCondition = text.charAt(12)
  if (length > 13) field.partialApproval = text.charAt(13)
  if (length > 14) field.accountType = text.slice(14, 17)
  return ok(field)
}

/** Where the first subfield begins that is not whole; undefined when the field ends with a subfield. */
function wrongLengthAt(length: number): number | undefined {
  for (let index = REQUIRED_COUNT; index < STARTS.length; index++) {
    if (length === STARTS[index]) return undefined
  }
  let at = 0
  for (const start of STARTS) if (start <= length) at = start
  return at
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
