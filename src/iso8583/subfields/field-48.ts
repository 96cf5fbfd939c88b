import { err, ok, type Result } from '../../base/result.ts'
import { isDigits, type SubfieldError } from './subfield-error.ts'

/** Totals of one class of cards. Amounts in minor units, counts to 999. */
export interface SettlementTotals {
  readonly debitAmountMinor: number
  readonly debitCount: number
  readonly creditAmountMinor: number
  readonly creditCount: number
  /** In a request `notCompared`; in a reply what the host found. */
  readonly flag: SettlementFlag
}

export type SettlementFlag = 'notCompared' | 'balanced' | 'unbalanced' | 'error'

const FLAGS: readonly SettlementFlag[] = ['notCompared', 'balanced', 'unbalanced', 'error']

export interface Field48Settlement {
  readonly domestic: SettlementTotals
  readonly foreign: SettlementTotals
}

/** 62 digits of a settlement message. Source: docs of the UnionPay dialect, 14. */
export function parseSettlementTotals(text: string): Result<Field48Settlement, SubfieldError> {
  if (!isDigits(text, 62)) return err({ kind: text.length === 62 ? 'badDigit' : 'wrongLength', offset: 0 })
  const domestic = parseTotals(text.slice(0, 31))
  const foreign = parseTotals(text.slice(31))
  if (domestic === undefined) return err({ kind: 'badValue', offset: 30 })
  return foreign === undefined ? err({ kind: 'badValue', offset: 61 }) : ok({ domestic, foreign })
}

function parseTotals(text: string): SettlementTotals | undefined {
  const flag = FLAGS[Number(text[30])]
  if (flag === undefined) return undefined
  return {
    debitAmountMinor: Number(text.slice(0, 12)),
    debitCount: Number(text.slice(12, 15)),
    creditAmountMinor: Number(text.slice(15, 27)),
    creditCount: Number(text.slice(27, 30)),
    flag,
  }
}

export function formatSettlementTotals({ domestic, foreign }: Field48Settlement): string {
  return [domestic, foreign]
    .map(
      (totals) =>
        String(totals.debitAmountMinor).padStart(12, '0') +
        String(totals.debitCount).padStart(3, '0') +
        String(totals.creditAmountMinor).padStart(12, '0') +
        String(totals.creditCount).padStart(3, '0') +
        String(FLAGS.indexOf(totals.flag)),
    )
    .join('')
}

/** One magstripe record of a batch upload. */
export interface BatchDetail {
  /** `00` domestic, `01` foreign. */
  readonly cardClass: string
  readonly stan: string
  /** Without the zeros that fill its 20 digits. */
  readonly pan: string
  readonly amountMinor: number
}

export const BATCH_DETAILS_MAX = 8
const DETAIL_SIZE = 40

/** Count and up to eight records of 40 digits. Source: docs of the UnionPay dialect, 14. */
export function parseBatchDetails(text: string): Result<readonly BatchDetail[], SubfieldError> {
  if (!/^\d{2,}$/.test(text)) return err({ kind: 'badDigit', offset: 0 })
  const count = Number(text.slice(0, 2))
  if (count > BATCH_DETAILS_MAX) return err({ kind: 'badValue', offset: 0 })
  if (text.length !== 2 + count * DETAIL_SIZE) return err({ kind: 'wrongLength', offset: text.length })
  return ok(
    Array.from({ length: count }, (_, index) => {
      const record = text.slice(2 + index * DETAIL_SIZE, 2 + (index + 1) * DETAIL_SIZE)
      return {
        cardClass: record.slice(0, 2),
        stan: record.slice(2, 8),
        pan: record.slice(8, 28).replace(/^0+/, ''),
        amountMinor: Number(record.slice(28, 40)),
      }
    }),
  )
}

export function formatBatchDetails(details: readonly BatchDetail[]): string {
  const records = details.map(
    ({ cardClass, stan, pan, amountMinor }) =>
      cardClass + stan + pan.padStart(20, '0') + String(amountMinor).padStart(12, '0'),
  )
  return String(details.length).padStart(2, '0') + records.join('')
}
